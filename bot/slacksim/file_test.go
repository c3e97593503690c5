package slacksim_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// chart is a small picture: bars on white.
func chart(t *testing.T) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 480, 160))
	for x := range 480 {
		for y := range 160 {
			shade := color.RGBA{255, 255, 255, 255}
			if x%60 > 12 && y > 150-(x/60+1)*16 {
				shade = color.RGBA{18, 100, 163, 255}
			}
			picture.Set(x, y, shade)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func reserve(t *testing.T, api *slack.Client, size int) *slack.GetUploadURLExternalResponse {
	t.Helper()
	reserved, err := api.GetUploadURLExternalContext(within(t), slack.GetUploadURLExternalParameters{FileName: "costs.png", FileSize: size, AltTxt: "Costs rise"})
	if err != nil {
		t.Fatal(err)
	}
	return reserved
}

func send(t *testing.T, api *slack.Client, reserved *slack.GetUploadURLExternalResponse, data []byte) {
	t.Helper()
	if err := api.UploadToURL(within(t), slack.UploadToURLParameters{UploadURL: reserved.UploadURL, Filename: "costs.png", Reader: bytes.NewReader(data)}); err != nil {
		t.Fatal(err)
	}
}

func complete(t *testing.T, api *slack.Client, id string) error {
	t.Helper()
	_, err := api.CompleteUploadExternalContext(within(t), slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: id, Title: "Costs"}}})
	return err
}

// upload brings a file to Slack, completed.
func upload(t *testing.T, api *slack.Client, data []byte) (id string) {
	t.Helper()
	reserved := reserve(t, api, len(data))
	send(t, api, reserved, data)
	if err := complete(t, api, reserved.FileID); err != nil {
		t.Fatal(err)
	}
	return reserved.FileID
}

func pictureBlock(id string) string {
	return `[{"type":"image","slack_file":{"id":"` + id + `"},"alt_text":"Costs rise","title":{"type":"plain_text","text":"Costs"}}]`
}

// TestUpload: reserved, sent, completed; private, and of known type once Slack has
// looked at it, which is when a message may show it.
func TestUpload(t *testing.T) {
	clock := newClock()
	sim, api := start(t, slacksim.Options{Now: clock.Now})
	data := chart(t)
	reserved := reserve(t, api, len(data))
	info := func() (*slack.File, string) {
		f, _, _, err := api.GetFileInfoContext(within(t), reserved.FileID, 0, 0)
		return f, code(err)
	}
	if _, got := info(); got != "file_not_found" {
		t.Errorf("info of a reserved file: got %s, want file_not_found", got)
	}
	if got := complete(t, api, reserved.FileID); code(got) != "file_not_found" {
		t.Errorf("completed without its bytes: got %v, want a refusal", got)
	}
	send(t, api, reserved, data)
	if err := complete(t, api, reserved.FileID); err != nil {
		t.Fatal(err)
	}
	if got := complete(t, api, reserved.FileID); code(got) != "file_not_found" {
		t.Errorf("completed twice: got %v, want a refusal", got)
	}
	if f, got := info(); got != "ok" || f.Mimetype != "" || f.Title != "Costs" || f.AltTxt != "Costs rise" || f.IsPublic {
		t.Errorf("got %+v, %s, want a private file of unknown type", f, got)
	}
	if got := postBlocks(t, api, pictureBlock(reserved.FileID)); got != "invalid_blocks: [ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]" {
		t.Errorf("shown at once: got %s, want it refused", got)
	}
	clock.Add(time.Second)
	f, got := info()
	if got != "ok" || f.Mimetype != "image/png" || f.OriginalW != 480 {
		t.Errorf("got %+v, %s, want a PNG", f, got)
	}
	if got := postBlocks(t, api, pictureBlock(reserved.FileID)); got != "ok" {
		t.Errorf("shown: got %s, want ok", got)
	}
	for _, address := range []string{f.URLPrivate, f.Permalink} {
		if got := postBlocks(t, api, strings.Replace(pictureBlock(reserved.FileID), `"id":"`+reserved.FileID, `"url":"`+address, 1)); got != "ok" {
			t.Errorf("shown by its address: got %s, want ok", got)
		}
	}
	if got := sim.Messages("incidents")[0].PlainText(); got != "Costs Costs rise" {
		t.Errorf("got %q, want title and description", got)
	}
	want := []snapshot.File{{ID: reserved.FileID, Name: "costs.png", Title: "Costs", Alt: "Costs rise", Mime: "image/png", Size: len(data), Complete: true, Data: data}}
	if got := sim.Files(); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if err := api.DeleteFileContext(within(t), reserved.FileID); err != nil {
		t.Fatal(err)
	}
	if err := api.DeleteFileContext(within(t), reserved.FileID); code(err) != "file_not_found" {
		t.Errorf("deleted twice: got %v, want file_not_found", err)
	}
	if got := postBlocks(t, api, pictureBlock(reserved.FileID)); !strings.HasPrefix(got, "invalid_blocks") {
		t.Errorf("shown when it is deleted: got %s, want it refused", got)
	}
}

// TestUploadAddress: it works once, for as many bytes as were announced.
func TestUploadAddress(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	post := func(address, body string) int {
		t.Helper()
		resp, err := http.Post(address, "application/octet-stream", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	reserved := reserve(t, api, 3)
	for _, test := range []struct {
		name, address, body string
		want                int
	}{
		{"too few bytes", reserved.UploadURL, "ab", 400},
		{"too many bytes", reserved.UploadURL, "abcd", 400},
		{"an address nobody gave", reserved.UploadURL + "0", "abc", 404},
		{"as announced", reserved.UploadURL, "abc", 200},
		{"a second time", reserved.UploadURL, "abc", 409},
	} {
		if got := post(test.address, test.body); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

func TestReserveIsStrict(t *testing.T) {
	_, api := start(t, slacksim.Options{})
	for name, test := range map[string]struct {
		filename, length, alt, want string
	}{
		"nothing":       {"", "1", "", "missing_argument"},
		"empty":         {"a.png", "0", "", "missing_argument"},
		"no number":     {"a.png", "x", "", "missing_argument"},
		"alt 1000":      {"a.png", "1", x(1000), "ok"},
		"alt 1001":      {"a.png", "1", x(1001), "alt_txt_too_large"},
		"far too large": {"a.png", "99999999", "", "file_upload_size_restricted"},
	} {
		resp, err := http.PostForm(apiAddress(t, api)+"files.getUploadURLExternal",
			map[string][]string{"token": {"xoxb-sim"}, "filename": {test.filename}, "length": {test.length}, "alt_txt": {test.alt}})
		if err != nil {
			t.Fatal(err)
		}
		var told struct {
			OK    bool
			Error string
		}
		err = json.NewDecoder(resp.Body).Decode(&told)
		resp.Body.Close()
		if err != nil || told.OK != (test.want == "ok") || !told.OK && told.Error != test.want {
			t.Errorf("%s: got %+v, %v, want %s", name, told, err, test.want)
		}
	}
}

// apiAddress is where the API stands, as an upload address tells it.
func apiAddress(t *testing.T, api *slack.Client) string {
	t.Helper()
	base, _, _ := strings.Cut(reserve(t, api, 1).UploadURL, "/upload/")
	return base + "/api/"
}

func TestSlackFileIsChecked(t *testing.T) {
	_, api := start(t, slacksim.Options{FileProcessing: time.Nanosecond})
	id, text := upload(t, api, chart(t)), upload(t, api, []byte("no picture"))
	block := func(named string) string {
		return `[{"type":"image","alt_text":"a","slack_file":` + named + `}]`
	}
	for name, test := range map[string]struct{ blocks, want string }{
		"there":          {block(`{"id":"` + id + `"}`), "ok"},
		"an accessory":   {`[{"type":"section","text":{"type":"plain_text","text":"x"},"accessory":{"type":"image","alt_text":"a","slack_file":{"id":"` + id + `"}}}]`, "ok"},
		"no picture":     {block(`{"id":"` + text + `"}`), "invalid slack file [json-pointer:/blocks/0/slack_file]"},
		"never uploaded": {block(`{"id":"F0SIM99999"}`), "invalid slack file"},
		"no id":          {block(`{"id":"https://x"}`), "input must match regex pattern: ^[F][A-Z0-9]{8,}$ [json-pointer:/blocks/0/slack_file/id]"},
		"nothing":        {block(`{}`), "must define either `id` or `url`"},
		"both":           {block(`{"id":"` + id + `","url":"https://example.com"}`), "must define either `id` or `url`"},
		"text":           {block(`"` + id + `"`), "must be a valid object"},
		"two sources":    {`[{"type":"image","alt_text":"a","image_url":"https://example.com/a.png","slack_file":{"id":"` + id + `"}}]`, "must define either `image_url` or `slack_file`"},
		"title 2001":     {`[{"type":"image","alt_text":"a","slack_file":{"id":"` + id + `"},"title":{"type":"plain_text","text":"` + x(2001) + `"}}]`, "must be less than 2001"},
		"mrkdwn title":   {`[{"type":"image","alt_text":"a","slack_file":{"id":"` + id + `"},"title":{"type":"mrkdwn","text":"x"}}]`, "must be one of: plain_text"},
	} {
		if got := postBlocks(t, api, test.blocks); test.want == "ok" && got != "ok" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %.200s, want %s", name, got, test.want)
		}
	}
}

// TestFaultsOfUploads: each of the calls can go wrong; of a lost answer the work is
// done.
func TestFaultsOfUploads(t *testing.T) {
	sim, api := start(t, slacksim.Options{})
	data := chart(t)
	for _, kind := range []string{fault.LostAnswer, fault.HTTP503, fault.RateLimited429, "error:missing_scope"} {
		for _, method := range []string{"files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info", "files.delete"} {
			if method == "upload" && kind == "error:missing_scope" {
				continue // the bytes need no scope
			}
			sim.Faults.Fail(fault.Fault{Method: method, Kind: kind, Times: 1})
			id, failed := "", map[string]error{}
			reserved, err := api.GetUploadURLExternalContext(within(t), slack.GetUploadURLExternalParameters{FileName: "a.png", FileSize: len(data)})
			failed["files.getUploadURLExternal"] = err
			if err == nil {
				id = reserved.FileID
				failed["upload"] = api.UploadToURL(within(t), slack.UploadToURLParameters{UploadURL: reserved.UploadURL, Filename: "a.png", Reader: bytes.NewReader(data)})
				failed["files.completeUploadExternal"] = complete(t, api, id)
				_, _, _, failed["files.info"] = api.GetFileInfoContext(within(t), id, 0, 0)
				failed["files.delete"] = api.DeleteFileContext(within(t), id)
			}
			if failed[method] == nil {
				t.Errorf("%s, %s: got no error", method, kind)
			}
			if method == "files.completeUploadExternal" && (failed["files.info"] == nil) != (kind == fault.LostAnswer) {
				t.Errorf("%s, %s: files.info says %v", method, kind, failed["files.info"])
			}
		}
	}
}

func TestRatesOfFiles(t *testing.T) {
	clock := newClock()
	_, api := start(t, slacksim.Options{Limits: true, Now: clock.Now})
	for method, test := range map[string]struct {
		aMinute int
		call    func() error
	}{
		"info":   {100, func() error { _, _, _, err := api.GetFileInfoContext(within(t), "F0SIM99999", 0, 0); return err }},
		"delete": {50, func() error { return api.DeleteFileContext(within(t), "F0SIM99999") }},
	} {
		for range test.aMinute {
			if err := test.call(); code(err) != "file_not_found" {
				t.Fatalf("%s: got %v, want file_not_found", method, err)
			}
		}
		if err := test.call(); err == nil || !strings.Contains(err.Error(), "rate limit") {
			t.Errorf("%s, once more: got %v, want a limit", method, err)
		}
	}
}

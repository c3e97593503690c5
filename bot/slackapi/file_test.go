package slackapi

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// aPicture is an upload of a small PNG.
func aPicture(t *testing.T) Upload {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return Upload{Name: "costs.png", Title: "Costs", Alt: "Costs rise", Data: out.Bytes()}
}

// TestUploadAPicture: three calls bring it, and a message shows it.
func TestUploadAPicture(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{FileProcessing: time.Hour})
	u := aPicture(t)
	u.Alt = strings.Repeat("🔥", 501) // of which Slack takes 500
	ticket, err := c.BeginUpload(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	state := func(want FileState) {
		t.Helper()
		if got, err := c.File(t.Context(), ticket.FileID); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
	state(FileAbsent)
	if err := c.SendUpload(t.Context(), ticket, u); err != nil {
		t.Fatal(err)
	}
	state(FileAbsent)
	if err := c.CompleteUpload(t.Context(), ticket, u); err != nil {
		t.Fatal(err)
	}
	state(FilePending)
	if got := sim.Files(); len(got) != 1 || got[0].Title != "Costs" || got[0].Alt != strings.Repeat("🔥", 499)+"…" || got[0].Mime != "image/png" {
		t.Errorf("got %+v, want the picture", got)
	}
	if err := c.DeleteFile(t.Context(), ticket.FileID); err != nil {
		t.Error(err)
	}
	if err := c.DeleteFile(t.Context(), ticket.FileID); err != nil {
		t.Errorf("a second time: got %v, want it to count as done", err)
	}
	state(FileAbsent)
}

func TestShowAPicture(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{FileProcessing: time.Nanosecond})
	u := aPicture(t)
	ticket, err := c.BeginUpload(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SendUpload(t.Context(), ticket, u); err != nil {
		t.Fatal(err)
	}
	if err := c.CompleteUpload(t.Context(), ticket, u); err != nil {
		t.Fatal(err)
	}
	if got, err := c.File(t.Context(), ticket.FileID); err != nil || got != FileReady {
		t.Errorf("got %s, %v, want it ready", got, err)
	}
	m := blockkit.Message{Text: "costs", Blocks: []slack.Block{
		slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: ticket.FileID}, "Costs rise", "", nil),
	}}
	if _, err := c.Post(t.Context(), Post{Channel: "#incidents", Message: m}); err != nil {
		t.Error(err)
	}
	if got := sim.Messages("incidents"); len(got) != 1 || got[0].PlainText() != "Costs rise" {
		t.Errorf("got %s, want the picture", sim.Dump())
	}
}

// TestUploadOutcomes: what goes wrong is sorted as for other calls.
func TestUploadOutcomes(t *testing.T) {
	sim, c := startSim(t, slacksim.Options{})
	u := aPicture(t)
	for _, tt := range []struct {
		kind string
		want Outcome
	}{
		{fault.LostAnswer, OutcomeUnknown}, {fault.LostRequest, OutcomeUnknown}, {fault.HTTP503, OutcomeUnknown},
		{fault.RateLimited429, OutcomeLimited}, {fault.RateLimited429Bare, OutcomeLimited}, {fault.RateLimited200, OutcomeLimited},
		{"error:missing_scope", OutcomeAuth}, {"error:file_uploads_disabled", OutcomeRefused}, {"error:internal_error", OutcomeUnknown},
	} {
		for _, method := range []string{"files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info", "files.delete"} {
			if method == "upload" && (strings.HasPrefix(tt.kind, "error:") || tt.kind == fault.RateLimited200) {
				continue // it answers with HTTP statuses alone
			}
			sim.Faults.Fail(fault.Fault{Method: method, Kind: tt.kind, Times: 1})
			got := map[string]error{}
			ticket, err := c.BeginUpload(t.Context(), u)
			got["files.getUploadURLExternal"] = err
			if err == nil {
				got["upload"] = c.SendUpload(t.Context(), ticket, u)
				got["files.completeUploadExternal"] = c.CompleteUpload(t.Context(), ticket, u)
				_, got["files.info"] = c.File(t.Context(), ticket.FileID)
				got["files.delete"] = c.DeleteFile(t.Context(), ticket.FileID)
			}
			if !isOutcome(got[method], tt.want) {
				t.Errorf("%s, %s: got %v, want %s", method, tt.kind, got[method], tt.want)
			}
			sim.Faults.Clear()
		}
	}
	for _, empty := range []Upload{{Name: "a.png"}, {Data: u.Data}} {
		if _, err := c.BeginUpload(t.Context(), empty); !isOutcome(err, OutcomeRefused) {
			t.Errorf("an upload of nothing: got %v, want it refused", err)
		}
	}
}

// TestUploadAddressIsChecked: the bytes carry the token, so they go to Slack and to
// the API's host alone; and the address, which is as good as a key, is never told.
func TestUploadAddressIsChecked(t *testing.T) {
	asked := 0
	c := startClient(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusInternalServerError)
	})
	u := aPicture(t)
	for _, address := range []string{
		"https://files.slack.com.evil.example/upload/v1/secret", "http://files.slack.com/upload/v1/secret", "http://169.254.169.254/secret", "::secret",
	} {
		err := c.SendUpload(t.Context(), Ticket{FileID: "F1", address: address}, u)
		if !isOutcome(err, OutcomeRefused) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want it refused without telling the address", address, err)
		}
	}
	if asked != 0 {
		t.Errorf("%d calls were made", asked)
	}
	err := c.SendUpload(t.Context(), Ticket{FileID: "F1", address: c.apiURL.String() + "secret"}, u)
	if !isOutcome(err, OutcomeUnknown) || strings.Contains(err.Error(), "secret") || asked != 1 {
		t.Errorf("the API's own host: got %v after %d calls, want one of unknown outcome", err, asked)
	}
	nobody := mustClient(t, "http://127.0.0.1:1/api/")
	err = nobody.SendUpload(t.Context(), Ticket{FileID: "F1", address: "http://127.0.0.1:1/secret"}, u)
	if !isOutcome(err, OutcomeLimited) || !strings.Contains(err.Error(), "let the bot reach 127.0.0.1:1") || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody listens: got %v, want what to do", err)
	}
}

// TestAnswersOfUploads: an answer that names no file is none.
func TestAnswersOfUploads(t *testing.T) {
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := w.Write([]byte(`{"ok":true,"file":{"id":"F1"}}`)); err != nil {
			t.Error(err)
		}
	})
	if got, err := c.BeginUpload(t.Context(), aPicture(t)); !isOutcome(err, OutcomeUnknown) || !cmp.Equal(got, Ticket{}, cmp.AllowUnexported(Ticket{})) {
		t.Errorf("got %+v, %v, want no ticket", got, err)
	}
	if got, err := c.File(t.Context(), "F1"); err != nil || got != FilePending {
		t.Errorf("a file of unknown type: got %s, %v, want pending", got, err)
	}
}

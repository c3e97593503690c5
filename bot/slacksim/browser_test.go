//go:build !race

package slacksim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// tab is the page in a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func openTab(t *testing.T, address string, env ...string) tab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Fatal("no browser found: apt-get install chromium (make test does when it may)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Env(env...))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); cancelAlloc() })
	// The browser lives as long as the context of its first action: one without a deadline.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	b := tab{t, ctx}
	b.do(chromedp.Navigate(address))
	return b
}

func (b tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 3*patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
}

func (b tab) value(script string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 3*patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	if err != nil {
		b.t.Fatalf("in the browser: %v: %s", err, script)
	}
	return got
}

// gives waits until a script gives a text.
func (b tab) gives(script, want string) {
	b.t.Helper()
	deadline, ticker := time.NewTimer(3*patience), time.NewTicker(20*time.Millisecond)
	defer deadline.Stop()
	defer ticker.Stop()
	for got := b.value(script); got != want; got = b.value(script) {
		select {
		case <-deadline.C:
			b.t.Fatalf("%s gives %q, want %q", script, got, want)
		case <-ticker.C:
		}
	}
}

// TestSearchInTheBrowser: somebody types into a select that asks the app, and
// chooses with the mouse and with the keys, while its message is changed.
func TestSearchInTheBrowser(t *testing.T) {
	sim, api, page := startPage(t, slacksim.Options{})
	chosen := make(chan slack.InteractionCallback, 1)
	runBot(t, sim, api, offering(nil, chosen, incidents))
	_, ts := mustPost(t, api, "incidents", slack.MsgOptionBlocks(section("10 open"), picker("pick:11", new(0))))
	const (
		box   = `#messages .search input`
		found = `[...document.querySelectorAll("#messages .search [role=listbox]:not([hidden]) > *")].map(o => (o.getAttribute("aria-selected") === "true" ? ">" : "") + o.innerText.trim()).join("|")`
	)
	took := func(want string) {
		t.Helper()
		select {
		case cb := <-chosen:
			if got := cb.ActionCallback.BlockActions[0].SelectedOption.Value; got != want || cb.User.Name != "anna" || cb.Message.Timestamp != ts {
				t.Errorf("got %q chosen by %s, want %s by anna", got, cb.User.Name, want)
			}
		case <-within(t).Done():
			t.Fatalf("%s was never chosen", want)
		}
	}
	b := openTab(t, page.url+"/?user=anna&channel=incidents")

	b.do(chromedp.Click(box))
	b.gives(found, ">INC-57 database|INC-58 database")
	b.do(chromedp.Click(`#messages .search [role=option]:nth-child(2)`))
	took("INC-58")
	b.gives(found, "")
	b.gives(`document.querySelector("`+box+`").placeholder`, "INC-58 database")

	b.do(chromedp.SendKeys(box, "INC-"))
	b.gives(found, ">INC-57 database|INC-58 database")
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.gives(found, "INC-57 database|>INC-58 database")
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	took("INC-57")

	// The storm goes on: its message changes while somebody is typing.
	b.do(chromedp.SendKeys(box, "INC-5"))
	if _, _, _, err := api.UpdateMessageContext(within(t), mustChannel(t, sim), ts, slack.MsgOptionBlocks(section("11 open"), picker("pick:11", new(0)))); err != nil {
		t.Fatal(err)
	}
	b.gives(`document.querySelector("#messages").innerText.includes("11 open") ? "yes" : "no"`, "yes")
	b.gives(`document.activeElement.closest(".search") ? document.activeElement.value : "no focus"`, "INC-5")
	b.do(chromedp.KeyEvent("8"))
	b.gives(found, ">INC-58 database")
	b.do(chromedp.KeyEvent("x"))
	b.gives(found, "No results")
	b.do(chromedp.KeyEvent(kb.Backspace))
	b.do(chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(kb.Backspace))
	b.gives(found, ">INC-57 database|INC-58 database")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.gives(found, "")
	b.do(chromedp.KeyEvent(kb.ArrowDown))
	b.gives(found, ">INC-57 database|INC-58 database")
	b.do(chromedp.Click("#composer"))
	b.gives(found, "")
	if len(chosen) > 0 {
		t.Error("something was chosen by typing alone")
	}
	if toast := b.value(`document.querySelector("#toast").innerText`); strings.TrimSpace(toast) != "" {
		t.Errorf("the page complains: %s", toast)
	}
}

func mustChannel(t *testing.T, sim *slacksim.Sim) string {
	t.Helper()
	channel, ok := sim.Channel("incidents")
	if !ok {
		t.Fatal("no channel #incidents")
	}
	return channel.ID
}

// TestPictureOnThePage: people see the picture with its title, read its
// description, and can open it with the keyboard; nobody is served anything but
// pictures.
func TestPictureOnThePage(t *testing.T) {
	sim, api, page := startPage(t, slacksim.Options{FileProcessing: time.Nanosecond})
	id, text := upload(t, api, chart(t)), upload(t, api, []byte("<script>alert(1)</script>"))
	if got := postBlocks(t, api, `[{"type":"header","text":{"type":"plain_text","text":"Cost review"}},`+pictureBlock(id)[1:]); got != "ok" {
		t.Fatal(got)
	}
	if body, header := page.get("/sim/file/" + id); body != string(chart(t)) || header.Get("Content-Type") != "image/png" || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("got %d bytes with %v, want the picture", len(body), header)
	}
	resp, err := http.Get(page.url + "/sim/file/" + text)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("a text: got %s %q, want it not served", resp.Status, body)
	}

	b := openTab(t, page.url+"/?user=anna&channel=incidents")
	b.gives(`(i => i && i.complete ? i.naturalWidth + " " + i.alt : "not yet")(document.querySelector("#messages figure img"))`, "480 Costs rise")
	b.gives(`document.querySelector("#messages figure figcaption").innerText`, "Costs")
	b.gives(`(a => { a.focus(); return document.activeElement === a ? a.target : "no focus" })(document.querySelector("#messages figure a"))`, "_blank")
	if err := sim.Admin.DeleteFile(id); err != nil {
		t.Fatal(err)
	}
	b.gives(`document.querySelector("#messages figure img") ? "shown" : document.querySelector("#messages figure .image").innerText`, "🖼 Costs rise")
	if err := sim.Admin.DeleteFile(id); err == nil || !strings.Contains(fmt.Sprint(err), id) {
		t.Errorf("deleted twice: got %v, want an error that names it", err)
	}
}

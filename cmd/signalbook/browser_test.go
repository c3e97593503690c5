package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// TestDemoInTheBrowser is what a new user does: run the demo, open the page, take
// a step, become somebody else, type commands, let the alert resolve. It runs
// with a redis-server on PATH and without one.
func TestDemoInTheBrowser(t *testing.T) {
	t.Parallel()
	browser := findBrowser(t)
	for name, path := range map[string]string{"private redis-server": os.Getenv("PATH"), "in memory": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			demo := startDemo(t, path)
			p := openPage(t, browser, demo.url)
			takeTour(t, p)
			demo.end(syscall.SIGINT)
			if code := demo.cmd.ProcessState.ExitCode(); code != 0 {
				t.Errorf("Ctrl-C ended the demo with %d, want 0", code)
			}
			left, err := filepath.Glob(filepath.Join(demo.temp, "*"))
			if err != nil || len(left) > 0 {
				t.Errorf("the demo left behind %v (%v), want nothing", left, err)
			}
		})
	}
}

func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no browser found: apt-get install chromium (make test does when it may)")
	return ""
}

type demoProcess struct {
	*process
	temp string
}

// startDemo starts `signalbook demo` with a folder of its own for temporary files.
func startDemo(t *testing.T, path string) demoProcess {
	t.Helper()
	program, err := exec.LookPath("signalbook")
	if err != nil {
		t.Fatal(err)
	}
	// A unix socket's path is at most 108 bytes long, so t.TempDir would be too deep.
	temp, err := os.MkdirTemp("", "sb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(temp) })
	cmd := exec.Command(program, "demo", "--web.listen-address="+loopback.Any())
	cmd.Env = append(os.Environ(), "TMPDIR="+temp, "PATH="+path)
	p := demoProcess{startServer(t, cmd), temp}
	eventually(t, "the demo's page is up", func() bool {
		_, code := p.get("/")
		return code == http.StatusOK
	})
	return p
}

// tab is the demo in a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

func openPage(t *testing.T, browser, url string) tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1280, 1040))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); cancelAlloc() })
	// The browser lives as long as the context of its first action: one without a deadline.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	p := tab{t, ctx, url}
	p.do(chromedp.Navigate(url + "/?user=anna&channel=incidents"))
	return p
}

func (p tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.shot("failure")
		p.t.Fatalf("in the browser: %v; the page reads:\n%s", err, tail(p.text("body"), 4000))
	}
}

// shot keeps a picture beside the test's other artifacts (go test -artifacts).
func (p tab) shot(name string) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no picture of %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), png, 0o644); err != nil {
		p.t.Error(err)
	}
}

func (p tab) text(selector string) string {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector)))
	if err != nil {
		return err.Error()
	}
	return text
}

// reads waits until an element's text holds all of the words.
func (p tab) reads(selector string, words ...string) {
	p.t.Helper()
	text := ""
	defer func() {
		if p.t.Failed() {
			p.shot("failure")
			p.t.Logf("%s reads:\n%s", selector, tail(text, 4000))
		}
	}()
	eventually(p.t, fmt.Sprintf("%s reads %q", selector, words), func() bool {
		text = p.text(selector)
		for _, word := range words {
			if !strings.Contains(text, word) {
				return false
			}
		}
		return true
	})
}

// evaluate runs a script that gives a T, now or as a promise.
func evaluate[T any](p tab, script string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, func(e *runtime.EvaluateParams) { e.AwaitPromise = new(true) }))
	if err != nil {
		p.shot("failure")
		p.t.Fatalf("in the browser: %v: %s", err, script)
	}
	return got
}

func (p tab) count(selector string) int {
	return evaluate[int](p, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// become acts as somebody else, in the same thread.
func (p tab) become(user string) {
	p.t.Helper()
	p.do(chromedp.SetValue("#user", user))
	evaluate[bool](p, `document.querySelector("#user").dispatchEvent(new Event("change", {bubbles: true}))`)
}

// press clicks a button wherever it stands: while messages come it moves from under
// the mouse.
func (p tab) press(selector string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(selector))
	evaluate[bool](p, fmt.Sprintf(`document.querySelector(%q).click() ?? true`, selector))
}

// say types a line into the channel's box.
func (p tab) say(line string) {
	p.t.Helper()
	p.do(chromedp.SetValue("#composer", line), chromedp.Click(`form[data-composer="channel"] .send`))
}

// isShort measures the thread as people see it, in lines of 22 px: beside the channel its
// pane is about 550 px wide, on a phone 390. The root's headline and its links, to two
// dashboards, take two lines each here: without that it has 12.
func (p tab) isShort(t *testing.T) {
	t.Helper()
	for _, screen := range []struct {
		name                 string
		width, height        int64
		mostThread, mostRoot float64
	}{{"desktop", 1280, 1040, 50, 14}, {"phone", 390, 844, 65, 18}} {
		p.do(chromedp.EmulateViewport(screen.width, screen.height))
		lines := evaluate[[]float64](p, `[...document.querySelectorAll("#replies > [data-ts]")].slice(0, 4).map(m => m.getBoundingClientRect().height / 22)`)
		if len(lines) != 4 {
			t.Fatalf("%s: the thread has %d messages, want the root and three tiers", screen.name, len(lines))
		}
		all := lines[0] + lines[1] + lines[2] + lines[3]
		t.Logf("%s: root %.1f lines, thread %.1f", screen.name, lines[0], all)
		if lines[0] > screen.mostRoot || all > screen.mostThread {
			t.Errorf("%s: the root has %.1f lines and the thread %.1f, want at most %.1f and %.1f", screen.name, lines[0], all, screen.mostRoot, screen.mostThread)
		}
		p.shot("2-thread-" + screen.name)
	}
	p.do(chromedp.EmulateViewport(1280, 1040))
}

const ackTwo = `#replies [data-action-id="step:ack"][data-value="INC-1/pool-connections"]`

func takeTour(t *testing.T, p tab) {
	p.reads("#messages", "Open · critical · Database is at 90% CPU: orders-db", "CDN costs are spiking", "ML inference latency is high")
	p.shot("1-incidents")

	// The thread of the database alert: root, three tiers, nine steps.
	var root string
	eventually(t, "the database incident has three replies", func() bool {
		root = evaluate[string](p, `[...document.querySelectorAll("#messages [data-ts]")].find(m => m.innerText.includes("INC-1") && m.innerText.includes("3 replies"))?.dataset.ts ?? ""`)
		return root != ""
	})
	p.press(fmt.Sprintf(`#messages button.replies[data-open-thread=%q]`, root))
	p.do(chromedp.WaitVisible(ackTwo))
	if got, want := p.count(`#replies [data-action-id="step:ack"], #replies [data-value^="ack/INC-1/"]`), 9; got != want {
		t.Errorf("the thread shows %d steps, want %d", got, want)
	}
	if got, want := p.count("#replies [data-ts]"), 4; got < want {
		t.Errorf("the thread shows %d messages, want the root and three tiers", got)
	}
	p.shot("2-thread")
	p.isShort(t)

	// Anna takes step 2; Ben's click on the same button comes a moment later, as he saw it.
	click := evaluate[string](p, fmt.Sprintf(`(() => { const b = document.querySelector(%q), m = b.closest("[data-ts]");
		return new URLSearchParams({user: "ben", action_id: b.dataset.actionId, block_id: b.dataset.blockId, value: b.dataset.value, channel: m.dataset.channel, ts: m.dataset.ts}).toString() })()`, ackTwo))
	p.press(ackTwo)
	p.reads("#replies", "has it since", "@anna")
	p.reads("#messages", "Acknowledged")
	evaluate[bool](p, `document.querySelector("#scroll").scrollTop = 0, document.querySelectorAll("#replies > [data-ts]")[1].scrollIntoView(), true`)
	p.shot("3-acknowledged")
	p.become("ben")
	if said := evaluate[string](p, fmt.Sprintf(`fetch("/sim/click", {method: "POST", body: new URLSearchParams(%q)}).then(r => r.text())`, click)); said != "" {
		t.Errorf("Ben's click was not delivered: %s", said)
	}
	p.reads("#thread", "Only visible to you", "@anna", "first")
	p.shot("4-second-click")

	p.say("/playbook status INC-1")
	p.reads("#messages", "Only visible to you", "Enable connection pooling")
	p.shot("5-status")
	p.say("/playbook done INC-1 2 pooled")
	p.reads("#replies", "done by", "@ben", "pooled")
	p.shot("6-done")

	evaluate[bool](p, `[...document.querySelectorAll(".try-group")].find(g => g.innerText.includes("Database")).querySelectorAll("button")[2].click() ?? true`)
	p.reads("#messages", "Resolved")
	p.reads("#replies", "no longer needed")
	p.shot("7-resolved")
}

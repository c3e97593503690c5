package main

import (
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestHomeInTheBrowser: somebody takes a step in the thread, opens the app's Home, presses
// Done there, and reads what became of it, there and in the thread.
func TestHomeInTheBrowser(t *testing.T) {
	t.Parallel()
	demo := startDemo(t, "")
	p := openPage(t, findBrowser(t), demo.url)
	p.reads("#messages", "Database is at 90% CPU: orders-db")
	p.say("/playbook ack INC-1 1 2")
	p.reads("#messages", "Acknowledged")
	p.press("#home-link")
	const done = `#home [data-action-id="step:done"][data-value="INC-1/pool-connections"]`
	p.reads("#home", "Your steps: 2", "You lead 1 incident", "Open now", "orders-db")
	p.shot("home")
	p.press(done)
	p.reads("#home", "Your steps: 1", "immediate 1/3")
	p.press(`#home [data-action-id="step:how"][data-value="INC-1/add-read-replicas"]`)
	p.do(chromedp.WaitVisible("#modal .modal-form"))
	p.press("#modal [data-close-modal]")
	p.do(chromedp.EmulateViewport(390, 844))
	p.shot("home-phone")
	p.do(chromedp.EmulateViewport(1280, 1040))
	p.become("ben")
	p.reads("#home", "No step is yours", "@anna")
	p.press(`.channel-link[data-channel="incidents"]`)
	p.reads("#messages", "immediate 1/3")
	p.do(chromedp.Navigate(demo.url + "/?home=1&user=chris")) // whose Home nobody opened by a click
	p.reads("#home", "No step is yours", "@anna")
	demo.end(syscall.SIGINT)
}

package coordinator_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/store"
)

// pictureRig is a strayRig whose incidents are a root alone, with a picture.
type pictureRig struct {
	*strayRig

	mu    sync.Mutex
	shade uint8 // what the picture shows; another shade is another picture
	none  bool  // no picture at all
	spoil func() error
	drawn int
}

func startPictureRig(t *testing.T) *pictureRig {
	t.Helper()
	r := &pictureRig{strayRig: startStrayRig(t)}
	r.timing.Parked, r.timing.Picture = 300*time.Millisecond, time.Hour
	return r
}

// render is what a subject with a picture will do: the slots, one of them with its
// picture.
func (r *pictureRig) render(v message.View) []message.Slot {
	slots := message.Render(v)[:1]
	r.mu.Lock()
	defer r.mu.Unlock()
	if shade := r.shade; !r.none {
		slots[0].Picture = &message.Picture{Name: "cpu.png", Alt: fmt.Sprint("CPU, shade ", shade), Hash: fmt.Sprint(shade), At: 1,
			PNG: func() ([]byte, error) { return r.draw(shade) }}
	}
	return slots
}

func (r *pictureRig) draw(shade uint8) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drawn++
	if r.spoil != nil {
		if err := r.spoil(); err != nil {
			return nil, err
		}
	}
	picture := image.NewGray(image.Rect(0, 0, 16, 16))
	picture.SetGray(int(shade)%16, 8, color.Gray{Y: 255})
	var out bytes.Buffer
	err := png.Encode(&out, picture)
	return out.Bytes(), err
}

// show makes the picture show something else.
func (r *pictureRig) show(shade uint8) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shade = shade
}

func (r *pictureRig) draws() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drawn
}

// begin starts a coordinator that shows pictures.
func (r *pictureRig) begin(st *store.Store) (k *coordinator.Coordinator, end func()) {
	r.t.Helper()
	k = r.coordinatorOf(st, r.direct, r.timing)
	k.RenderWith(r.render)
	return k, keepOn(r.t, k)
}

// pictured waits until the one root shows the picture, and everything is settled.
func (r *pictureRig) pictured(shade uint8) snapshot.Message {
	r.t.Helper()
	want := fmt.Sprint("CPU, shade ", shade)
	r.eventually("the root shows "+want, func() bool {
		roots := r.roots()
		return len(roots) == 1 && slices.ContainsFunc(roots[0].Blocks, func(b map[string]any) bool { return b["alt_text"] == want })
	})
	r.settled()
	return r.root()
}

// root waits for the one root.
func (r *pictureRig) root() snapshot.Message {
	r.t.Helper()
	r.eventually("the root is there", func() bool { return len(r.roots()) == 1 })
	return r.roots()[0]
}

func showsPicture(m snapshot.Message) bool {
	return slices.ContainsFunc(m.Blocks, func(b map[string]any) bool { return b["type"] == "image" })
}

// files checks that Slack has just the files that it should: those that are shown,
// and so many that nobody sees.
func (r *pictureRig) files(shown, orphans int) {
	r.t.Helper()
	complete := 0
	for _, f := range r.sim.Files() {
		if f.Complete {
			complete++
		}
	}
	if complete < shown || complete > shown+orphans {
		r.t.Errorf("Slack has %d files, want %d and at most %d that nobody sees: %+v", complete, shown, orphans, r.sim.Files())
	}
}

func (r *pictureRig) calls(method string) int {
	n := 0
	for _, call := range r.sim.Calls() {
		if call.Method == method {
			n++
		}
	}
	return n
}

func (r *pictureRig) posted() int { return r.calls("chat.postMessage") }

// TestPicture: the file is there before the message, which is posted once with it;
// a change that leaves the picture as it is draws and brings nothing.
func TestPicture(t *testing.T) {
	t.Parallel()
	r := startPictureRig(t)
	k, _ := r.begin(r.store)
	r.fire("a")
	first := r.pictured(0)
	if first.Revision != 0 {
		t.Errorf("the root was changed %d times: it was posted without its picture", first.Revision)
	}
	r.fire("a", "b")
	r.eventually("the root changes", func() bool { return r.roots()[0].Revision > 0 })
	r.pictured(0)
	if got := r.draws(); got != 1 {
		t.Errorf("drawn %d times, want once", got)
	}
	r.files(1, 0)
	if got := k.Degraded(); len(got) > 0 {
		t.Errorf("wrong all the same: %q", got)
	}
}

// TestPictureReplaced: another picture is brought anew, the message edited, and the
// old file deleted; without a picture, its file goes too.
func TestPictureReplaced(t *testing.T) {
	t.Parallel()
	r := startPictureRig(t)
	r.begin(r.store)
	r.fire("a")
	before := r.pictured(0)
	old := r.sim.Files()[0].ID
	r.show(7)
	r.fire("a", "b")
	after := r.pictured(7)
	if after.TS != before.TS || r.draws() != 2 {
		t.Errorf("root %s was %s before; drawn %d times, want one root and two pictures", after.TS, before.TS, r.draws())
	}
	r.files(1, 0)
	if got := r.sim.Files(); got[0].ID == old {
		t.Errorf("got %+v, want the new file and not %s", got, old)
	}
	r.mu.Lock()
	r.none = true
	r.mu.Unlock()
	r.fire("a", "b", "c")
	r.eventually("the picture has gone", func() bool { return len(r.sim.Files()) == 0 })
	r.settled()
	if showsPicture(r.root()) {
		t.Error("the root shows a picture that it should not")
	}
}

// TestPictureFaults: whatever goes wrong once on the way, the message is posted
// once, with its picture, and nothing stays behind.
func TestPictureFaults(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info"} {
		for _, kind := range []string{fault.LostAnswer, fault.LostRequest, fault.RateLimited429} {
			t.Run(method+" "+kind, func(t *testing.T) {
				t.Parallel()
				r := startPictureRig(t)
				k, _ := r.begin(r.store)
				r.eventually("the coordinator keeps", k.Keeping)
				r.sim.Faults.Fail(fault.Fault{Method: method, Kind: kind, Times: 1})
				r.fire("a")
				root := r.pictured(0)
				if root.Revision != 0 || r.posted() != 1 {
					t.Errorf("the root was changed %d times, and %d messages posted; want one, at once with its picture", root.Revision, r.posted())
				}
				r.files(1, 0)
				if r.sim.Faults.Strikes()[kind] != 1 {
					t.Error("the fault never struck: the test proves nothing")
				}
				if method == "files.completeUploadExternal" && kind == fault.LostAnswer && r.draws() != 1 {
					t.Errorf("drawn %d times, want once: the file was there", r.draws())
				}
				r.eventually("nothing is wrong any more", func() bool { return len(k.Degraded()) == 0 })
			})
		}
	}
}

// TestPictureRefused: what keeps failing holds no message back: it goes without its
// picture, it is said what to do, and the picture comes when that is mended.
func TestPictureRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fault.Fault
		says  string
	}{
		"missing scope":          {fault.Fault{Method: "files.getUploadURLExternal", Kind: "error:missing_scope"}, "scopes"},
		"uploads disabled":       {fault.Fault{Method: "files.getUploadURLExternal", Kind: "error:file_uploads_disabled"}, "workspace settings"},
		"limited for long":       {fault.Fault{Method: "files.getUploadURLExternal", Kind: fault.RateLimited429, RetryAfter: 4}, "ratelimited"},
		"bytes not taken":        {fault.Fault{Method: "upload", Kind: fault.HTTP503}, "503"},
		"bytes never answered":   {fault.Fault{Method: "upload", Kind: fault.Delay, Delay: time.Hour}, "upload 127.0.0.1"},
		"complete refused":       {fault.Fault{Method: "files.completeUploadExternal", Kind: "error:file_not_found"}, "file_not_found"},
		"complete never answers": {fault.Fault{Method: "files.completeUploadExternal", Kind: fault.LostRequest}, "files.completeUploadExternal"},
		"info refused":           {fault.Fault{Method: "files.info", Kind: "error:missing_scope"}, "scopes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startPictureRig(t)
			r.timing.Picture = 2500 * time.Millisecond
			k, _ := r.begin(r.store)
			r.eventually("the coordinator keeps", k.Keeping)
			r.sim.Faults.Fail(test.fault)
			r.fire("a")
			root := r.root()
			r.eventually("it is said what to do: "+test.says, func() bool {
				all := strings.Join(k.Degraded(), "\n")
				return strings.Contains(all, "INC-1 is shown without its picture") && strings.Contains(all, test.says)
			})
			r.sim.Faults.Clear()
			after := r.pictured(0)
			if after.TS != root.TS || r.posted() != 1 {
				t.Errorf("root %s was %s before, and %d messages were posted; want one root, changed", after.TS, root.TS, r.posted())
			}
			r.files(1, 0)
			r.eventually("nothing is wrong any more", func() bool { return len(k.Degraded()) == 0 })
		})
	}
}

// TestPictureBlamed: a message that is refused with its picture, although Slack has
// its file, goes without; and a change of the message is never held back by it.
func TestPictureBlamed(t *testing.T) {
	t.Parallel()
	r := startPictureRig(t)
	k, _ := r.begin(r.store)
	r.eventually("the coordinator keeps", k.Keeping)
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: "error:invalid_blocks", Times: 3})
	r.fire("a")
	root := r.root()
	if showsPicture(root) {
		t.Error("the root shows the picture that was refused")
	}
	r.pictured(0) // by an edit, later
	if got := r.posted(); got != 3+1 {
		t.Errorf("%d posts were tried, want three that are refused and one", got)
	}
	r.eventually("nothing is wrong any more", func() bool { return len(k.Degraded()) == 0 })

	// The file goes: the next change is refused with it, and the picture is brought anew.
	if err := r.sim.Admin.DeleteFile(r.sim.Files()[0].ID); err != nil {
		t.Fatal(err)
	}
	r.fire("a", "b")
	r.eventually("the change is shown, with a new file", func() bool {
		return strings.Contains(r.roots()[0].PlainText(), "orders-b") && len(r.sim.Files()) == 1 && r.sim.Files()[0].Complete
	})
	r.pictured(0)
	r.files(1, 0)
}

// TestPictureNotDrawn: a picture that cannot be drawn costs nobody the message.
func TestPictureNotDrawn(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func() error{
		"error": func() error { return errors.New("no numbers") },
		"panic": func() error { panic("no numbers") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startPictureRig(t)
			r.spoil = spoil
			k, _ := r.begin(r.store)
			r.fire("a")
			r.root()
			r.eventually("it is said", func() bool { return strings.Contains(strings.Join(k.Degraded(), "\n"), "no numbers") })
			r.mu.Lock()
			r.spoil = nil
			r.mu.Unlock()
			r.pictured(0)
			r.files(1, 0)
		})
	}
}

// TestPictureOfAKilledCoordinator: wherever on the way a coordinator dies, the next goes on;
// nothing is doubled, and at most one file stays that nobody sees.
func TestPictureOfAKilledCoordinator(t *testing.T) {
	t.Parallel()
	for _, at := range []struct{ method, kind string }{
		{"files.getUploadURLExternal", fault.LostAnswer},
		{"upload", fault.LostAnswer},
		{"files.completeUploadExternal", fault.LostAnswer},
		{"files.completeUploadExternal", fault.LostRequest},
		{"files.info", fault.LostAnswer},
		{"chat.postMessage", fault.LostAnswer},
	} {
		t.Run(at.method+" "+at.kind, func(t *testing.T) {
			t.Parallel()
			r := startPictureRig(t)
			first, _ := r.begin(r.openStore(r.redis.address))
			r.eventually("the first keeps", first.Keeping)
			struck := make(chan struct{})
			// The call is done, or not; whoever made it neither hears of it nor can write anything down from then on.
			r.sim.Faults.Fail(fault.Fault{Method: at.method, Kind: at.kind, Times: 1, Then: func() {
				r.redis.still.Lock()
				close(struck)
			}})
			r.fire("a")
			<-struck
			t.Cleanup(r.redis.still.Unlock)
			second, _ := r.begin(r.store)
			r.eventually("the second keeps", second.Keeping)
			r.pictured(0)
			r.files(1, 1)
			if have := r.ledger()["picture:"+ledger.Root]; have.State != ledger.Sent || len(have.Old) > 0 {
				t.Errorf("the ledger says %+v, want the file that is shown and nothing left to do", have)
			}
		})
	}
}

// TestPictureKeptByLedger: the ledger says what became of a file, so that a new
// coordinator brings nothing again.
func TestPictureKeptByLedger(t *testing.T) {
	t.Parallel()
	r := startPictureRig(t)
	_, end := r.begin(r.store)
	r.fire("a")
	r.pictured(0)
	end()
	have := r.ledger()["picture:"+ledger.Root]
	if have.State != ledger.Sent || have.File != r.sim.Files()[0].ID || have.Hash != "0" {
		t.Errorf("the ledger says %+v, want the file that Slack has", have)
	}
	r.begin(r.store)
	r.fire("a", "b")
	r.eventually("the root changes", func() bool { return r.roots()[0].Revision > 0 })
	r.pictured(0)
	if r.draws() != 1 || r.calls("files.getUploadURLExternal") != 1 {
		t.Errorf("drawn %d times and brought %d times, want once", r.draws(), r.calls("files.getUploadURLExternal"))
	}
}

// TestPictureAside: posts in the channel go on while a file is being brought.
func TestPictureAside(t *testing.T) {
	t.Parallel()
	r := startPictureRig(t)
	k, _ := r.begin(r.store)
	r.eventually("the coordinator keeps", k.Keeping)
	began, goOn := make(chan struct{}), make(chan struct{})
	r.sim.Faults.Fail(fault.Fault{Method: "upload", Kind: fault.LostAnswer, Times: 1, Then: func() { close(began); <-goOn }})
	r.fire("a")
	<-began
	r.mu.Lock()
	r.none = true
	r.mu.Unlock()
	r.fireGroup("cache", "z")
	r.eventually("another incident is shown", func() bool { return len(r.roots()) == 1 })
	if have := r.ledger()["picture:"+ledger.Root]; have.State != ledger.Sending || have.Tries != 0 {
		t.Errorf("the ledger says %+v, want the file still on its way", have)
	}
	close(goOn)
	r.eventually("and then the first", func() bool { return len(r.roots()) == 2 })
	r.settled()
}

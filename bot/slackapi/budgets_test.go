package slackapi

import (
	"fmt"
	"testing"
	"time"
)

// spend asks for calls all the time for so long and returns when they went.
func spend(b *Budgets, start time.Time, long time.Duration, calls ...Call) map[Call][]time.Duration {
	went := map[Call][]time.Duration{}
	for at := time.Duration(0); at < long; at += 10 * time.Millisecond {
		for _, c := range calls {
			if b.Take(start.Add(at), c) == 0 {
				went[c] = append(went[c], at)
			}
		}
	}
	return went
}

// most is the greatest number of calls in any window of that length.
func most(went []time.Duration, window time.Duration) int {
	best := 0
	for i := range went {
		n := 0
		for _, at := range went[i:] {
			if at-went[i] < window {
				n++
			}
		}
		best = max(best, n)
	}
	return best
}

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestNoMinuteHoldsMoreThanSlackAllows(t *testing.T) {
	for method, limit := range map[string]int{
		"chat.update": 50, "conversations.replies": 50, "conversations.history": 50, "chat.delete": 50,
		"chat.postEphemeral": 100, "views.open": 100, "usergroups.list": 20, "conversations.list": 20, "something.new": 20,
		"files.getUploadURLExternal": 100, "files.completeUploadExternal": 100, "files.info": 100, "files.delete": 50,
	} {
		b := NewBudgets(start)
		// A quiet time first lets every burst fill up.
		went := spend(b, start.Add(10*time.Minute), 5*time.Minute, Call{Method: method, Urgent: true})
		for _, times := range went {
			if got := most(times, time.Minute); got > limit || got < limit*3/4 {
				t.Errorf("%s: got %d calls in a minute, want at most %d and most of them", method, got, limit)
			}
		}
	}
}

func TestPostsKeepTheirDistance(t *testing.T) {
	var calls []Call
	for i := range 8 {
		calls = append(calls, Call{Method: "chat.postMessage", Channel: fmt.Sprintf("C%d", i)})
	}
	went := spend(NewBudgets(start), start, 4*time.Minute, calls...)
	var all []time.Duration
	for call, times := range went {
		if got := most(times, time.Second); got > 1 {
			t.Errorf("%s: got %d posts within a second, want 1", call.Channel, got)
		}
		if times[0] < time.Second {
			t.Errorf("%s: got the first post after %s, want none within a second of the change of hands", call.Channel, times[0])
		}
		all = append(all, times...)
	}
	for i := range all {
		n := 0
		for _, at := range all {
			if at >= all[i] && at-all[i] < time.Minute {
				n++
			}
		}
		if n > postsAMinute {
			t.Fatalf("got %d posts in a minute of the workspace, want at most %d", n, postsAMinute)
		}
	}
	alone := spend(NewBudgets(start), start, time.Minute, calls[0])[calls[0]]
	if len(alone) < 55 {
		t.Errorf("got %d posts in a channel's first minute, want about one a second", len(alone))
	}
	if alone[0] > 1100*time.Millisecond {
		t.Errorf("got the first post after %s, want it after about a second", alone[0])
	}
}

func TestHalfOfTheEditsIsKeptForThoseWhoWait(t *testing.T) {
	quiet, clicked := Call{Method: "chat.update"}, Call{Method: "chat.update", Urgent: true}
	b := NewBudgets(start)
	began := start.Add(time.Hour)
	background := spend(b, began, 3*time.Minute, quiet)[quiet]
	if got := most(background, time.Minute); got > 25 {
		t.Errorf("got %d edits in a minute that nobody waits for, want at most 25", got)
	}
	now := began.Add(3 * time.Minute)
	if got := b.Take(now, clicked); got != 0 {
		t.Errorf("after minutes of other edits a click waits %s, want it to go at once", got)
	}
	burst := 1
	for b.Take(now, clicked) == 0 {
		burst++
	}
	if burst < 5 {
		t.Errorf("got %d clicked edits at once, want at least 5", burst)
	}
}

func TestBudgetsSayWhenToAskAgain(t *testing.T) {
	b := NewBudgets(start)
	now := start
	for range 200 {
		for _, c := range []Call{{Method: "chat.update"}, {Method: "chat.postMessage", Channel: "C1"}, {Method: "usergroups.list"}} {
			if wait := b.Take(now, c); wait > 0 {
				now = now.Add(wait)
				if again := b.Take(now, c); again != 0 {
					t.Fatalf("%s: was told to ask after %s, then to wait %s more", c.Method, wait, again)
				}
			}
		}
	}
}

func TestBlock(t *testing.T) {
	b := NewBudgets(start)
	now := start.Add(time.Hour)
	c, other := Call{Method: "chat.postMessage", Channel: "C1"}, Call{Method: "chat.update"}
	b.Block(now, c.Method, 30*time.Second)
	b.Block(now, c.Method, time.Second) // a shorter one does not shorten it
	if got := b.Take(now, c); got < 30*time.Second {
		t.Errorf("got a wait of %s, want at least 30s", got)
	}
	if got := b.Take(now, other); got != 0 {
		t.Errorf("another method: got a wait of %s, want none", got)
	}
	wait := b.Take(now, c)
	if got := b.Take(now.Add(wait), c); got != 0 || wait > 35*time.Second {
		t.Errorf("got %s and then %s, want to go soon after 30s", wait, got)
	}
}

func TestClockGoingBack(t *testing.T) {
	b := NewBudgets(start)
	b.Take(start.Add(time.Hour), Call{Method: "chat.update"})
	if got := b.Take(start, Call{Method: "chat.update", Urgent: true}); got > time.Minute {
		t.Errorf("got a wait of %s after the clock went back, want less than a minute", got)
	}
}

func TestChannelsAreForgotten(t *testing.T) {
	b := NewBudgets(start)
	for i := range 3 * maxChannels {
		now := start.Add(time.Duration(i) * 2 * time.Second)
		if wait := b.Take(now.Add(time.Hour), Call{Method: "chat.postMessage", Channel: fmt.Sprintf("C%d", i)}); wait > 0 {
			t.Fatalf("post %d: got a wait of %s", i, wait)
		}
	}
	if len(b.channels) > maxChannels {
		t.Errorf("got %d channels remembered, want at most %d", len(b.channels), maxChannels)
	}
}

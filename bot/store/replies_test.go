package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

// waiting waits for an answer.
func waiting(t *testing.T, answers <-chan incident.Answer) incident.Answer {
	t.Helper()
	select {
	case got := <-answers:
		return got
	case <-time.After(patience):
		t.Fatal("no answer came")
		return incident.Answer{}
	}
}

func TestReplies(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx, stop := context.WithCancel(t.Context())
		replies := e.NewReplies()
		var running sync.WaitGroup
		running.Go(func() {
			if err := replies.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer running.Wait()
		defer stop()
		eventually(t, "the board listens", func() bool {
			return e.raw.PubSubNumSub(t.Context(), base+"replies").Val()[base+"replies"] == 1
		})
		lease := e.keep(t)
		commit := func(op string, n int) {
			t.Helper()
			e.put(t, note(op))
			entries := e.read(t)
			e.commit(t, lease.Fence, []error{nil}, store.Commit{EventID: entries[0].ID, Op: op, Answer: incident.Answer{Kind: incident.AnswerApplied, Incident: n}})
		}
		one, doneOne := replies.Expect("op1")
		two, doneTwo := replies.Expect("op2")
		commit("nobody waits", 9)
		commit("op2", 2)
		commit("op1", 1)
		if got := waiting(t, one); got.Incident != 1 {
			t.Errorf("got %+v, want the answer of op1", got)
		}
		if got := waiting(t, two); got.Incident != 2 {
			t.Errorf("got %+v, want the answer of op2", got)
		}
		doneOne()
		doneTwo()
		// Slack delivers an act again: both copies wait, and one gives up.
		_, doneFirst := replies.Expect("op3")
		copy, doneCopy := replies.Expect("op3")
		doneFirst()
		commit("op3", 3)
		if got := waiting(t, copy); got.Incident != 3 {
			t.Errorf("got %+v, want the answer of op3", got)
		}
		doneCopy()
		// What nobody sent as an answer is passed over.
		must(t, e.raw.Publish(t.Context(), base+"replies", "{").Err())
		four, doneFour := replies.Expect("op4")
		defer doneFour()
		commit("op4", 4)
		if got := waiting(t, four); got.Incident != 4 {
			t.Errorf("got %+v, want the answer of op4", got)
		}
	})
}

package outbox

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

var now = time.Date(2026, 11, 30, 3, 2, 0, 0, time.UTC)

func in(d time.Duration) time.Time  { return now.Add(d) }
func ago(d time.Duration) time.Time { return now.Add(-d) }

// The messages of a thread: what they say is in their name.
var (
	root      = message.Slot{Name: "root", Message: blockkit.TextMessage("root")}
	immediate = message.Slot{Name: "tier:immediate", Thread: true, Message: blockkit.TextMessage("immediate")}
	tier      = message.Slot{Name: "tier:long_term", Thread: true, Message: blockkit.TextMessage("long term")}
	ping      = message.Slot{Name: "deadline:1", Thread: true, Once: true, InRoot: true, Message: blockkit.TextMessage("late")}
	chart     = message.Slot{Name: "root", Message: blockkit.TextMessage("root"), Picture: &message.Picture{Name: "c.png", Alt: "costs", Hash: "p1"}}
	pingChart = message.Slot{Name: "deadline:1", Thread: true, Once: true, Message: blockkit.TextMessage("late"), Picture: &message.Picture{Name: "c.png", Alt: "costs", Hash: "p1"}}
)

// sent is what the ledger says of a message that Slack shows as it should be.
func sent(slot message.Slot, ts string) ledger.Record {
	have := ledger.Record{Channel: "C1", TS: ts, Hash: slot.Hash(), State: ledger.Sent}
	if slot.Thread {
		have.Parent = "1.0"
	}
	return have
}

// with is a slot of the ledger that differs.
func with(have ledger.Record, change func(*ledger.Record)) ledger.Record {
	change(&have)
	return have
}

func stale(have ledger.Record) ledger.Record { have.Hash = "before"; return have }

// shows is a ledger whose root is as it should be.
func shows(more map[string]ledger.Record) ledger.Ledger {
	all := ledger.Ledger{"root": sent(root, "1.0")}
	maps.Copy(all, more)
	return all
}

// planned is what a plan is to be: a kind of call about a message, or a time to look
// again, or neither.
type planned struct {
	slot  string
	kind  Kind
	class Class
	next  time.Time
}

// planCase is a thread and what is to be done about it.
type planCase struct {
	thread Thread
	want   planned
}

func plans(t *testing.T, cases map[string]planCase) {
	t.Helper()
	for name, c := range cases {
		if c.thread.OpenedAt.IsZero() {
			c.thread.OpenedAt = ago(time.Hour)
		}
		call, next := Plan(c.thread, Usual, now)
		got := planned{slot: call.Slot.Name, next: next}
		if !call.None() {
			got.kind, got.class = call.Kind, call.Class
		}
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

// refusal is Slack's word about a call.
func refusal(code string, outcome slackapi.Outcome, concern slackapi.Concern) *slackapi.Error {
	return &slackapi.Error{Method: "chat.postMessage", Code: code, Outcome: outcome, Concern: concern, Err: errors.New(code)}
}

var (
	limited     = &slackapi.Error{Method: "chat.postMessage", Code: "ratelimited", Outcome: slackapi.OutcomeLimited, RetryAfter: 7 * time.Second, Err: errors.New("ratelimited")}
	unreachable = &slackapi.Error{Method: "chat.postMessage", Code: slackapi.CodeUnreachable, Outcome: slackapi.OutcomeLimited, RetryAfter: 5 * time.Second, Err: errors.New("no route")}
	unheard     = refusal("", slackapi.OutcomeUnknown, "")
	threadGone  = refusal("thread_not_found", slackapi.OutcomeGone, slackapi.ConcernThread)
	messageGone = refusal("message_not_found", slackapi.OutcomeGone, slackapi.ConcernMessage)
	uneditable  = refusal("edit_window_closed", slackapi.OutcomeGone, slackapi.ConcernMessage)
	badBlocks   = refusal("invalid_blocks", slackapi.OutcomeRefused, slackapi.ConcernForm)
	badMetadata = refusal("metadata_too_large", slackapi.OutcomeRefused, slackapi.ConcernForm)
	archived    = refusal("is_archived", slackapi.OutcomeChannel, slackapi.ConcernChannel)
	restricted  = refusal("restricted_action_thread_locked", slackapi.OutcomeChannel, slackapi.ConcernThread)
	revoked     = refusal("token_revoked", slackapi.OutcomeAuth, slackapi.ConcernWorkspace)
	noScope     = refusal("missing_scope", slackapi.OutcomeAuth, slackapi.ConcernMethod)
	refusedText = refusal("no_text", slackapi.OutcomeRefused, slackapi.ConcernMessage)
)

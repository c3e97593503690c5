package outbox

import (
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/topic"
)

func prio(critical bool, class Class, opened time.Duration) Priority {
	return PriorityOf(critical, class, now.Add(opened))
}

// TestNext: which thread has its turn, or how long until one has.
func TestNext(t *testing.T) {
	t.Parallel()
	post, edit := prio(false, ClassRoot, 0), prio(false, ClassEdit, 0)
	for name, c := range map[string]struct {
		queue  []Entry
		limits Limits
		want   int // number; 0: none
		wait   time.Duration
	}{
		"nothing":                          {nil, Limits{}, 0, Idle},
		"one":                              {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}}, Limits{}, 1, 0},
		"critical first":                   {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}, {Topic: topic.Incident(2), Channel: "b", Priority: prio(true, ClassEdit, time.Hour)}}, Limits{}, 2, 0},
		"by class":                         {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: edit}, {Topic: topic.Incident(2), Channel: "b", Priority: prio(false, ClassClicked, time.Hour)}}, Limits{}, 2, 0},
		"old before new":                   {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}, {Topic: topic.Incident(2), Channel: "b", Priority: prio(false, ClassRoot, -time.Hour)}}, Limits{}, 2, 0},
		"by number":                        {[]Entry{{Topic: topic.Incident(3), Channel: "a", Priority: post}, {Topic: topic.Incident(2), Channel: "b", Priority: post}}, Limits{}, 2, 0},
		"not ready":                        {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Ready: in(time.Minute)}}, Limits{}, 0, time.Minute},
		"the next that is":                 {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Ready: in(time.Minute)}, {Topic: topic.Incident(2), Channel: "b", Priority: edit, Ready: ago(time.Minute)}}, Limits{}, 2, 0},
		"busy":                             {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Busy: true}}, Limits{}, 0, Idle},
		"another in its channel is":        {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Busy: true}, {Topic: topic.Incident(2), Channel: "a", Priority: post}}, Limits{}, 0, Idle},
		"another in another channel is":    {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Busy: true}, {Topic: topic.Incident(2), Channel: "b", Priority: post}}, Limits{}, 2, 0},
		"enough in flight":                 {[]Entry{{Topic: topic.Incident(1), Channel: "a", Busy: true}, {Topic: topic.Incident(2), Channel: "b", Busy: true}, {Topic: topic.Incident(3), Channel: "c", Busy: true}, {Topic: topic.Incident(4), Channel: "d", Busy: true}, {Topic: topic.Incident(5), Channel: "e"}}, Limits{}, 0, Idle},
		"paused":                           {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}}, Limits{Paused: in(time.Second)}, 0, time.Second},
		"paused before":                    {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}}, Limits{Paused: ago(time.Second)}, 1, 0},
		"nothing can be posted there":      {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Known: true}}, Limits{Gaps: map[string]time.Duration{"a": time.Second}}, 0, time.Second},
		"but edited":                       {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: edit, Known: true}}, Limits{Gaps: map[string]time.Duration{"a": time.Second}}, 1, 0},
		"but looked at":                    {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}}, Limits{Gaps: map[string]time.Duration{"a": time.Second}}, 1, 0},
		"the channel is closed":            {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}}, Limits{Closed: map[string]time.Time{"a": in(time.Minute)}}, 0, time.Minute},
		"it was":                           {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}}, Limits{Closed: map[string]time.Time{"a": ago(time.Minute)}}, 1, 0},
		"what goes elsewhere goes":         {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post, Moves: true}}, Limits{Closed: map[string]time.Time{"a": in(time.Minute)}}, 1, 0},
		"the soonest of all that waits":    {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: post}, {Topic: topic.Incident(2), Channel: "b", Priority: post, Ready: in(time.Second)}}, Limits{Closed: map[string]time.Time{"a": in(time.Minute)}}, 0, time.Second},
		"a clicked edit is no new message": {[]Entry{{Topic: topic.Incident(1), Channel: "a", Priority: prio(false, ClassClicked, 0), Known: true}}, Limits{Gaps: map[string]time.Duration{"a": time.Second}}, 1, 0},
	} {
		var queue []*Entry
		for k := range c.queue {
			queue = append(queue, &c.queue[k])
		}
		best, wait := Next(slices.Values(queue), c.limits, now)
		got := 0
		if best != nil {
			got, wait = best.Topic.Number, 0
		}
		if got != c.want || wait != c.wait {
			t.Errorf("%s: got %d after %s, want %d after %s", name, got, wait, c.want, c.wait)
		}
	}
}

// TestTurns: what the queue knows of a thread before, during and after its turn.
func TestTurns(t *testing.T) {
	t.Parallel()
	urgent, calm := prio(true, ClassRoot, 0), prio(false, ClassEdit, 0)
	for name, c := range map[string]struct {
		got, want Entry
	}{
		"a change":                 {Entry{Channel: "a", Priority: calm, Known: true, Ready: in(time.Minute)}.Change("b", urgent), Entry{Channel: "b", Priority: urgent, Again: true}},
		"a lesser change":          {Entry{Channel: "a", Priority: urgent}.Change("b", calm), Entry{Channel: "b", Priority: urgent, Again: true}},
		"a change during its turn": {Entry{Channel: "a", Priority: calm, Busy: true}.Change("b", urgent), Entry{Channel: "a", Priority: urgent, Busy: true, Again: true}},
		"its turn":                 {Entry{Channel: "a", Priority: calm, Again: true}.Pick(), Entry{Channel: "a", Priority: calm, Picked: calm, Busy: true}},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, c.got, c.want)
		}
	}
	for name, c := range map[string]struct {
		entry Entry
		o     Outcome
		want  Entry
		stays bool
	}{
		"settled":                     {Entry{Busy: true, Channel: "a", Priority: urgent}, Outcome{Settled: true, Priority: calm}, Entry{Channel: "a", Priority: calm, Known: true}, false},
		"more is to come":             {Entry{Busy: true, Channel: "a", Priority: urgent}, Outcome{Channel: "b", Priority: calm, Wait: time.Minute, Moves: true}, Entry{Channel: "b", Priority: calm, Known: true, Moves: true, Ready: in(time.Minute)}, true},
		"more at once, before others": {Entry{Busy: true, Channel: "a", Priority: urgent}, Outcome{Priority: urgent}, Entry{Channel: "a", Priority: urgent, Known: true, Ready: now}, true},
		"settled, and changed":        {Entry{Busy: true, Again: true, Channel: "a", Priority: urgent}, Outcome{Settled: true, Priority: calm}, Entry{Channel: "a", Priority: urgent, Again: true}, true},
		"changed, and waits":          {Entry{Busy: true, Again: true, Channel: "a", Priority: calm}, Outcome{Priority: urgent, Wait: time.Minute}, Entry{Channel: "a", Priority: urgent, Again: true, Ready: in(clickInterval)}, true},
		"changed, and waits a moment": {Entry{Busy: true, Again: true, Channel: "a", Priority: calm}, Outcome{Priority: calm, Wait: time.Second}, Entry{Channel: "a", Priority: calm, Again: true, Ready: in(time.Second)}, true},
	} {
		got, stays := c.entry.Done(c.o, now)
		if stays != c.stays || got != c.want {
			t.Errorf("%s: got %+v, stays %v, want %+v, %v", name, got, stays, c.want, c.stays)
		}
	}
}

// TestSpends: what a call takes of Slack's limits.
func TestSpends(t *testing.T) {
	t.Parallel()
	for kind, method := range map[Kind]string{Post: "chat.postMessage", Find: "conversations.history", Sweep: "conversations.history", Edit: "chat.update", Upload: "files.getUploadURLExternal", Check: "files.info", DropFile: "files.delete"} {
		got := Call{Kind: kind, Slot: root, Urgent: true}.Spends("C1")
		if got.Method != method || (got.Channel == "C1") != (kind == Post) || got.Urgent != (kind == Edit) {
			t.Errorf("kind %d: spends %+v, want %s", kind, got, method)
		}
		if kind.AboutFile() != (kind >= WantFile) {
			t.Errorf("kind %d: about a file %v", kind, kind.AboutFile())
		}
	}
	for _, kind := range []Kind{Find, Sweep} {
		if got := (Call{Kind: kind, Slot: immediate}).Spends("C1"); got.Method != "conversations.replies" {
			t.Errorf("kind %d in a thread: spends %+v", kind, got)
		}
	}
}

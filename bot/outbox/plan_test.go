package outbox

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// TestPlanOfAWholeThread: what comes first of several things that are to be done.
func TestPlanOfAWholeThread(t *testing.T) {
	t.Parallel()
	all := []message.Slot{root, immediate, tier, ping}
	everything := shows(map[string]ledger.Record{"tier:immediate": sent(immediate, "1.1"), "tier:long_term": sent(tier, "1.2"), "deadline:1": sent(ping, "1.3")})
	but := func(name string, slot ledger.Record) ledger.Ledger {
		some := ledger.Ledger{}
		maps.Copy(some, everything)
		some[name] = slot
		return some
	}
	plans(t, map[string]planCase{
		"nothing is there: the root":          {Thread{Slots: all}, planned{slot: "root", kind: Post, class: ClassRoot}},
		"all is there: nothing":               {Thread{Slots: all, Ledger: everything}, planned{}},
		"no messages: nothing":                {Thread{}, planned{}},
		"the root is there: the ping":         {Thread{Slots: all, Ledger: shows(nil)}, planned{slot: "deadline:1", kind: Post, class: ClassPing}},
		"no ping: the steps of this hour":     {Thread{Slots: all[:3], Ledger: shows(nil)}, planned{slot: "tier:immediate", kind: Post, class: ClassImmediate}},
		"a new message before an edit":        {Thread{Slots: all[:3], Ledger: ledger.Ledger{"root": stale(sent(root, "1.0")), "tier:immediate": sent(immediate, "1.1")}}, planned{slot: "tier:long_term", kind: Post, class: ClassTier}},
		"an edit that people wait for before": {Thread{Slots: all[:3], Clicked: []string{"root"}, Ledger: ledger.Ledger{"root": stale(sent(root, "1.0")), "tier:immediate": sent(immediate, "1.1")}}, planned{slot: "root", kind: Edit, class: ClassClicked}},
		"of equal ones the first":             {Thread{Slots: all, Ledger: but("tier:immediate", stale(sent(immediate, "1.1"))), Edited: map[string]time.Time{}}, planned{slot: "tier:immediate", kind: Edit, class: ClassEdit}},
		"the soonest of what is to come": {Thread{Slots: all[:3], Edited: map[string]time.Time{"tier:immediate": now, "root": now},
			Ledger: ledger.Ledger{"root": stale(sent(root, "1.0")), "tier:immediate": stale(sent(immediate, "1.1")), "tier:long_term": sent(tier, "1.2")}}, planned{next: in(clickInterval)}},
	})
}

// TestSupersededMessages are not sent, and asked about no more.
func TestSupersededMessages(t *testing.T) {
	t.Parallel()
	plans(t, map[string]planCase{
		"superseded":     {Thread{Slots: []message.Slot{root, ping}, Ledger: shows(map[string]ledger.Record{"deadline:1": {State: ledger.Superseded}})}, planned{}},
		"not superseded": {Thread{Slots: []message.Slot{root, ping}, Ledger: shows(map[string]ledger.Record{"deadline:1": {State: ledger.Waiting}})}, planned{slot: "deadline:1", kind: Post, class: ClassPing}},
	})
	if got := Superseded(Thread{Slots: []message.Slot{root, immediate, ping}}); len(got) != 1 || got[0] != "deadline:1" {
		t.Errorf("a root nobody saw makes %q needless, want its pings", got)
	}
	if got := Superseded(Thread{Slots: []message.Slot{ping}, Ledger: ledger.Ledger{"deadline:1": {State: ledger.Sending}}}); len(got) > 0 {
		t.Errorf("got %q, want nothing that was sent", got)
	}
}

// TestPastPings: those of openings long past are forgotten, others never.
func TestPastPings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slot    string
		have    ledger.Record
		opening int
		told    []int
		want    bool
	}{
		"long past":             {message.DeadlinePing + ":2", ledger.Record{State: ledger.Sent}, 12, nil, true},
		"superseded":            {"resolved:2", ledger.Record{State: ledger.Superseded}, 12, nil, true},
		"ten openings ago":      {message.DeadlinePing + ":3", ledger.Record{State: ledger.Sent}, 12, nil, false},
		"still asked about":     {message.DeadlinePing + ":2", ledger.Record{State: ledger.Sent}, 12, []int{2}, false},
		"copies may come":       {message.DeadlinePing + ":2", ledger.Record{State: ledger.Sent, Sweeps: 1}, 12, nil, false},
		"not sent yet":          {message.DeadlinePing + ":2", ledger.Record{State: ledger.Waiting}, 12, nil, false},
		"no ping":               {"tier:2", ledger.Record{State: ledger.Sent}, 12, nil, false},
		"a ping without number": {message.DeadlinePing + ":x", ledger.Record{State: ledger.Sent}, 12, nil, false},
	} {
		if got := len(PastPings(ledger.Ledger{c.slot: c.have}, c.opening, c.told)) == 1; got != c.want {
			t.Errorf("%s: forgotten %v, want %v", name, got, c.want)
		}
	}
}

// TestUnreadableMessages: nothing is sent where nobody knows what Slack has.
func TestUnreadableMessages(t *testing.T) {
	t.Parallel()
	plans(t, map[string]planCase{
		"unreadable": {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": {State: ledger.Unreadable}}}, planned{next: in(Usual.Parked)}},
	})
}

// TestUnknownOutcomes: a post that nobody heard of is looked for when it cannot come any
// more, and never sent blindly.
func TestUnknownOutcomes(t *testing.T) {
	t.Parallel()
	sending := func(at time.Time) Thread {
		return Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": {State: ledger.Sending, Op: "op", IntentAt: at}}}
	}
	plans(t, map[string]planCase{
		"a moment ago":            {sending(ago(time.Second)), planned{next: ago(time.Second).Add(Usual.Unknown)}},
		"it cannot come any more": {sending(ago(Usual.Unknown)), planned{slot: "root", kind: Find, class: ClassRoot}},
		"the clock was set back":  {sending(in(time.Hour)), planned{slot: "root", kind: Find, class: ClassRoot}},
	})
}

// TestParkedMessages rest, unless they have changed.
func TestParkedMessages(t *testing.T) {
	t.Parallel()
	parkedAt := func(at time.Time, hash, ts string) Thread {
		return Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": {State: ledger.Parked, Hash: hash, TS: ts, IntentAt: at}}}
	}
	plans(t, map[string]planCase{
		"a moment ago":           {parkedAt(ago(time.Second), root.Hash(), ""), planned{next: ago(time.Second).Add(Usual.Parked)}},
		"long enough, no post":   {parkedAt(ago(Usual.Parked), root.Hash(), ""), planned{slot: "root", kind: Post, class: ClassRoot}},
		"long enough, an edit":   {parkedAt(ago(Usual.Parked), root.Hash(), "1.0"), planned{slot: "root", kind: Edit, class: ClassEdit}},
		"it has changed":         {parkedAt(ago(time.Second), "before", ""), planned{slot: "root", kind: Post, class: ClassRoot}},
		"the clock was set back": {parkedAt(in(time.Hour), root.Hash(), ""), planned{slot: "root", kind: Post, class: ClassRoot}},
	})
}

// TestMissingMessages are posted, replies under a root.
func TestMissingMessages(t *testing.T) {
	t.Parallel()
	moved := with(sent(immediate, "1.1"), func(s *ledger.Record) { s.Parent = "0.9" })
	plans(t, map[string]planCase{
		"a reply waits for its root":          {Thread{Slots: []message.Slot{immediate}}, planned{}},
		"under a root that people deleted":    {Thread{Slots: []message.Slot{root, immediate}, Ledger: shows(map[string]ledger.Record{"tier:immediate": moved})}, planned{slot: "tier:immediate", kind: Post, class: ClassImmediate}},
		"a ping under it is not sent again":   {Thread{Slots: []message.Slot{root, ping}, Ledger: shows(map[string]ledger.Record{"deadline:1": with(sent(ping, "1.3"), func(s *ledger.Record) { s.Parent = "0.9" })})}, planned{}},
		"under its own root it stays":         {Thread{Slots: []message.Slot{root, immediate}, Ledger: shows(map[string]ledger.Record{"tier:immediate": sent(immediate, "1.1")})}, planned{}},
		"a parent of old binaries is no sign": {Thread{Slots: []message.Slot{root, immediate}, Ledger: shows(map[string]ledger.Record{"tier:immediate": with(sent(immediate, "1.1"), func(s *ledger.Record) { s.Parent = "" })})}, planned{}},
	})
}

// TestCopies are looked for when a message may have been sent twice.
func TestCopies(t *testing.T) {
	t.Parallel()
	sweep := func(have ledger.Record, at time.Time) ledger.Record { have.Sweeps, have.SweepAt = 2, at; return have }
	plans(t, map[string]planCase{
		"due":                            {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": sweep(sent(root, "1.0"), ago(time.Second))}}, planned{slot: "root", kind: Sweep, class: ClassEdit}},
		"to come":                        {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": sweep(sent(root, "1.0"), in(time.Second))}}, planned{next: in(time.Second)}},
		"the clock was set back":         {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": sweep(sent(root, "1.0"), in(time.Hour))}}, planned{slot: "root", kind: Sweep, class: ClassEdit}},
		"before an edit of the same":     {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": sweep(stale(sent(root, "1.0")), ago(time.Second))}}, planned{slot: "root", kind: Sweep, class: ClassEdit}},
		"an orphan, due":                 {Thread{Slots: []message.Slot{root}, Ledger: shows(map[string]ledger.Record{"deadline:1": sweep(sent(ping, "1.3"), ago(time.Second))})}, planned{slot: "deadline:1", kind: Sweep, class: ClassEdit}},
		"an orphan, to come":             {Thread{Slots: []message.Slot{root}, Ledger: shows(map[string]ledger.Record{"deadline:1": sweep(sent(ping, "1.3"), in(time.Second))})}, planned{next: in(time.Second)}},
		"an orphan of unknown outcome":   {Thread{Slots: []message.Slot{root}, Ledger: shows(map[string]ledger.Record{"deadline:1": {State: ledger.Sending, Sweeps: 2, IntentAt: ago(Usual.Unknown)}})}, planned{slot: "deadline:1", kind: Sweep, class: ClassEdit}},
		"an orphan that may still come":  {Thread{Slots: []message.Slot{root}, Ledger: shows(map[string]ledger.Record{"deadline:1": {State: ledger.Sending, Sweeps: 2, IntentAt: now}})}, planned{next: in(Usual.Unknown)}},
		"an orphan that was sent once":   {Thread{Slots: []message.Slot{root}, Ledger: shows(map[string]ledger.Record{"deadline:1": sent(ping, "1.3")})}, planned{}},
		"what is to be there goes first": {Thread{Slots: []message.Slot{root, immediate}, Ledger: shows(map[string]ledger.Record{"deadline:1": sweep(sent(ping, "1.3"), ago(time.Second))})}, planned{slot: "tier:immediate", kind: Post, class: ClassImmediate}},
	})
}

// TestEdits: what looks other than it should is edited, not too often.
func TestEdits(t *testing.T) {
	t.Parallel()
	edited := func(slot message.Slot, since time.Duration, more Thread) Thread {
		more.Slots = []message.Slot{slot}
		if slot.Thread {
			more.Slots = []message.Slot{root, slot}
		}
		more.Ledger = shows(map[string]ledger.Record{slot.Name: stale(sent(slot, "1.1"))})
		if slot.Name == "root" {
			more.Ledger["root"] = stale(sent(slot, "1.0"))
		}
		more.Edited = map[string]time.Time{slot.Name: ago(since)}
		return more
	}
	page := func(n string) message.Slot {
		return message.Slot{Name: "page:" + n, Thread: true, Message: blockkit.TextMessage("page " + n)}
	}
	young := Thread{Storm: true, OpenedAt: ago(time.Second)}
	plans(t, map[string]planCase{
		"a root a moment ago":             {edited(root, time.Second, Thread{}), planned{next: ago(time.Second).Add(Usual.Root)}},
		"a root long ago":                 {edited(root, Usual.Root, Thread{}), planned{slot: "root", kind: Edit, class: ClassEdit}},
		"a root that people wait for":     {edited(root, clickInterval, Thread{Clicked: []string{"root"}}), planned{slot: "root", kind: Edit, class: ClassClicked}},
		"not sooner for people":           {edited(root, time.Second, Thread{Clicked: []string{"root"}}), planned{next: in(time.Second)}},
		"a reply a moment ago":            {edited(tier, time.Second, Thread{}), planned{next: in(time.Second)}},
		"a reply":                         {edited(tier, clickInterval, Thread{}), planned{slot: "tier:long_term", kind: Edit, class: ClassEdit}},
		"people wait for the beginning":   {edited(tier, clickInterval, Thread{Clicked: []string{"tier:long"}}), planned{slot: "tier:long_term", kind: Edit, class: ClassClicked}},
		"a young storm":                   {edited(root, stormInterval, young), planned{slot: "root", kind: Edit, class: ClassStorm}},
		"a young storm, too soon":         {edited(root, 2*time.Second, young), planned{next: in(time.Second)}},
		"an older storm, too soon":        {edited(root, 5*time.Second, Thread{Storm: true}), planned{next: in(10 * time.Second)}},
		"an older storm":                  {edited(root, stormLaterInterval, Thread{Storm: true}), planned{slot: "root", kind: Edit, class: ClassStorm}},
		"a page of its list, too soon":    {edited(page("1"), 15*time.Second, young), planned{next: in(5 * time.Second)}},
		"a page of its list":              {edited(page("1"), ListInterval, young), planned{slot: "page:1", kind: Edit, class: ClassEdit}},
		"the clock was set back":          {edited(root, -time.Hour, Thread{}), planned{slot: "root", kind: Edit, class: ClassEdit}},
		"never edited":                    {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": stale(sent(root, "1.0"))}}, planned{slot: "root", kind: Edit, class: ClassEdit}},
		"a ping that differs stays":       {Thread{Slots: []message.Slot{root, ping}, Ledger: shows(map[string]ledger.Record{"deadline:1": stale(sent(ping, "1.3"))})}, planned{}},
		"a first page of a storm's list":  {Thread{Storm: true, Slots: []message.Slot{root, page("15")}, Ledger: shows(nil)}, planned{slot: "page:15", kind: Post, class: ClassList}},
		"a later page of a storm's list":  {Thread{Storm: true, Slots: []message.Slot{root, page("16")}, Ledger: shows(nil)}, planned{slot: "page:16", kind: Post, class: ClassRest}},
		"the first message of a storm":    {Thread{Storm: true, Slots: []message.Slot{root}}, planned{slot: "root", kind: Post, class: ClassStorm}},
		"what asks nothing of the clicks": {edited(tier, clickInterval, Thread{Clicked: []string{"tier:immediate"}}), planned{slot: "tier:long_term", kind: Edit, class: ClassEdit}},
	})
}

// TestPostedFiles: a file that is posted by itself is brought like a picture, and nothing
// stands beside it; only when it cannot be brought is its message posted.
func TestPostedFiles(t *testing.T) {
	t.Parallel()
	slot := message.Slot{Name: "export:1", Thread: true, Once: true, Message: blockkit.TextMessage("it could not be brought"), Picture: &message.Picture{Name: "INC-1.md", Hash: "export:1", Posted: true}}
	there := slot
	there.File = "F1"
	thread := func(slot message.Slot, change func(*ledger.Record)) Thread {
		return Thread{Slots: []message.Slot{root, slot}, Files: Files{Wait: map[Kind]time.Duration{}}, Ledger: ledger.Ledger{
			"root": sent(root, "1.0"), "picture:export:1": with(ledger.Record{State: ledger.Waiting, Hash: "export:1", IntentAt: ago(time.Second)}, change),
		}}
	}
	plans(t, map[string]planCase{
		"it is brought":            {thread(slot, func(*ledger.Record) {}), planned{slot: "export:1", kind: Upload, class: ClassPing}},
		"it may be there":          {thread(slot, func(s *ledger.Record) { s.State, s.File = ledger.Sending, "F1" }), planned{slot: "export:1", kind: Check, class: ClassPing}},
		"it is there":              {thread(there, func(s *ledger.Record) { s.State, s.File = ledger.Sent, "F1" }), planned{}},
		"it is there, and another": {thread(there, func(s *ledger.Record) { s.State, s.File, s.Old = ledger.Sent, "F1", []string{"F0"} }), planned{slot: "export:1", kind: DropFile, class: ClassEdit}},
		"it cannot be brought":     {thread(slot, func(s *ledger.Record) { s.Tries = pictureTries }), planned{slot: "export:1", kind: Post, class: ClassPing}},
	})
}

// TestPastExports: once a later post-mortem was asked for, what is known of the earlier
// ones is forgotten, unless a call is under way.
func TestPastExports(t *testing.T) {
	t.Parallel()
	got := PastExports(ledger.Ledger{
		"root": {State: ledger.Sent}, "picture:root": {State: ledger.Sent}, "picture:export:1": {State: ledger.Sent}, "export:2": {State: ledger.Sent},
		"picture:export:3": {State: ledger.Sending}, "picture:export:4": {State: ledger.Sent}, "export:x": {},
	}, 4)
	slices.Sort(got)
	if want := []string{"export:2", "picture:export:1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPictures: a message waits for its picture's file, for a while.
func TestPictures(t *testing.T) {
	t.Parallel()
	file := func(change func(*ledger.Record)) ledger.Ledger {
		return ledger.Ledger{"picture:root": with(ledger.Record{State: ledger.Waiting, Hash: "p1", IntentAt: ago(time.Second)}, change)}
	}
	post := planned{slot: "root", kind: Post, class: ClassRoot}
	shown := func(change func(*ledger.Record)) ledger.Ledger {
		all := file(change)
		all["root"] = sent(chart, "1.0")
		return all
	}
	own := chart
	own.File = "F1"
	free := Files{Wait: map[Kind]time.Duration{}}
	plans(t, map[string]planCase{
		"it is wanted first":                {Thread{Slots: []message.Slot{chart}}, planned{slot: "root", kind: WantFile, class: ClassRoot}},
		"wanted while another is brought":   {Thread{Slots: []message.Slot{chart}, Files: Files{Busy: true, Wait: map[Kind]time.Duration{WantFile: time.Minute}}}, planned{slot: "root", kind: WantFile, class: ClassRoot}},
		"another one is wanted":             {Thread{Slots: []message.Slot{chart}, Ledger: file(func(s *ledger.Record) { s.Hash = "p0" })}, planned{slot: "root", kind: WantFile, class: ClassRoot}},
		"its file is brought":               {Thread{Slots: []message.Slot{chart}, Ledger: file(func(*ledger.Record) {}), Files: free}, planned{slot: "root", kind: Upload, class: ClassRoot}},
		"its file is looked at":             {Thread{Slots: []message.Slot{chart}, Ledger: file(func(s *ledger.Record) { s.File = "F1" })}, planned{slot: "root", kind: Check, class: ClassRoot}},
		"the next look is to come":          {Thread{Slots: []message.Slot{chart}, Ledger: file(func(s *ledger.Record) { s.File, s.NextAt = "F1", in(time.Second) })}, planned{next: in(time.Second)}},
		"the message goes before that":      {Thread{Slots: []message.Slot{chart}, Ledger: file(func(s *ledger.Record) { s.NextAt = in(time.Minute) })}, planned{next: ago(time.Second).Add(Usual.Picture)}},
		"another file is brought":           {Thread{Slots: []message.Slot{chart}, Ledger: file(func(*ledger.Record) {}), Files: Files{Busy: true}}, planned{next: in(PictureTurn)}},
		"Slack's limits":                    {Thread{Slots: []message.Slot{chart}, Ledger: file(func(*ledger.Record) {}), Files: Files{Wait: map[Kind]time.Duration{Upload: time.Minute}}}, planned{next: in(PictureLook)}},
		"it has waited long enough":         {Thread{Slots: []message.Slot{chart}, Ledger: file(func(s *ledger.Record) { s.IntentAt = ago(Usual.Picture) })}, post},
		"it failed often enough":            {Thread{Slots: []message.Slot{chart}, Ledger: file(func(s *ledger.Record) { s.Tries = pictureTries })}, post},
		"it is there":                       {Thread{Slots: []message.Slot{own}, Ledger: file(func(s *ledger.Record) { s.State, s.File = ledger.Sent, "F1" })}, post},
		"a message without picture goes on": {Thread{Slots: []message.Slot{root}, Ledger: file(func(*ledger.Record) {})}, post},
		"a late picture":                    {Thread{Slots: []message.Slot{chart}, Ledger: shown(func(s *ledger.Record) { s.Tries = pictureTries })}, planned{slot: "root", kind: Upload, class: ClassEdit}},
		"a late picture rests":              {Thread{Slots: []message.Slot{chart}, Ledger: shown(func(s *ledger.Record) { s.Tries, s.NextAt = pictureTries, in(time.Minute) })}, planned{next: in(time.Minute)}},
		"an old file is deleted":            {Thread{Slots: []message.Slot{own}, Ledger: ledger.Ledger{"root": sent(own, "1.0"), "picture:root": {State: ledger.Sent, Hash: "p1", File: "F1", Old: []string{"F0"}}}}, planned{slot: "root", kind: DropFile, class: ClassEdit}},
		"a file that nothing shows":         {Thread{Slots: []message.Slot{root}, Ledger: ledger.Ledger{"root": sent(root, "1.0"), "picture:root": {State: ledger.Sent, Hash: "p1", File: "F1"}}}, planned{slot: "root", kind: DropFile, class: ClassEdit}},
		"what is shown stays":               {Thread{Slots: []message.Slot{own}, Ledger: ledger.Ledger{"root": sent(own, "1.0"), "picture:root": {State: ledger.Sent, Hash: "p1", File: "F1"}}}, planned{}},
		"no late picture for a ping":        {Thread{Slots: []message.Slot{root, pingChart}, Ledger: shows(map[string]ledger.Record{"deadline:1": sent(pingChart, "1.3")})}, planned{}},
		"an edit waits for it, too":         {Thread{Slots: []message.Slot{chart}, Ledger: ledger.Ledger{"root": stale(sent(chart, "1.0"))}}, planned{slot: "root", kind: WantFile, class: ClassEdit}},
	})
}

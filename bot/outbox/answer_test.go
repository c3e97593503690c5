package outbox

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
)

func sameSlot(t *testing.T, name string, want, got ledger.Record) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ledger.Record{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestIntent: what the ledger says before a post.
func TestIntent(t *testing.T) {
	t.Parallel()
	short := root
	short.Form, short.Whole = blockkit.FormText, "whole"
	for name, c := range map[string]struct {
		call Call
		want ledger.Record
	}{
		"a first try":                       {Call{Slot: root}, ledger.Record{State: ledger.Sending, Op: "new", IntentAt: now}},
		"posted anew":                       {Call{Slot: root, Have: ledger.Record{TS: "1.0", Old: []string{"0.9"}}}, ledger.Record{State: ledger.Sending, Op: "new", IntentAt: now, Old: []string{"0.9", "1.0"}}},
		"again after an unknown outcome":    {Call{Slot: root, Have: ledger.Record{Op: "old", Sweeps: 2}}, ledger.Record{State: ledger.Sending, Op: "old", IntentAt: now, Sweeps: 2}},
		"posted anew after unknown outcome": {Call{Slot: root, Have: ledger.Record{TS: "1.0", Op: "old", Sweeps: 2}}, ledger.Record{State: ledger.Sending, Op: "new", IntentAt: now, Old: []string{"1.0"}}},
		"a short form":                      {Call{Slot: short, Word: "invalid_blocks"}, ledger.Record{State: ledger.Sending, Op: "new", IntentAt: now, Refused: "whole", Form: "text invalid_blocks"}},
	} {
		sameSlot(t, name, c.want, Intent(c.call, "new", now))
	}
}

// TestPosted: what it says when Slack took it.
func TestPosted(t *testing.T) {
	t.Parallel()
	intent := ledger.Record{State: ledger.Sending, Op: "op", IntentAt: now}
	want := ledger.Record{State: ledger.Sent, Op: "op", IntentAt: now, Channel: "C1", TS: "1.0", Hash: root.Hash()}
	sameSlot(t, "posted", want, Posted(Call{Slot: root}, intent, "C1", "1.0", false, Usual, now))
	want.Hash = ""
	sameSlot(t, "posted in another form", want, Posted(Call{Slot: root}, intent, "C1", "1.0", true, Usual, now))
	intent.Sweeps = 2
	want.Sweeps, want.SweepAt = 2, in(Usual.Sweeps[0])
	sameSlot(t, "copies may come", want, Posted(Call{Slot: root}, intent, "C1", "1.0", true, Usual, now))
}

// TestNotPosted: what it says when Slack did not take it, and what follows.
func TestNotPosted(t *testing.T) {
	t.Parallel()
	intent := ledger.Record{State: ledger.Sending, Op: "op", IntentAt: now, Channel: "C1"}
	waiting := with(intent, func(s *ledger.Record) { s.State = ledger.Waiting })
	parkedAs := func(why *slackapi.Error, hash string) ledger.Record {
		return with(intent, func(s *ledger.Record) { s.State, s.Hash, s.Why = ledger.Parked, hash, why.Error() })
	}
	pictured := chart
	pictured.File = "F1"
	bare := root
	bare.Form, bare.Whole = blockkit.FormRich, "whole"
	for name, c := range map[string]struct {
		call    Call
		refused *slackapi.Error
		want    ledger.Record
		follow  Follow
	}{
		"no word of Slack's":           {Call{Slot: root}, nil, intent, FollowNothing},
		"nobody knows":                 {Call{Slot: root}, unheard, intent, FollowNothing},
		"limited":                      {Call{Slot: root}, limited, waiting, FollowNothing},
		"its thread is gone":           {Call{Slot: immediate}, threadGone, waiting, FollowRoot},
		"a root has no thread":         {Call{Slot: root}, threadGone, parkedAs(threadGone, root.Hash()), FollowNothing},
		"with its picture":             {Call{Slot: pictured}, badBlocks, waiting, FollowPicture},
		"its form":                     {Call{Slot: root}, badBlocks, with(waiting, func(s *ledger.Record) { s.Refused, s.Form = root.Hash(), "text invalid_blocks" }), FollowNothing},
		"its metadata":                 {Call{Slot: root}, badMetadata, with(waiting, func(s *ledger.Record) { s.Refused, s.Form = root.Hash(), "bare metadata_too_large" }), FollowNothing},
		"the last form":                {Call{Slot: bare}, badBlocks, parkedAs(badBlocks, "whole"), FollowNothing},
		"for another reason":           {Call{Slot: root}, refusedText, parkedAs(refusedText, root.Hash()), FollowNothing},
		"the channel, at its begin":    {Call{Slot: root}, archived, parkedAs(archived, root.Hash()), FollowDivert},
		"the channel, later":           {Call{Slot: root, Have: ledger.Record{Old: []string{"0.9"}}}, archived, parkedAs(archived, root.Hash()), FollowNothing},
		"the channel, in the thread":   {Call{Slot: immediate}, archived, parkedAs(archived, immediate.Hash()), FollowNothing},
		"the thread in it":             {Call{Slot: root}, restricted, parkedAs(restricted, root.Hash()), FollowNothing},
		"the app":                      {Call{Slot: root}, revoked, parkedAs(revoked, root.Hash()), FollowNothing},
		"the app lacks a permission":   {Call{Slot: root}, noScope, parkedAs(noScope, root.Hash()), FollowNothing},
		"Slack could not be reached":   {Call{Slot: root}, unreachable, waiting, FollowNothing},
		"a reply to what cannot exist": {Call{Slot: ping}, messageGone, waiting, FollowRoot},
	} {
		got, follow := NotPosted(c.call, intent, c.refused)
		sameSlot(t, name, c.want, got)
		if follow != c.follow {
			t.Errorf("%s: follows %d, want %d", name, follow, c.follow)
		}
	}
}

// TestFound: what it says after a look for a post of unknown outcome.
func TestFound(t *testing.T) {
	t.Parallel()
	have := ledger.Record{State: ledger.Sending, Op: "op", IntentAt: ago(time.Minute), Channel: "#c"}
	for name, c := range map[string]struct {
		call   Call
		copies []string
		want   ledger.Record
		extra  []string
	}{
		"not there":   {Call{Slot: root, Have: have}, nil, with(have, func(s *ledger.Record) { s.State, s.Sweeps = ledger.Waiting, 2 }), nil},
		"there":       {Call{Slot: root, Have: have}, []string{"1.0"}, with(have, func(s *ledger.Record) { s.State, s.Channel, s.TS = ledger.Sent, "C1", "1.0" }), nil},
		"there twice": {Call{Slot: root, Have: have}, []string{"1.0", "1.1"}, with(have, func(s *ledger.Record) { s.State, s.Channel, s.TS = ledger.Sent, "C1", "1.0" }), []string{"1.1"}},
		"of several tries": {Call{Slot: root, Have: with(have, func(s *ledger.Record) { s.Sweeps = 2 })}, []string{"1.0"}, with(have, func(s *ledger.Record) {
			s.State, s.Channel, s.TS, s.Sweeps, s.SweepAt = ledger.Sent, "C1", "1.0", 2, in(Usual.Sweeps[0])
		}), nil},
		"a ping": {Call{Slot: ping, Have: have}, []string{"1.0"}, with(have, func(s *ledger.Record) { s.State, s.Channel, s.TS, s.Hash = ledger.Sent, "C1", "1.0", ping.Hash() }), nil},
	} {
		got, extra := Found(c.call, "C1", c.copies, Usual, now)
		sameSlot(t, name, c.want, got)
		if !slices.Equal(extra, c.extra) {
			t.Errorf("%s: %q go, want %q", name, extra, c.extra)
		}
	}
}

// TestSwept: what it says after a look for copies.
func TestSwept(t *testing.T) {
	t.Parallel()
	have := ledger.Record{State: ledger.Sent, Op: "op", Channel: "C1", TS: "1.1", Hash: "h", Sweeps: 2, SweepAt: now}
	next := with(have, func(s *ledger.Record) { s.Sweeps, s.SweepAt = 1, in(Usual.Sweeps[1]-Usual.Sweeps[0]) })
	for name, c := range map[string]struct {
		have   ledger.Record
		copies []string
		want   ledger.Record
		extra  []string
	}{
		"no copy":                 {have, []string{"1.1"}, next, nil},
		"none at all":             {have, nil, next, nil},
		"an older copy":           {have, []string{"1.0", "1.1"}, next, []string{"1.0"}},
		"the known one is gone":   {have, []string{"1.2", "1.3"}, with(next, func(s *ledger.Record) { s.TS, s.Hash = "1.2", "" }), []string{"1.3"}},
		"the last look":           {with(have, func(s *ledger.Record) { s.Sweeps = 1 }), []string{"1.1"}, with(have, func(s *ledger.Record) { s.Sweeps, s.SweepAt = 0, time.Time{} }), nil},
		"a post that was sending": {with(have, func(s *ledger.Record) { s.State, s.TS = ledger.Sending, "" }), []string{"1.2"}, with(next, func(s *ledger.Record) { s.TS, s.Hash = "1.2", "" }), nil},
	} {
		got, extra := Swept(c.have, c.copies, Usual, now)
		sameSlot(t, name, c.want, got)
		if !slices.Equal(extra, c.extra) {
			t.Errorf("%s: %q go, want %q", name, extra, c.extra)
		}
	}
}

// TestEdited: what it says after an edit.
func TestEdited(t *testing.T) {
	t.Parallel()
	have := ledger.Record{State: ledger.Parked, Channel: "C1", TS: "1.0", Hash: "before", Why: "is_archived", Refused: "x", Form: "rich y"}
	sameSlot(t, "done", ledger.Record{State: ledger.Sent, Channel: "C1", TS: "1.0", Hash: root.Hash()}, Edited(Call{Kind: Edit, Slot: root, Have: have}))
	pictured := chart
	pictured.File = "F1"
	fine := ledger.Record{State: ledger.Sent, Channel: "C1", TS: "1.0", Hash: "before"}
	parkedFor := func(why *slackapi.Error, more func(*ledger.Record)) ledger.Record {
		return with(fine, func(s *ledger.Record) {
			s.State, s.Hash, s.Why, s.IntentAt = ledger.Parked, root.Hash(), why.Error(), now
			if more != nil {
				more(s)
			}
		})
	}
	nine := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}
	for name, c := range map[string]struct {
		slot    message.Slot
		old     []string
		refused *slackapi.Error
		want    ledger.Record
		follow  Follow
		ok      bool
	}{
		"people deleted it": {root, nil, messageGone, with(fine, func(s *ledger.Record) { s.State, s.TS, s.Hash, s.Old = ledger.Waiting, "", "", []string{"1.0"} }), FollowNothing, true},
		"eight times": {root, nine[:8], messageGone, with(fine, func(s *ledger.Record) {
			s.State, s.TS, s.Hash, s.Old = ledger.Waiting, "", "", append(nine[:8:8], "1.0")
		}), FollowNothing, true},
		"again and again":      {root, nine, messageGone, parkedFor(messageGone, func(s *ledger.Record) { s.Old = nine }), FollowNothing, true},
		"it may not be edited": {root, nil, uneditable, with(fine, func(s *ledger.Record) { s.State, s.TS, s.Hash, s.Old = ledger.Waiting, "", "", []string{"1.0"} }), FollowNothing, true},
		"nor may the second":   {root, []string{"0.9"}, uneditable, parkedFor(uneditable, func(s *ledger.Record) { s.Old = []string{"0.9"} }), FollowNothing, true},
		"its picture":          {pictured, nil, badBlocks, fine, FollowPicture, false},
		"its form":             {root, nil, badBlocks, with(fine, func(s *ledger.Record) { s.Hash, s.Refused, s.Form = "", root.Hash(), "rich invalid_blocks" }), FollowNothing, true},
		"refused":              {root, nil, refusedText, parkedFor(refusedText, nil), FollowNothing, true},
		"the channel":          {root, nil, archived, parkedFor(archived, nil), FollowNothing, true},
		"the app":              {root, nil, revoked, parkedFor(revoked, nil), FollowNothing, true},
		"limited":              {root, nil, limited, fine, FollowNothing, false},
		"nobody knows":         {root, nil, unheard, fine, FollowNothing, false},
	} {
		have := with(fine, func(s *ledger.Record) { s.Old = c.old })
		got, follow, ok := NotEdited(Call{Kind: Edit, Slot: c.slot, Have: have}, c.refused, now)
		sameSlot(t, name, c.want, got)
		if follow != c.follow || ok != c.ok {
			t.Errorf("%s: follows %d, written %v, want %d, %v", name, follow, ok, c.follow, c.ok)
		}
	}
}

// TestShortForms: which form is tried next.
func TestShortForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind    Kind
		form    blockkit.Form
		refused *slackapi.Error
		want    blockkit.Form
	}{
		"a post":                {Post, blockkit.FormWhole, badBlocks, blockkit.FormText},
		"a post as text":        {Post, blockkit.FormText, badBlocks, blockkit.FormRich},
		"a post as rich text":   {Post, blockkit.FormRich, badBlocks, blockkit.FormWhole},
		"an edit":               {Edit, blockkit.FormWhole, badBlocks, blockkit.FormRich},
		"an edit as rich text":  {Edit, blockkit.FormRich, badBlocks, blockkit.FormText},
		"metadata":              {Post, blockkit.FormWhole, badMetadata, blockkit.FormBare},
		"without metadata":      {Post, blockkit.FormBare, badMetadata, blockkit.FormWhole},
		"no form would help":    {Post, blockkit.FormWhole, archived, blockkit.FormWhole},
		"a word nobody knows":   {Post, blockkit.FormWhole, refusal("new_word", slackapi.OutcomeRefused, slackapi.ConcernUnknown), blockkit.FormText},
		"a look has no form":    {Find, blockkit.FormWhole, badBlocks, blockkit.FormWhole},
		"a look about metadata": {Sweep, blockkit.FormWhole, badMetadata, blockkit.FormBare},
	} {
		slot := root
		slot.Form = c.form
		if got := Shortened(Call{Kind: c.kind, Slot: slot}, c.refused); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if form, word := ShortForm(root, ledger.Record{Refused: root.Hash(), Form: "rich invalid_blocks"}); form != blockkit.FormRich || word != "invalid_blocks" {
		t.Errorf("got %q, %q, want the ledger's form and Slack's word", form, word)
	}
	if form, _ := ShortForm(root, ledger.Record{Refused: "before", Form: "rich invalid_blocks"}); form != blockkit.FormWhole {
		t.Errorf("got %q, want the next version whole", form)
	}
	if form, _ := ShortForm(root, ledger.Record{}); form != blockkit.FormWhole {
		t.Errorf("got %q, want it whole", form)
	}
}

// TestAssess: what Slack's word means for the thread and for others.
func TestAssess(t *testing.T) {
	t.Parallel()
	edit, post, first := Call{Kind: Edit, Slot: root, Have: ledger.Record{TS: "1.0"}}, Call{Kind: Post, Slot: immediate}, Call{Kind: Post, Slot: root}
	for name, c := range map[string]struct {
		call      Call
		refused   *slackapi.Error
		elsewhere bool
		want      Refusal
	}{
		"unreachable":           {post, unreachable, false, Refusal{About: AboutSlack, Level: slog.LevelWarn}},
		"limited":               {post, limited, false, Refusal{Wait: 7 * time.Second, Level: slog.LevelWarn}},
		"nobody knows":          {post, unheard, false, Refusal{About: AboutSlack, Wait: Retry, Level: slog.LevelWarn}},
		"gone":                  {edit, messageGone, false, Refusal{Level: slog.LevelInfo}},
		"given up":              {Call{Kind: Edit, Slot: root, Have: ledger.Record{Old: []string{"0.9"}}}, uneditable, false, Refusal{About: AboutMessage, Wait: Usual.Parked, Level: slog.LevelError}},
		"the app":               {post, revoked, false, Refusal{About: AboutSlack, Wait: Usual.Parked, Pause: Usual.Parked, Level: slog.LevelError}},
		"one permission":        {post, noScope, false, Refusal{About: AboutMessage, Wait: Usual.Parked, Level: slog.LevelError}},
		"the channel":           {post, archived, true, Refusal{About: AboutChannel, Wait: Usual.Parked, Close: Usual.Parked, Level: slog.LevelError}},
		"the channel, to begin": {first, archived, true, Refusal{About: AboutChannel, Wait: Usual.Parked, Level: slog.LevelError}},
		"and nowhere else":      {first, archived, false, Refusal{About: AboutChannel, Wait: Usual.Parked, Close: Usual.Parked, Level: slog.LevelError}},
		"one thread of it":      {post, restricted, false, Refusal{About: AboutChannel, Wait: Usual.Parked, Level: slog.LevelError}},
		"the message":           {post, refusedText, false, Refusal{About: AboutMessage, Wait: Usual.Parked, Level: slog.LevelError}},
	} {
		got := Assess(c.call, c.refused, c.elsewhere, Usual)
		if got.Says == "" {
			t.Errorf("%s: nothing is said", name)
		}
		got.Says = ""
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

// TestLateEnds: what is done about calls that ended after their coordinator was gone.
func TestLateEnds(t *testing.T) {
	t.Parallel()
	have := ledger.Record{State: ledger.Sent, TS: "1.0", Hash: "h", Op: "op"}
	for name, c := range map[string]struct {
		late   Late
		have   ledger.Record
		wanted bool
		want   ledger.Record
		look   bool
	}{
		"a late edit":                {Late{TS: "1.0"}, have, true, with(have, func(s *ledger.Record) { s.Hash = "" }), false},
		"looked for anyway":          {Late{Op: "op"}, ledger.Record{State: ledger.Sending, Op: "op"}, true, ledger.Record{State: ledger.Sending, Op: "op"}, false},
		"there after all":            {Late{TS: "1.0", Op: "op"}, ledger.Record{State: ledger.Waiting, Op: "op"}, true, ledger.Record{State: ledger.Sending, Op: "op"}, false},
		"a copy":                     {Late{TS: "1.1", Op: "op"}, have, true, with(have, func(s *ledger.Record) { s.Sweeps, s.SweepAt = 1, now }), false},
		"a copy may come":            {Late{Op: "op"}, have, true, with(have, func(s *ledger.Record) { s.Sweeps, s.SweepAt = 2, now }), false},
		"of another post":            {Late{TS: "1.1", Op: "other"}, have, true, have, true},
		"nobody wants it":            {Late{TS: "1.1", Op: "op"}, ledger.Record{State: ledger.Waiting, Op: "op"}, false, ledger.Record{State: ledger.Waiting, Op: "op"}, true},
		"an edit of what is another": {Late{TS: "1.1"}, have, true, have, true},
	} {
		got, look := Ended(c.late, c.have, c.wanted, Usual, now)
		sameSlot(t, name, c.want, got)
		if look != c.look {
			t.Errorf("%s: looked for %v, want %v", name, look, c.look)
		}
	}
	settled := ledger.Record{State: ledger.Sent, TS: "1.0", Hash: "h"}
	got, extra := Left(Late{Op: "op", IntentAt: ago(time.Hour)}, settled, []string{"1.0", "1.1"}, Usual, now)
	sameSlot(t, "its own, settled", with(settled, func(s *ledger.Record) { s.Op, s.IntentAt, s.Sweeps, s.SweepAt = "op", ago(time.Hour), 2, now }), got)
	if len(extra) > 0 || SameWork(got, settled) {
		t.Errorf("its own, settled: %q go, want the sweep to find them", extra)
	}
	got, extra = Left(Late{TS: "1.1", Op: "op"}, settled, []string{"1.1"}, Usual, now)
	sameSlot(t, "another's", settled, got)
	if !slices.Equal(extra, []string{"1.1"}) || !SameWork(got, settled) {
		t.Errorf("another's: %q go, want it gone", extra)
	}
}

// TestPictureFiles: what the ledger says of a picture's file.
func TestPictureFiles(t *testing.T) {
	t.Parallel()
	have := ledger.Record{State: ledger.Sending, Hash: "p1", File: "F1", IntentAt: ago(time.Second), Old: []string{"F0"}}
	failed := errors.New("EOF")
	for name, c := range map[string]struct{ got, want ledger.Record }{
		"wanted":                   {Wanted(chart, ledger.Record{}, now), ledger.Record{State: ledger.Waiting, Hash: "p1", IntentAt: now}},
		"wanted anew":              {Wanted(chart, ledger.Record{File: "F1", Old: []string{"F0"}}, now), ledger.Record{State: ledger.Waiting, Hash: "p1", IntentAt: now, Old: []string{"F0", "F1"}}},
		"an old file is deleted":   {Dropped(have, "F0"), with(have, func(s *ledger.Record) { s.Old = nil })},
		"its file is deleted":      {Dropped(have, "F1"), with(have, func(s *ledger.Record) { s.State, s.File, s.Hash = ledger.Waiting, "", "" })},
		"a first failure":          {PictureFailed(have, failed, nil, Usual, now), with(have, func(s *ledger.Record) { s.Tries, s.Why, s.NextAt = 1, "EOF", in(Retry) })},
		"a third failure":          {PictureFailed(with(have, func(s *ledger.Record) { s.Tries = 2 }), failed, unheard, Usual, now), with(have, func(s *ledger.Record) { s.Tries, s.Why, s.NextAt = 3, "EOF", in(Usual.Parked) })},
		"a tenth failure":          {PictureFailed(with(have, func(s *ledger.Record) { s.Tries = 9 }), failed, nil, Usual, now), with(have, func(s *ledger.Record) { s.Tries, s.Why, s.NextAt = 10, "EOF", in(pictureRest*Usual.Parked) })},
		"refused":                  {PictureFailed(have, failed, revoked, Usual, now), with(have, func(s *ledger.Record) { s.Tries, s.Why, s.NextAt = 3, "EOF", in(Usual.Parked) })},
		"limited is no failure":    {PictureFailed(have, failed, limited, Usual, now), with(have, func(s *ledger.Record) { s.Why, s.NextAt = "EOF", in(7*time.Second) })},
		"unreachable is a failure": {PictureFailed(have, failed, unreachable, Usual, now), with(have, func(s *ledger.Record) { s.Tries, s.Why, s.NextAt = 1, "EOF", in(Retry) })},
		"blamed": {Blamed(have, badBlocks, Usual, now), with(have, func(s *ledger.Record) {
			s.State, s.Tries, s.Why, s.NextAt = ledger.Uploaded, 1, badBlocks.Error(), in(Retry)
		})},
	} {
		sameSlot(t, name, c.want, c.got)
	}
	waiting := func(s *ledger.Record) { s.State, s.File, s.Old = ledger.Waiting, "", []string{"F0", "F1"} }
	for name, c := range map[string]struct {
		have  ledger.Record
		state slackapi.FileState
		want  ledger.Record
		lost  bool
	}{
		"ready":              {with(have, func(s *ledger.Record) { s.Why, s.NextAt = "EOF", now }), slackapi.FileReady, with(have, func(s *ledger.Record) { s.State = ledger.Sent }), false},
		"Slack looks at it":  {have, slackapi.FilePending, with(have, func(s *ledger.Record) { s.State, s.NextAt = ledger.Uploaded, in(PictureLook) }), false},
		"for too long":       {with(have, func(s *ledger.Record) { s.IntentAt = ago(Usual.Picture) }), slackapi.FilePending, with(with(have, waiting), func(s *ledger.Record) { s.IntentAt = ago(Usual.Picture) }), true},
		"never completed":    {have, slackapi.FileAbsent, with(have, waiting), false},
		"it was, and is not": {with(have, func(s *ledger.Record) { s.State = ledger.Uploaded }), slackapi.FileAbsent, with(have, waiting), true},
	} {
		got, lost := Checked(c.have, c.state, Usual, now)
		sameSlot(t, name, c.want, got)
		if lost != c.lost {
			t.Errorf("%s: lost %v, want %v", name, lost, c.lost)
		}
	}
	if got := Patience(have, Usual, now); got != Usual.Picture-time.Second {
		t.Errorf("a try may take %s, want what is left of %s", got, Usual.Picture)
	}
	if got := Patience(with(have, func(s *ledger.Record) { s.Tries = pictureTries }), Usual, now); got != Usual.Picture {
		t.Errorf("a late try may take %s, want %s", got, Usual.Picture)
	}
	for name, c := range map[string]struct {
		slot message.Slot
		have ledger.Record
		want string
	}{
		"there":        {chart, ledger.Record{State: ledger.Sent, Hash: "p1", File: "F1"}, "F1"},
		"not yet":      {chart, ledger.Record{State: ledger.Uploaded, Hash: "p1", File: "F1"}, ""},
		"another one":  {chart, ledger.Record{State: ledger.Sent, Hash: "p0", File: "F1"}, ""},
		"no picture":   {root, ledger.Record{State: ledger.Sent, Hash: "p1", File: "F1"}, ""},
		"nothing here": {chart, ledger.Record{}, ""},
	} {
		if got := File(c.slot, ledger.Ledger{"picture:root": c.have}); got != c.want {
			t.Errorf("%s: shown with %q, want %q", name, got, c.want)
		}
	}
}

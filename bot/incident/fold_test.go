package incident_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
)

// folded plays Fold as the store does.
func folded(timeline []incident.Change) []incident.Change {
	var out []incident.Change
	for _, line := range incident.Fold(timeline) {
		if line.Fold != nil {
			out = append(out, *line.Fold)
		} else {
			out = append(out, timeline[line.Place])
		}
	}
	return out
}

// stands is how many entries a timeline stands for.
func stands(timeline []incident.Change) int {
	n := 0
	for _, c := range timeline {
		n += c.Stands()
	}
	return n
}

// TestTimelineOfManyFlaps: whatever happens to an incident again and again, its
// timeline stays bounded, counts what is not there, keeps its beginning and its end,
// and in between what people did.
func TestTimelineOfManyFlaps(t *testing.T) {
	t.Parallel()
	rules := incident.Rules{ReopenWithin: 4 * time.Hour, StaleAfter: 24 * time.Hour}
	w := newWorld(t, "playbook")
	w.do(incident.Event{Notification: notice("db", 0, alert("a", epoch, alerts.Firing))})
	i := w.load(1)
	var timeline []incident.Change
	now, all, acts, longest := epoch, 0, 0, 0
	do := func(ev incident.Event) {
		ev.At = now
		out := handled(t, rules, incident.StepInput{Current: &i}, ev, nil)
		for _, r := range out.Results {
			before := i
			i = r.Incident
			timeline, all = append(timeline, r.Changes...), all+len(r.Changes)
			if i.Folds(before) {
				if shorter := folded(timeline); shorter != nil {
					timeline = shorter
				}
			}
		}
		longest = max(longest, len(timeline))
	}
	for k := range 1000 {
		now = now.Add(10 * time.Minute)
		do(incident.Event{Notification: notice("db", 0, span("a", epoch, now))})
		now = now.Add(10 * time.Minute)
		do(incident.Event{Notification: notice("db", 0, alert("a", now, alerts.Firing))})
		if k%100 == 50 {
			do(incident.Event{Act: &incident.Act{Verb: incident.VerbNote, Incident: 1, User: user("anna"), Text: fmt.Sprint("after flap ", k)}})
			acts++
		}
	}
	if all < 4000 {
		t.Fatalf("only %d changes: nothing is tested", all)
	}
	if longest > incident.MaxTimeline+incident.FoldEvery+10 || stands(timeline) != all {
		t.Errorf("got %d entries at most, which stand for %d at the end; want at most %d, for %d", longest, stands(timeline), incident.MaxTimeline+incident.FoldEvery+10, all)
	}
	if timeline[0].Kind != incident.KindAlertResolved || timeline[len(timeline)-1].At != now {
		t.Errorf("it begins with %+v and ends with %+v", timeline[0], timeline[len(timeline)-1])
	}
	if !slices.IsSortedFunc(timeline, func(a, b incident.Change) int { return a.At.Compare(b.At) }) {
		t.Error("it is not in order")
	}
	kept := 0
	for _, c := range timeline {
		if c.Kind == incident.KindNoted {
			kept++
		}
	}
	if kept != acts {
		t.Errorf("%d of %d notes are still in it", kept, acts)
	}
}

// TestFold: a short timeline stays; of a long one what nobody did is folded, entries
// that fold others are folded again, and one that people filled is folded all the same.
func TestFold(t *testing.T) {
	t.Parallel()
	anna := user("anna")
	at := func(k int) time.Time { return epoch.Add(time.Duration(k) * time.Second) }
	many := func(n int, of func(k int) incident.Change) []incident.Change {
		all := make([]incident.Change, n)
		for k := range all {
			all[k] = of(k)
			all[k].At = at(k)
		}
		return all
	}
	flaps := func(int) incident.Change { return incident.Change{Kind: incident.KindReopened} }
	notes := func(int) incident.Change { return incident.Change{Kind: incident.KindNoted, By: anna} }
	for name, c := range map[string]struct {
		timeline []incident.Change
		entries  int
		folds    []incident.Change
	}{
		"short":                  {many(incident.MaxTimeline, flaps), 0, nil},
		"flaps":                  {many(1000, flaps), 251, []incident.Change{{Kind: incident.KindFolded, At: at(799), Other: 750}}},
		"as many acts as may be": {many(incident.MaxActs, notes), 0, nil},
		"too many acts":          {many(5000, notes), 251, []incident.Change{{Kind: incident.KindFolded, At: at(4799), Other: 4750}}},
		"an act in between": {many(1000, func(k int) incident.Change {
			if k == 500 {
				return notes(k)
			}
			return flaps(k)
		}), 253, []incident.Change{{Kind: incident.KindFolded, At: at(499), Other: 450}, {Kind: incident.KindFolded, At: at(799), Other: 299}}},
		"an act taken on trust": {many(1000, func(k int) incident.Change {
			switch k {
			case 500:
				return notes(k)
			case 501:
				return incident.Change{Kind: incident.KindUnchecked}
			}
			return flaps(k)
		}), 254, []incident.Change{{Kind: incident.KindFolded, At: at(499), Other: 450}, {Kind: incident.KindFolded, At: at(799), Other: 298}}},
		"an entry that cannot be read": {many(1000, func(k int) incident.Change {
			if k == 798 {
				return incident.Change{Kind: incident.KindUnreadable, Text: "?"}
			}
			return flaps(k)
		}), 253, []incident.Change{{Kind: incident.KindFolded, At: at(797), Other: 748}}},
		"one alone is not folded": {many(1000, func(k int) incident.Change {
			if k > 100 && k%2 == 0 {
				return flaps(k)
			}
			if k > 100 {
				return notes(k)
			}
			return flaps(k)
		}), 950, []incident.Change{{Kind: incident.KindFolded, At: at(100), Other: 51}}},
		"folded before": {many(1000, func(k int) incident.Change {
			if k == 50 {
				return incident.Change{Kind: incident.KindFolded, Other: 12_345}
			}
			return flaps(k)
		}), 251, []incident.Change{{Kind: incident.KindFolded, At: at(799), Other: 12_345 + 749}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := folded(c.timeline)
			if len(got) != c.entries {
				t.Fatalf("got %d entries, want %d", len(got), c.entries)
			}
			if got == nil {
				return
			}
			if stands(got) != stands(c.timeline) {
				t.Errorf("they stand for %d, want %d", stands(got), stands(c.timeline))
			}
			folds := slices.DeleteFunc(slices.Clone(got), func(c incident.Change) bool { return c.Kind != incident.KindFolded })
			if diff := cmp.Diff(c.folds, folds); diff != "" {
				t.Errorf("folds (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.timeline[:50], got[:50]); diff != "" {
				t.Errorf("the beginning (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.timeline[len(c.timeline)-200:], got[len(got)-200:]); diff != "" {
				t.Errorf("the end (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFoldedEntryInRedis: an entry that folds others is one that earlier binaries read
// too.
func TestFoldedEntryInRedis(t *testing.T) {
	t.Parallel()
	c := incident.Change{Kind: incident.KindFolded, At: epoch, Other: 950}
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if want := `["folded",1795424400000,"","","","",950]`; string(data) != want {
		t.Errorf("got %s, want %s", data, want)
	}
	if back, err := incident.DecodeChange(data); err != nil || back != c {
		t.Errorf("got %+v, %v", back, err)
	}
}

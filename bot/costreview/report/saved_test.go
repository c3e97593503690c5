package report

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// adopt adopts steps in a report as people do, and remembers it for the next.
func adopt(t *testing.T, in *Input, r Report, at time.Time, steps ...string) {
	t.Helper()
	if in.Adoptions == nil {
		in.Adoptions = map[string]Adoption{}
	}
	for _, id := range steps {
		_, out := Document{Number: 1, Report: r}.Do(Act{Verb: VerbAdopt, Subject: id, By: "Ana", ByID: "U1", At: at})
		if out.Refusal != Applied {
			t.Fatalf("adopt %s: %s", id, out.Refusal)
		}
		in.Adoptions[id] = *out.Adoption
	}
}

// spending is a bill of compute, storage and AI a day, the latter two other ones from
// monday on.
func spending(t *testing.T, storage, ai string) *ledger {
	row := func(service, category string) money.Group {
		return money.Group{Provider: "AWS", Service: service, Category: category, Pricing: "Standard"}
	}
	l := newLedger(t).put(monday-70, monday+60, row("EC2", "Compute"), "100").
		put(monday-70, monday-1, row("S3", "Storage"), "50").put(monday, monday+60, row("S3", "Storage"), storage).
		put(monday-70, monday-1, row("Bedrock", "AI and Machine Learning"), "20").put(monday, monday+60, row("Bedrock", "AI and Machine Learning"), ai)
	return l
}

// at is the digest of some weeks after the first.
func (l *ledger) at(weeks int, adoptions map[string]Adoption) Input {
	in := l.input()
	in.Name, in.Adoptions = "weekly", adoptions
	in.Week, in.Now = in.Week.Add(weeks), in.Now.AddDate(0, 0, 7*weeks)
	return in
}

// TestWhatAdoptedStepsSaved: what a step applies to is kept when it is adopted, and
// measured from two whole weeks after that on.
func TestWhatAdoptedStepsSaved(t *testing.T) {
	t.Parallel()
	l := spending(t, "30", "20")
	in := l.at(-1, nil)
	adopt(t, &in, Judge(in), in.Now.AddDate(0, 0, 2), "C4") // on Wednesday the 18th
	for weeks, want := range map[int]string{
		0: "What it saved: not known yet: that takes 2 whole weeks after 18 Nov 2026.",
		1: "What it saved: not known yet: that takes 2 whole weeks after 18 Nov 2026.",
		2: "What it saved: not known yet: that takes 2 whole weeks after 18 Nov 2026.", // the second one's weekend has not settled
		3: "Since it was adopted: saved 608.00 USD ± 0.00 USD a month: 1,520.00 USD over 4 whole weeks before it was adopted, 912.00 USD over the last 2; other things change spend, too.",
		6: "saved 608.00 USD ± 0.00 USD a month: 1,520.00 USD over 4 whole weeks before it was adopted, 912.00 USD over the last 4",
	} {
		if text := Text(Judge(l.at(weeks, in.Adoptions))); !strings.Contains(text, want) {
			t.Errorf("%d weeks later the digest lacks %q:\n%s", weeks, want, text)
		}
	}
}

// TestSavedDollarsCountOnce: two steps that apply to the same spend are each measured by
// all of it, and together count it once.
func TestSavedDollarsCountOnce(t *testing.T) {
	t.Parallel()
	l := spending(t, "30", "10")
	in := l.at(-1, nil)
	r := Judge(in)
	adopt(t, &in, r, in.Now, "C5")
	adopt(t, &in, r, in.Now.Add(time.Hour), "C4", "C8") // C5 and C8 are about AI both
	got := Judge(l.at(4, in.Adoptions))
	saved := map[string]float64{}
	for _, s := range got.Steps {
		for _, m := range s.Measured {
			saved[s.ID] = m.Was - m.Now
		}
	}
	same(t, "by step", saved, map[string]float64{"C4": 608, "C5": 304, "C8": 304})
	if len(got.Saved) != 1 || got.Saved[0].Was-got.Saved[0].Now != 912 {
		t.Errorf("together: got %+v, want 912 saved", got.Saved)
	}
	want := "Adopted steps together (C5, C4, C8): saved 912.00 USD ± 0.00 USD a month: 2,128.00 USD before, 1,216.00 USD now; other things change spend, too; spend of several counts once, for the one adopted first."
	if text := Text(got); !strings.Contains(text, want) {
		t.Errorf("the text lacks %q:\n%s", want, text)
	}
}

// TestDoubtOfASaving: spend that goes up and down from week to week leaves it open
// whether anything was saved; more spend is said to be more.
func TestDoubtOfASaving(t *testing.T) {
	t.Parallel()
	storage := money.Group{Provider: "AWS", Service: "S3", Category: "Storage", Pricing: "Standard"}
	for _, c := range []struct {
		name          string
		before, after [2]string // a day, in turn by week
		want          string
	}{
		{"a small change in noise", [2]string{"40", "60"}, [2]string{"55", "35"}, "no saving shows yet, within ± "},
		{"a large one", [2]string{"49", "51"}, [2]string{"19", "21"}, "saved 912.00 USD ± "},
		{"more", [2]string{"49", "51"}, [2]string{"79", "81"}, "costs 912.00 USD ± "},
	} {
		l := newLedger(t)
		for k := -10; k < 6; k++ {
			amounts, first := c.before, monday+money.Day(7*k)
			if k >= 0 {
				amounts = c.after
			}
			l.put(first, first+6, storage, amounts[(k+10)%2])
		}
		in := l.at(-1, nil)
		adopt(t, &in, Judge(in), in.Now, "C4")
		if text := Text(Judge(l.at(5, in.Adoptions))); !strings.Contains(text, c.want) {
			t.Errorf("%s: the digest lacks %q:\n%s", c.name, c.want, text)
		}
	}
}

// TestSavingsThatCannotBeMeasured: each says why.
func TestSavingsThatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	l := spending(t, "30", "20")
	gap := spending(t, "30", "20")
	for d := monday - 70; d < monday; d += 7 { // no week is whole
		delete(gap.Days, d)
	}
	old := l.at(-1, nil)
	r := Judge(old)
	r.Spend = nil // as a digest of the version before has it
	adopt(t, &old, r, old.Now, "C4")
	elsewhere := l.at(-1, nil)
	elsewhere.Name = "team-a"
	adopt(t, &elsewhere, Judge(elsewhere), elsewhere.Now, "C4")
	none := l.at(-1, nil)
	adopt(t, &none, Judge(none), none.Now, "C7") // there is no CDN
	torn := gap.at(-1, nil)
	adopt(t, &torn, Judge(torn), torn.Now, "C4")
	for _, c := range []struct {
		name      string
		adoptions map[string]Adoption
		want      string
	}{
		{"an old one", map[string]Adoption{"C4": {State: StepAdopted, By: "Ana", At: review}}, "What it saved: not measured: adopted before this was kept."},
		{"in an old digest", old.Adoptions, "What it saved: not measured: adopted before this was kept."},
		{"in another digest", elsewhere.Adoptions, "What it saved: measured in the digest team-a, where it was adopted."},
		{"nothing of it", none.Adoptions, "What it saved: not measured: no whole week of such spend was known when it was adopted."},
		{"no whole week", torn.Adoptions, "What it saved: not measured: no whole week of such spend was known when it was adopted."},
	} {
		in := l.at(5, c.adoptions)
		in.Organisation = Organisation{CDNBandwidthTB: known(600)}
		got := Judge(in)
		if text := Text(got); !strings.Contains(text, c.want) || len(got.Saved) > 0 {
			t.Errorf("%s: the digest lacks %q (together: %+v):\n%s", c.name, c.want, got.Saved, text)
		}
	}
}

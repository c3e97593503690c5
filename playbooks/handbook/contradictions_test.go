package handbook

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestContradictionsSurface names, for each contradiction, look-ups that must
// show it and look-ups of its neighbourhood that must not.
func TestContradictionsSurface(t *testing.T) {
	t.Parallel()
	h := Default()
	scale := func(u Users) Entry { return h.Scale(u).Entry }
	targets := func(u Users) Entry { return h.Targets(u).Entry }
	budget := func(u Users) Entry { return h.Budget(u).Entry }
	fact := func(id string) Entry {
		a, ok := h.Fact(id)
		if !ok {
			t.Errorf("%s: no such fact", id)
		}
		return a
	}
	stack := func(name string) Entry {
		_, a, err := h.Stack(name)
		if err != nil {
			t.Error(err)
		}
		return a
	}
	pattern := func(name string) Entry {
		_, a, err := h.Pattern(name)
		if err != nil {
			t.Error(err)
		}
		return a
	}
	moves := h.Thresholds(Organisation{}).Entry
	for _, c := range []struct {
		id     string
		shown  []Entry
		absent []Entry
		says   string // the other number
	}{
		{"X1", []Entry{budget(100e6), budget(400e6), scale(150e6), scale(400e6), pattern("social"), pattern("video"), fact("Q5"), fact("T5"), fact("T6")},
			[]Entry{budget(5e6), scale(75e6), fact("T4")}, "$20M-30M a month"},
		{"X2", []Entry{budget(1e6), budget(5e6), budget(5e5), budget(75e6), scale(5e6), fact("Q5"), fact("T2")}, []Entry{budget(100e6), scale(75e6)}, "Q5"},
		{"X3", []Entry{scale(75e6), scale(100e6), budget(75e6), budget(100e6), fact("T4"), fact("T5"), pattern("recommendation")}, []Entry{scale(5e6), budget(20e6)}, "$250K (T5)"},
		{"X4", []Entry{moves, fact("M2"), fact("C7"), scale(200e6)}, []Entry{fact("M1"), fact("C8"), scale(20e6)}, "40%"},
		{"X5", []Entry{moves, stack("cdn"), fact("M2"), fact("T5"), fact("C7"), fact("E2"), fact("E2-7"), pattern("video"), scale(150e6)}, []Entry{fact("T4"), fact("E2-6"), pattern("social")}, "100M"},
		{"X6", []Entry{stack("cdn"), fact("T3"), scale(20e6)}, []Entry{fact("T4"), stack("cache")}, "CloudFront"},
		{"X7", []Entry{moves, fact("M1"), fact("E1"), fact("E1-8"), fact("E1-2")}, []Entry{fact("E1-1"), fact("E2"), fact("M3")}, "E1-"},
		{"X8", []Entry{fact("E3"), fact("E3-4"), fact("E3-7"), fact("E3-8"), fact("C5"), fact("C8")}, []Entry{fact("E3-1"), fact("C7")}, "months"},
		{"X9", []Entry{moves, fact("M3"), fact("M4"), fact("T2"), fact("T3"), scale(20e6), budget(20e6)}, []Entry{fact("M1"), fact("T6")}, "equals all of"},
		{"X10", []Entry{moves, fact("M4"), fact("Q2"), fact("L2"), targets(20e6), scale(20e6)}, []Entry{fact("M3"), targets(5e6)}, "no user count"},
		{"X11", []Entry{fact("C1"), fact("C4"), fact("C7"), fact("C9"), h.CostPlaybook(Organisation{}).Entry}, []Entry{moves, scale(75e6)}, "70.25%"},
		{"X12", []Entry{fact("C9"), h.CostPlaybook(Organisation{}).Entry}, []Entry{fact("C8")}, "$833,333"},
		{"X13", []Entry{targets(100e6), targets(20e6), scale(150e6), scale(75e6), fact("L3"), fact("T3")}, []Entry{targets(5e6), fact("L1")}, "50 ms"},
		{"X14", []Entry{fact("Q3"), stack("analytics_db"), pattern("social"), scale(20e6), scale(300e6), fact("T6")}, []Entry{pattern("e-commerce"), scale(5e6)}, "database"},
		{"X15", []Entry{fact("Q4"), fact("T3"), fact("T5"), scale(20e6), scale(150e6)}, []Entry{fact("T4"), scale(5e6)}, "bought"},
		{"X16", []Entry{scale(1e6), scale(100e6), targets(10e6), budget(200e6), scale(400e6), targets(5e8)}, []Entry{scale(75e6), targets(15e6), budget(399e6), scale(0)}, "stop at 400M"},
		{"X17", []Entry{stack("cache"), fact("T1"), scale(5e5), pattern("social"), pattern("e-commerce"), pattern("video"), pattern("recommendation"), fact("E3-2"), fact("E3-5")},
			[]Entry{stack("compute"), fact("T2"), fact("E3-6")}, ""},
	} {
		for i, a := range c.shown {
			j := slices.IndexFunc(a.Disagreements, func(d Disagreement) bool { return d.ID == c.id })
			if j < 0 || !strings.Contains(a.Disagreements[j].Note, c.says) {
				t.Errorf("%s, look-up %d: got\n%s\nwant the other number, %q", c.id, i, a.Text(), c.says)
				continue
			}
			for _, text := range []string{a.Text(), a.Mrkdwn()} {
				if !strings.Contains(text, c.id) || !strings.Contains(text, "disagree") {
					t.Errorf("%s, look-up %d: got\n%s\nwant %s in it", c.id, i, text, c.id)
				}
			}
		}
		for i, a := range c.absent {
			if slices.ContainsFunc(a.Disagreements, func(d Disagreement) bool { return d.ID == c.id }) {
				t.Errorf("%s, unrelated look-up %d: got\n%s\nwant no word of it", c.id, i, a.Text())
			}
		}
	}
}

// TestContradictionsAreFoldedUnlessTheyChangeTheNumber: what changes nothing of what
// was asked for is one line, and what does is told in full.
func TestContradictionsAreFoldedUnlessTheyChangeTheNumber(t *testing.T) {
	t.Parallel()
	h := Default()
	fact := func(id string) Entry { a, _ := h.Fact(id); return a }
	for name, c := range map[string]struct {
		answer Entry
		full   []string
		folded string
	}{
		"a scale":                        {h.Scale(75e6).Entry, nil, "4 places of the sheet disagree: X3, X10, X13, X14; `ask X3`"},
		"all moves":                      {h.Thresholds(Organisation{}).Entry, nil, "5 places of the sheet disagree: X4, X5, X7, X9, X10; `ask X4`"},
		"a fact by its id":               {fact("C1"), nil, "1 place of the sheet disagrees: X11; `ask X11`"},
		"a budget":                       {h.Budget(150e6).Entry, []string{"X1"}, "1 place of the sheet disagrees: X3; `ask X3`"},
		"a budget at the border":         {h.Budget(100e6).Entry, []string{"X1", "X3"}, "1 place of the sheet disagrees: X16; `ask X16`"},
		"targets":                        {h.Targets(300e6).Entry, []string{"X13"}, ""},
		"the cost of a move":             {h.Ask("what does multi-region cost us").Entry, []string{"X9"}, "1 place of the sheet disagrees: X10; `ask X10`"},
		"when a move is due":             {h.Ask("when do we need multi region").Entry, []string{"X10"}, "1 place of the sheet disagrees: X9; `ask X9`"},
		"how long a move takes":          {h.Ask("how long does the cockroachdb migration take").Entry, []string{"X7"}, ""},
		"the saving of a custom CDN":     {h.Ask("savings of a custom cdn").Entry, []string{"X4"}, ""},
		"a fact without a contradiction": {fact("S1"), nil, ""},
	} {
		text := c.answer.Text()
		var full []string
		for _, d := range c.answer.Disagreements {
			if strings.Contains(text, "The sheet disagrees with itself ("+d.ID+"): ") {
				full = append(full, d.ID)
			}
		}
		if !slices.Equal(full, c.full) {
			t.Errorf("%s: got in full %q, want %q:\n%s", name, full, c.full, text)
		}
		for _, shown := range []string{text, c.answer.Mrkdwn()} {
			if c.folded != "" && !strings.HasSuffix(strings.TrimSpace(shown), c.folded) {
				t.Errorf("%s: got\n%s\nwant it to end in %q", name, shown, c.folded)
			}
		}
	}
}

// TestContradictionsAboutThemselves: asked by its id, a contradiction names
// the facts and does not contradict itself again.
func TestContradictionsAboutThemselves(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 17; n++ {
		a, ok := Default().Fact(fmt.Sprintf("X%d", n))
		if !ok || len(a.Disagreements) > 0 || !strings.Contains(a.Text(), "Concerns: ") {
			t.Errorf("X%d: got %v\n%s", n, ok, a.Text())
		}
	}
}

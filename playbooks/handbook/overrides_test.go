package handbook

import (
	"fmt"
	"strings"
	"testing"
)

func mustWith(t *testing.T, h *Handbook, file, data string) *Handbook {
	t.Helper()
	out, problems := h.With(file, []byte(data))
	if out == nil {
		t.Fatalf("got %v", problems)
	}
	return out
}

func TestOverridesAreShown(t *testing.T) {
	t.Parallel()
	h := mustWith(t, Default(), "own.yml", `overrides:
  - {id: T4, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}
  - {id: L2, field: api_p95, value: 150ms, by: Li Wei, on: 2026-10-31}
  - {id: l2, field: ml_edge, value: 40ms, by: Li Wei, on: 2026-10-31}
  - {id: L2, field: ml_regional, value: 80ms, by: Li Wei, on: 2026-10-31}
  - {id: A2, field: slo, value: 99.9%, by: sre@example.com, on: 2026-02-28}
  - {id: M1, field: users, value: 60 million, by: anna, on: 2026-11-01}
  - {id: M1, field: effort_months, value: 6, by: anna, on: 2026-11-01}
  - {id: M1, field: global_consistency, value: false, by: anna, on: 2026-11-01}
  - {id: Q5, field: large_cost, value: $0.002-0.004, by: finops, on: 2026-11-01}
  - {id: S4, field: choice, value: Valkey, by: "<!channel>", on: 2026-11-01}
  - {id: P1, field: stack, value: ["Valkey: feeds", "Redpanda: events"], by: anna, on: 2026-11-01}
  - {id: C1, field: saving, value: 25-35%, by: anna, on: 2026-11-01}
  - {id: E1-4, field: title, value: Ask the DBA, by: anna, on: 2026-11-01}
  - {id: E1-4, field: within, value: 2w, by: anna, on: 2026-11-01}
`)
	fact := func(id string) Entry { a, _ := h.Fact(id); return a }
	for _, c := range []struct {
		answer Entry
		says   string
	}{
		{fact("T4"), "Monthly cost: $180K, own figure by anna, 1 Nov 2026 (sheet: $150K)"},
		{h.Scale(75e6).Entry, "Monthly cost: $180K, own figure by anna, 1 Nov 2026 (sheet: $150K)"},
		{h.Scale(30e6).Entry, "Next tier: T4 from 50M users, $180K a month, own figure by anna, 1 Nov 2026 (sheet: $150K)"},
		{h.Budget(75e6).Entry, "$0.0024 per user, own figure for monthly cost by anna, 1 Nov 2026 (sheet: $150K)"},
		{h.Targets(75e6).Entry, "API p95: 150 ms, own figure by Li Wei, 31 Oct 2026 (sheet: 100 ms)"},
		{h.Targets(75e6).Entry, "80 ms regional, 40 ms at the edge, own figure for ml regional by Li Wei, 31 Oct 2026 (sheet: none)"},
		{h.Targets(75e6).Entry, "99.9%, 8.76 hours down a year; multi-region, active-passive, own figure for slo by sre@example.com, 28 Feb 2026 (sheet: 99.95%)"},
		{h.Thresholds(Organisation{Users: new(44e6), WeeklyGrowth: new(0.026)}).Entry, "60M users in 12 weeks, the move takes 26 weeks: its start was due 14 weeks ago"},
		{fact("M1"), "When: 60M users, own figure for users by anna, 1 Nov 2026 (sheet: 50M)"},
		{fact("M1"), "own figure for effort months by anna, 1 Nov 2026 (sheet: 3 months)"},
		{h.Budget(200e6).Entry, "$0.002-0.004 per user and month, so $400K to $800K a month, own figure by finops, 1 Nov 2026 (sheet: $0.20-0.30)"},
		{fact("S4"), "Choice: Valkey, own figure by <!channel>, 1 Nov 2026 (sheet: Redis Cluster)"},
		{fact("P1"), "Valkey: feeds; Redpanda: events, own figure by anna"},
		{fact("C1"), "25-35% of the cost of databases and Kubernetes nodes, own figure for saving by anna, 1 Nov 2026 (sheet: 30-50%)"},
		{fact("E1"), "E1-4 Ask the DBA"},
		{fact("E1-4"), "2 weeks (short-term), from the opening, own figure by anna, 1 Nov 2026 (sheet: 1 week)"},
		{h.Ask("valkey").Entry, "Choice: Valkey"},
	} {
		if text := c.answer.Text(); !strings.Contains(text, c.says) {
			t.Errorf("got\n%s\nwant it to say %q", text, c.says)
		}
		if m := c.answer.Mrkdwn(); strings.Contains(m, "<!") {
			t.Errorf("got %q, want no mention", m)
		}
	}
	if a, _ := Default().Fact("T4"); strings.Contains(a.Text(), "own figure") {
		t.Errorf("got\n%s\nwant the sheet itself unchanged", a.Text())
	}
}

// TestOverridesInSeveralFiles: they add up, and each fact has one owner.
func TestOverridesInSeveralFiles(t *testing.T) {
	t.Parallel()
	first := mustWith(t, Default(), "a.yml", "overrides:\n  - {id: T4, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}\n")
	second := mustWith(t, first, "b.yml", "overrides:\n  - {id: T4, field: cdn, value: Fastly, by: ben, on: 2026-11-02}\n")
	if got := second.TierFor(75e6); got.MonthlyCost != 180e3 || got.CDN != "Fastly" {
		t.Errorf("got %+v, want both files' figures", got)
	}
	if got := first.TierFor(75e6).CDN; got != "Cloudflare Ent" {
		t.Errorf("got %s, want the first handbook unchanged", got)
	}
	_, problems := second.With("c.yml", []byte("overrides:\n  - {id: T4, field: monthly_cost, value: $1M, by: cleo, on: 2026-11-03}\n"))
	want := "c.yml:2:21: T4.monthly_cost is overridden already, by anna on 2026-11-01: keep one of them"
	if len(problems) != 1 || problems[0].String() != want {
		t.Errorf("got %v, want %s", problems, want)
	}
}

func TestOverridesThatAreWrong(t *testing.T) {
	t.Parallel()
	data := `overrides:
  - {id: T9, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}
  - {id: T4, field: monthly_costs, value: $180K, by: anna, on: 2026-11-01}
  - {id: T4, field: users, value: 10M-20M, by: anna, on: 2026-11-01}
  - {id: T4, field: monthly_cost, value: a lot, by: anna, on: 2026-11-01}
  - {id: T4, field: monthly_cost, value: -5, by: anna, on: 2026-11-01}
  - {id: T4, field: monthly_cost, value: [1], by: anna, on: 2026-11-01}
  - {id: T4, field: monthly_cost, by: anna, on: 2026-11-01}
  - {id: T4, field: monthly_cost, value: $1K, on: 2026-11-01}
  - {id: T4, field: monthly_cost, value: $1K, by: anna, on: yesterday}
  - {id: X3, field: title, value: nothing wrong, by: anna, on: 2026-11-01}
  - {id: A1, field: slo, value: 100%, by: anna, on: 2026-11-01}
  - {id: L1, field: api_p95, value: 5, by: anna, on: 2026-11-01}
  - {id: L1, field: api_p95, value: fast, by: anna, on: 2026-11-01}
  - {id: M3, field: teams, value: -3, by: anna, on: 2026-11-01}
  - {id: M2, field: bandwidth_tb, value: .nan, by: anna, on: 2026-11-01}
  - {id: P1, field: stack, value: Redis, by: anna, on: 2026-11-01}
  - {id: E1, field: title, value: x, by: anna, on: 2026-11-01}
  - {id: T5, field: cdn, value: x, by: anna, on: 2026-11-01, why: because}
`
	h, problems := Default().With("own.yml", []byte(data))
	if h != nil {
		t.Error("got a handbook, want none")
	}
	want := []string{
		`own.yml:2:10: the handbook has no fact "T9": ids are T1 to T6`,
		`own.yml:3:21: T4 has no field "monthly_costs" that can be overridden: did you mean "monthly_cost"?`,
		`own.yml:4:21: T4 has no field "users" that can be overridden: it has database, caching, cdn, ml_inference, monthly_cost`,
		`own.yml:5:42: "a lot" is not an amount of money: write it like $150K or $0.50`,
		`own.yml:6:42: "-5" is not an amount of money`,
		`own.yml:7:42: expected one value`,
		`own.yml:8:5: expected one value`,
		`own.yml:9:5: say who set this figure`,
		`own.yml:10:61: "yesterday" is not a day: write it like 2026-11-01`,
		`own.yml:11:10: X3 tells where the sheet disagrees with itself`,
		`own.yml:12:33: an availability target lies between 95% and 99.9999%`,
		`own.yml:13:37: "5" does not fit: the sheet has a duration like 200ms here`,
		`own.yml:14:37: "fast" does not fit`,
		`own.yml:15:35: expected a number from 0 to 1000000`,
		`own.yml:16:42: expected a number from 0 to 1000000`,
		`own.yml:17:35: expected a list of 1 to 20 texts`,
		`own.yml:18:21: E1 has no field "title" that can be overridden: override its steps instead, as E1-1`,
		`own.yml:19:62: unknown key "why"`,
	}
	for i, w := range want {
		if i >= len(problems) || !strings.HasPrefix(problems[i].String(), w) {
			t.Errorf("problem %d: want %s", i, w)
		}
	}
	if len(problems) != len(want) || t.Failed() {
		t.Errorf("got %d problems, want %d:\n%v", len(problems), len(want), problems.Err())
	}
}

func TestOverridesAreBounded(t *testing.T) {
	t.Parallel()
	entry := "  - {id: T4, field: cdn, value: %s, by: %s, on: 2026-11-01}\n"
	for name, data := range map[string]string{
		"too many":      "overrides:\n" + strings.Repeat(fmt.Sprintf(entry, "x", "anna"), maxOverrides+1),
		"a long value":  "overrides:\n" + fmt.Sprintf(entry, strings.Repeat("x", maxText+1), "anna"),
		"a long name":   "overrides:\n" + fmt.Sprintf(entry, "x", strings.Repeat("x", maxName+1)),
		"a large file":  "#" + strings.Repeat("x", 2<<20),
		"no YAML":       "overrides: [",
		"no such key":   "override: []",
		"not a mapping": "- 1",
	} {
		if h, problems := Default().With("own.yml", []byte(data)); h != nil || problems.Err() == nil {
			t.Errorf("%s: got no problem", name)
		}
	}
}

// TestEveryFieldCanBeShown overrides each field that may be overridden with
// the value that it has, and finds the owner in the fact's own answer.
func TestEveryFieldCanBeShown(t *testing.T) {
	t.Parallel()
	h, err := Default().copy()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range h.IDs() {
		if strings.HasPrefix(id, "X") {
			continue
		}
		for _, field := range h.facts[id].overridable() {
			h.own[ref{id, field}] = Own{By: "anna", Sheet: "it was " + field}
		}
	}
	if len(h.own) < 200 {
		t.Errorf("got %d fields that may be overridden, want over 200", len(h.own))
	}
	for r := range h.own {
		if a, _ := h.Fact(r.id); !strings.Contains(a.Text(), "(sheet: it was "+r.field+")") {
			t.Errorf("%s: an own figure does not show:\n%s", r, a.Text())
		}
	}
}

func BenchmarkWith(b *testing.B) {
	data := []byte("overrides:\n  - {id: T4, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}\n")
	for b.Loop() {
		if h, problems := Default().With("own.yml", data); h == nil {
			b.Fatal(problems)
		}
	}
}

func FuzzWith(f *testing.F) {
	f.Add("overrides:\n  - {id: T4, field: monthly_cost, value: $180K, by: anna, on: 2026-11-01}\n")
	f.Add("overrides:\n  - {id: P1, field: stack, value: [a, b], by: anna, on: 2026-11-01}\n")
	f.Fuzz(func(t *testing.T, data string) {
		h, problems := Default().With("own.yml", []byte(data))
		if (h == nil) != (problems.Err() != nil) {
			t.Fatalf("got a handbook: %v, problems: %v", h != nil, problems)
		}
		if h == nil {
			return
		}
		for r := range h.own {
			if a, _ := h.Fact(r.id); !strings.Contains(a.Text(), "own figure") {
				t.Errorf("%s: got\n%s\nwant the own figure shown", r, a.Text())
			}
		}
	})
}

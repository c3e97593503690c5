package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCurrencies: codes are one in whatever letters, and rates are amounts.
func TestCurrencies(t *testing.T) {
	load := func(more string) (*Config, string) {
		path := filepath.Join(t.TempDir(), "signalbook.yml")
		text := "digests:\n  - name: weekly\n    schedule: \"0 9 * * MON\"\n    channel: \"#costs\"\n    costs: [{focus: {files: [/tmp/*.csv]}}]\n    " + more + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, problems := LoadDigests(path)
		return c, list(problems)
	}
	c, problems := load("currency: usd" + "\n    rates: {eur: 1.08, AI tokens: 0.002}")
	if problems != "" {
		t.Fatal(problems)
	}
	if d := c.Digests[0]; d.Currency != "USD" || d.Rates["EUR"] != 1.08 || d.Rates["AI tokens"] != 0.002 || len(d.Rates) != 2 || d.Costs[0].FOCUS.Cost != "" {
		t.Errorf("got %q, %v, cost %q", d.Currency, d.Rates, d.Costs[0].FOCUS.Cost)
	}
	for want, more := range map[string]string{
		"a rate is what one EUR is worth":  "rates: {EUR: 0}",
		"a rate is what one GBP is worth":  "rates: {GBP: -1}",
		`"EUR" is given twice`:             "rates: {EUR: 1, eur: 2}",
		"is not a currency: write it like": "currency: " + strings.Repeat("x", 60),
	} {
		if _, problems := load(more); !strings.Contains(problems, want) {
			t.Errorf("%s: got %q, want %q", more, problems, want)
		}
	}
}

package digest

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// TestEqualCurrencies: where none is the main one, the headline has the totals and each
// currency a line of its own, with its change.
func TestEqualCurrencies(t *testing.T) {
	one := func(currency, total, was string) report.CurrencyReport {
		m := report.CurrencyReport{Currency: currency, Days: daysOf(0, 7), Until: week47.Monday() + 6, Total: amount(t, total)}
		m.Before = &report.Compared{Was: amount(t, was), Change: amount(t, total).Sub(amount(t, was)), Percent: 10, Sayable: true}
		return m
	}
	r := report.Report{Week: week47, Equal: true, Money: []report.CurrencyReport{one("USD", "1100", "1000"), one("EUR", "2200", "2000")}}
	if got, want := digestHead(r), "📊 $1,100 and €2,200 in "+weekWord(week47); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	lines := digestNews(r, false)
	if len(lines) != 3 {
		t.Fatalf("got %d lines, want one for each currency and one of which currency the chart is", len(lines))
	}
	if got, want := plainText(lines[2]), "Chart, month and what moved are in USD alone, the largest number: name the main currency as `currency`, or give `rates`"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	lines = lines[:2]
	for k, want := range []string{"$1,100", "€2,200"} {
		if got := plainText(lines[k]); !strings.Contains(got, want) || !strings.Contains(got, "10") || !strings.Contains(got, "never added to the rest") {
			t.Errorf("line %d is %q", k, got)
		}
	}
}

// plainText is what a paragraph says.
func plainText(p *blockkit.Paragraph) string {
	var b strings.Builder
	for _, e := range *p {
		if text, ok := e.(*slack.RichTextSectionTextElement); ok {
			b.WriteString(text.Text)
		}
	}
	return b.String()
}

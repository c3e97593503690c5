package report

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestChangeIsExplained: a credit of the week before that is gone is what moved the
// total, and has a line.
func TestChangeIsExplained(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("EC2"), "100")
	credit := group("EC2")
	credit.Kind = money.Credit
	l.put(monday-6, monday-6, credit, "-200")
	l.put(monday, monday, money.Group{Provider: "AWS", Service: "EC2", Kind: money.Tax}, "19")
	m := judged(t, l.input())
	same(t, "parts", m.Parts, []Part{
		{money.Usage, compared(mustMoney(t, "500"), mustMoney(t, "500"))},
		{money.Credit, compared(money.Amount{}, mustMoney(t, "-200"))},
		{money.Tax, compared(mustMoney(t, "19"), money.Amount{})},
	})
	if len(m.Credits) != 1 || !m.Credits[0].Total.IsZero() || m.Credits[0].Before.Change.String() != "200" {
		t.Errorf("got credits %+v, want one that is gone, which is a change of 200", m.Credits)
	}
	text := Text(Judge(l.input()))
	for _, want := range []string{"Change +219.00 USD (+73.0 %)", "credits and refunds  +200.00", "tax                   +19.00", "AWS EC2 (credit or refund)  0.00  +200.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
}

// randomBill is a few weeks of services that come, go and change, with charges of
// every kind, of any size and with many decimals.
func randomBill(t *testing.T, random *rand.Rand) Input {
	l := newLedger(t)
	scale := []string{"%d.%07d", "0.0%d%07d", "%d%04d.005"}[random.IntN(3)]
	for i := range 1 + random.IntN(12) {
		g := money.Group{Provider: []string{"AWS", "Microsoft", ""}[random.IntN(3)], Service: fmt.Sprint("service ", i)}
		for _, kind := range kinds {
			if kind != money.Usage && random.IntN(3) > 0 {
				continue
			}
			g.Kind = kind
			for d := monday - money.Day(random.IntN(30)); d <= sunday; d += money.Day(1 + random.IntN(6)) {
				sign := ""
				if kind == money.Credit || random.IntN(9) == 0 {
					sign = "-"
				}
				l.put(d, d, g, sign+fmt.Sprintf(scale, random.IntN(3000), random.IntN(9999)))
				if random.IntN(12) == 0 {
					break // it is gone
				}
			}
		}
	}
	l.put(monday-20, sunday, money.Group{Provider: "AWS", Service: "every day"}, "0.1") // no day is missing
	return l.input()
}

// regroup gives each charge of a bill to another group.
func regroup(in Input, to func(*money.Group)) {
	days := money.Days{}
	for d, groups := range in.Readings[0].Days {
		for g, c := range groups {
			to(&g)
			days.Add(d, g, c)
		}
	}
	in.Readings[0].Days = days
}

// TestPartsAddUp: of any bill, exactly and as printed to any number of decimals.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, 3))
	compared := 0
	for n := range 120 {
		in := randomBill(t, random)
		for _, m := range Judge(in).Money {
			if m.Before == nil {
				continue
			}
			compared++
			addsUp(t, fmt.Sprintf("bill %d", n), m)
			for places := range 7 {
				rounded := m.Rounded(places)
				addsUp(t, fmt.Sprintf("bill %d to %d decimals", n, places), rounded)
				whole := m.Before.Was.Add(m.Before.Change) == m.Total // else some of it is not compared
				if got, want := rounded.Before.Was.Add(rounded.Before.Change), m.Total.Round(places); whole && got != want {
					t.Errorf("bill %d: before and change are %s, want %s", n, got, want)
				}
			}
		}
		printedAddsUp(t, Text(Judge(in)))
	}
	if compared < 80 {
		t.Errorf("only %d bills had a comparison", compared)
	}
}

// addsUp checks that all lines of a comparison are its change.
func addsUp(t *testing.T, what string, m CurrencyReport) {
	t.Helper()
	of := map[money.Kind]money.Amount{}
	var total money.Amount
	for _, p := range m.Parts {
		of[p.Kind], total = p.Change, total.Add(p.Change)
	}
	var usage money.Amount
	for _, list := range [][]Mover{m.Up, m.Down, m.New} {
		for _, mover := range list {
			usage = usage.Add(mover.Change)
		}
	}
	if m.Folded != nil {
		usage = usage.Add(m.Folded.Change)
	}
	lines := func(shares []Share) (sum money.Amount) {
		for _, s := range shares {
			sum = sum.Add(s.Before.Change)
		}
		return sum
	}
	for _, c := range []struct {
		name      string
		got, want money.Amount
	}{
		{"parts", total, m.Before.Change}, {"services", usage, of[money.Usage]}, {"fixed charges", lines(m.Fixed), of[money.Purchase].Add(of[money.Tax])},
		{"credits", lines(m.Credits), of[money.Credit]}, {"corrections", lines(m.Corrections), of[money.Correction]},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s add up to %s, want %s", what, c.name, c.got, c.want)
		}
	}
}

var (
	changeLine = regexp.MustCompile(`(?m)^  Change (\S+) USD`)
	partLine   = regexp.MustCompile(`(?m)^    (?:usage|fixed charges|credits and refunds|tax|corrections)  +(\S+)$`)
	wholeLine  = regexp.MustCompile(`(?m)^  All of the change is `)
)

// printedAddsUp checks the figures that a person reads.
func printedAddsUp(t *testing.T, text string) {
	t.Helper()
	amountOf := func(shown string) money.Amount { return mustMoney(t, strings.ReplaceAll(shown, ",", "")) }
	change := changeLine.FindStringSubmatch(text)
	if change == nil || wholeLine.MatchString(text) {
		return
	}
	var sum money.Amount
	for _, line := range partLine.FindAllStringSubmatch(text, -1) {
		sum = sum.Add(amountOf(line[1]))
	}
	if sum != amountOf(change[1]) {
		t.Errorf("the parts that are printed add up to %s, want %s:\n%s", sum, change[1], text)
	}
}

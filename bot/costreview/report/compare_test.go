package report

import (
	"fmt"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestMovers: by money, with percent where it says something; the rest is folded.
func TestMovers(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for i := range 8 { // eight services up by 10, 20, ... 80 a day from 100
		l.put(monday-70, monday-1, group(fmt.Sprint("up", i)), "100").put(monday, sunday, group(fmt.Sprint("up", i)), fmt.Sprint(110+10*i))
	}
	l.put(monday-70, monday-1, group("down"), "100").put(monday, sunday, group("down"), "20")
	l.put(monday-70, monday-1, group("tiny"), "0.01").put(monday, sunday, group("tiny"), "30")
	l.put(monday-70, monday-1, group("negative"), "-5").put(monday, sunday, group("negative"), "60")
	m := judged(t, l.input())
	var up []string
	for _, mover := range m.Up {
		up = append(up, fmt.Sprintf("%s %s %s", mover.Service, mover.Change, percent(mover.Compared)))
	}
	same(t, "up", up, []string{"up7 400 +80.0 %", "up6 350 +70.0 %", "negative 325 no percentage", "up5 300 +60.0 %", "up4 250 +50.0 %"})
	if len(m.Down) != 1 || m.Down[0].Change.String() != "-400" || m.Down[0].Percent != -80 {
		t.Errorf("got down %+v, want one by -400, -80 %%", m.Down)
	}
	// up0 to up3: 50 + 100 + 150 + 200, and tiny 149.95.
	if m.Folded == nil || m.Folded.Services != 5 || m.Folded.Change.String() != "649.95" || m.Folded.Was.String() != "2000.05" {
		t.Errorf("got folded %+v, want 5 services by 649.95 from 2000.05", m.Folded)
	}
	if m.Before.Change.String() != "1874.95" { // 8 up 1800, tiny 149.95, negative 325, down -400
		t.Errorf("got a change of %s, want 1874.95", m.Before.Change)
	}
}

// TestSayable: percentages on negative and near-zero bases are not said.
func TestSayable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now, was string
		percent  float64
		sayable  bool
	}{
		{"110", "100", 10, true}, {"0", "100", -100, true}, {"-50", "100", -150, true},
		{"1100", "100", 1000, true}, {"1101", "100", 0, false}, {"5", "0", 0, false}, {"5", "-5", 0, false}, {"0", "0", 0, false},
	} {
		got := compared(mustMoney(t, c.now), mustMoney(t, c.was))
		if got.Sayable != c.sayable || abs(got.Percent-c.percent) > 1e-9 {
			t.Errorf("%s after %s: got %v %v, want %v %v", c.now, c.was, got.Percent, got.Sayable, c.percent, c.sayable)
		}
	}
}

// TestCurrencies: they are never summed.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("EC2"), "100")
	l.put(monday-70, sunday, money.Group{Provider: "Microsoft", Service: "AKS", Currency: "EUR"}, "200")
	l.put(monday-70, sunday, money.Group{Provider: "Databricks", Service: "Jobs", Currency: "DBU"}, "3")
	r := Judge(l.input())
	var got []string
	for _, m := range r.Money {
		got = append(got, m.Currency+" "+m.Total.String())
	}
	same(t, "totals", got, []string{"EUR 1000", "USD 500", "DBU 15"})
}

// TestSides: charges that are no usage stand on their own lines, are in the total,
// and are in neither movers nor anomalies.
func TestSides(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, sunday, group("EC2"), "100")
	kind := func(service string, k money.Kind) money.Group {
		return money.Group{Provider: "AWS", Service: service, Kind: k}
	}
	l.put(monday, monday, kind("Savings Plans", money.Purchase), "4000").put(monday-7, monday-7, kind("Savings Plans", money.Purchase), "10")
	l.put(monday, monday, kind("EC2", money.Tax), "19").put(monday+1, monday+1, kind("EC2", money.Credit), "-500")
	l.put(monday+2, monday+2, kind("RDS", money.Correction), "-3")
	m := judged(t, l.input())
	if m.Total.String() != "4016" || m.Usage.String() != "500" || m.Before.Was.String() != "510" {
		t.Errorf("got %s, usage %s, before %s, want 4016, 500, 510", m.Total, m.Usage, m.Before.Was)
	}
	share := func(name, total, note, was, change string) Share {
		c := compared(mustMoney(t, was).Add(mustMoney(t, change)), mustMoney(t, was))
		return Share{Name: name, Total: mustMoney(t, total), Note: note, Before: &c}
	}
	same(t, "fixed", m.Fixed, []Share{
		share("AWS Savings Plans", "4000", "purchase or recurring fee", "10", "3990"),
		share("AWS EC2", "19", "tax", "0", "19"),
	})
	same(t, "credits", m.Credits, []Share{share("AWS EC2", "-500", "credit or refund", "0", "-500")})
	same(t, "corrections", m.Corrections, []Share{share("AWS RDS", "-3", "correction of a period that was invoiced before", "0", "-3")})
	if len(m.Up)+len(m.Down)+len(m.Spikes) != 0 {
		t.Errorf("got movers %+v %+v, anomalies %+v, want none", m.Up, m.Down, m.Spikes)
	}
}

package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// grown is a service that costs so much on this week's Monday and grew by a share each
// week, with noise.
func grown(l *ledger, service string, cost, weekly, noise float64, rng *rand.Rand) *ledger {
	for d := monday - 98; d <= sunday; d++ {
		x := cost * math.Pow(1+weekly, float64(d-monday)/7) * (1 + noise*rng.NormFloat64())
		l.put(d, d, group(service), fmt.Sprintf("%.4f", x))
	}
	return l
}

// TestGrowthIsSaid: of 15 % a week no day is a spike, because what is expected grows
// along; that it doubles in five weeks is said.
func TestGrowthIsSaid(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(15, 5))
	m := judged(t, grown(newLedger(t).put(monday-98, sunday, group("EC2"), "5000"), "CloudFront", 1000, 0.15, 0, rng).input())
	if len(m.Spikes) != 0 || len(m.Growing) != 1 || m.Growing[0].Service != "CloudFront" || m.Growing[0].Sentence() != "AWS CloudFront doubled in five weeks" {
		t.Errorf("got spikes %+v, growing %+v", m.Spikes, m.Growing)
	}
	text := Text(Judge(grown(newLedger(t), "CloudFront", 1000, 0.15, 0.03, rng).input()))
	if !strings.Contains(text, "AWS CloudFront doubled in five weeks") && !strings.Contains(text, "AWS CloudFront doubled in six weeks") {
		t.Errorf("the text does not say it:\n%s", text)
	}
	for _, c := range []struct {
		name   string
		ledger *ledger
		says   string
	}{
		{"3 % a week", grown(newLedger(t), "a", 1000, 0.03, 0.05, rng), ""},
		{"10 % a week takes eight", grown(newLedger(t), "a", 1000, 0.10, 0, rng), "AWS a doubled in eight weeks"},
		{"30 % a week", grown(newLedger(t), "a", 1000, 0.30, 0, rng), "AWS a doubled in three weeks"},
		{"noise alone", grown(newLedger(t), "a", 1000, 0, 0.10, rng), ""},
		{"a step", newLedger(t).put(monday-98, monday-15, group("a"), "100").put(monday-14, sunday, group("a"), "300"), ""},
		{"pennies", grown(newLedger(t), "a", 1, 0.15, 0, rng), ""},
		{"shrinking", grown(newLedger(t), "a", 1000, -0.15, 0, rng), ""},
		{"four weeks of data", newLedger(t).put(monday-21, monday-1, group("a"), "100").put(monday, sunday, group("a"), "100"), ""},
	} {
		says := ""
		if m := judged(t, c.ledger.input()); len(m.Growing) > 0 {
			says = m.Growing[0].Sentence()
		}
		if says != c.says {
			t.Errorf("%s: got %q, want %q", c.name, says, c.says)
		}
	}
}

// TestGrowthOfAll: what many services have a part in is said of all usage.
func TestGrowthOfAll(t *testing.T) {
	t.Parallel()
	l, rng := newLedger(t), rand.New(rand.NewPCG(15, 6))
	for i := range 8 {
		grown(l, fmt.Sprint("service ", i), 1000, 0.16, 0.02, rng)
	}
	m := judged(t, l.input())
	if len(m.Growing) != 1+maxGrowing || m.Growing[0].Series != "" || m.Growing[0].Sentence() != "All usage doubled in five weeks" {
		t.Errorf("got %+v", m.Growing)
	}
	var sum money.Amount
	for d := monday; d <= friday; d++ {
		for _, c := range l.Days[d] {
			sum = sum.Add(c.Amount)
		}
	}
	if now := m.Growing[0].Was.Add(m.Growing[0].Change); now != sum {
		t.Errorf("got %s now, want %s", now, sum)
	}
}

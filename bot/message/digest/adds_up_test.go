package digest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

var (
	headChange = regexp.MustCompile(`week \d+ · (\S+)`)
	partChange = regexp.MustCompile(`(?:^|· )[a-z ]+ (\S+)`)
	rowChange  = regexp.MustCompile(`(?m)^  [$ ] *(\S+)  `)
)

// TestWhatMovedAddsUp: the lines under a headline are its change as they are
// printed, whatever moved; a headline that moved has lines.
func TestWhatMovedAddsUp(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 29))
	sums := func(all [][]string) (sum money.Amount) {
		for _, found := range all {
			sum = sum.Add(amount(t, strings.NewReplacer("$", "", ",", "").Replace(found[1])))
		}
		return sum
	}
	moved := 0
	for n := range 60 {
		days := money.Days{}
		for i := range 1 + random.IntN(14) {
			g := money.Group{Provider: "AWS", Service: fmt.Sprint("Service ", i), Currency: "USD", Kind: []money.Kind{money.Usage, money.Usage, money.Purchase, money.Credit, money.Tax, money.Correction}[random.IntN(6)]}
			for d := range money.Day(14) {
				if x := amount(t, fmt.Sprintf("%d.%04d", random.IntN(10)*random.IntN([]int{2, 2000}[n%2]), random.IntN(9999))); random.IntN(3) > 0 {
					if g.Kind == money.Credit {
						x = x.Neg()
					}
					days.Add(week47.Monday()-7+d, g, money.Cost{Amount: x, Billed: x})
				}
			}
		}
		for d := range money.Day(14) {
			days.Add(week47.Monday()-7+d, money.Group{Service: "steady", Currency: "USD", Kind: money.Usage}, money.Cost{Amount: amount(t, "500"), Billed: amount(t, "500")})
		}
		r := report.Judge(report.Input{Week: week47, Now: week47.Add(2).Monday().Time(), Readings: []money.Reading{{Name: "files", Origin: money.FOCUS, Known: true, Newest: week47.Monday() + 6, Days: days}}})
		text := blocktest.Readable(t, Render(View{Report: r, Number: 1, Command: "/playbook"})[0].Message)
		head := sums(headChange.FindAllStringSubmatch(text, -1))
		_, line, _ := strings.Cut(text, "The change: ")
		line, _, _ = strings.Cut(line, "\n")
		if parts := partChange.FindAllStringSubmatch(line, -1); len(parts) > 0 && sums(parts) != head {
			t.Errorf("the parts add up to %s, want %s:\n%s", sums(parts), head, text)
		}
		_, table, found := strings.Cut(text, "**What moved**")
		table, _, _ = strings.Cut(table, "\n|")
		table, _, _ = strings.Cut(table, "\n  **")
		if got := sums(rowChange.FindAllStringSubmatch(table, -1)); found && got != head || !found && !head.IsZero() {
			t.Errorf("what moved adds up to %s, want %s:\n%s", got, head, text)
		}
		if found {
			moved++
		}
	}
	if moved < 40 {
		t.Errorf("only %d digests say what moved", moved)
	}
}

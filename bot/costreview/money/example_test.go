package money_test

import (
	"fmt"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Amounts are exact, however many are added.
func ExampleParseMoney() {
	sum, err := money.ParseMoney("0")
	for range 1_000 {
		var tenth money.Amount
		if tenth, err = money.ParseMoney("0.1"); err != nil {
			break
		}
		sum = sum.Add(tenth)
	}
	fmt.Println(sum, err)
	// Output:
	// 100 <nil>
}

// A week begins on Monday.
func ExampleParseWeek() {
	week, err := money.ParseWeek("2026-W47")
	fmt.Println(week, week.Monday(), err)
	// Output:
	// 2026-W47 2026-11-16 <nil>
}

package report

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

func amountOf(m MonthEnd) string { return m.Standing("USD", m.Until) }

// TestMonthEndOfASteadyBill: $7,000 a day since August; on Monday the 23rd days up to
// Friday the 20th have settled.
func TestMonthEndOfASteadyBill(t *testing.T) {
	in := newLedger(t).put(monday-105, friday, group("EC2"), "7000").input()
	for _, test := range []struct {
		amount float64
		want   string
	}{
		{200_000, "month: $140K of $200K, ends at $210K ± 1K, over on the 29th"},
		{210_100, "month: $140K of $210K, ends at $210K ± 1K, may go over"},
		{300_000, "month: $140K of $300K, ends at $210K ± 1K"},
		{100_000, "month: $140K of $100K, ends at $210K ± 1K, over since the 15th"},
	} {
		in.Settings.Budgets = []Budget{{Name: "all", Amount: test.amount}}
		m := judged(t, in)
		if len(m.Months) != 1 {
			t.Fatalf("got %d months, want the budget's", len(m.Months))
		}
		if got := m.Months[0].Sentence("USD", m.Until, in.Now); got != test.want {
			t.Errorf("got  %q\nwant %q", got, test.want)
		}
		if text := Text(Judge(in)); !strings.Contains(text, "  "+test.want+".\n") {
			t.Errorf("the text does not say %q:\n%s", test.want, text)
		}
	}
	in.Settings.Budgets = nil
	m := judged(t, in)
	if got, want := m.Months[0].Sentence("USD", m.Until, in.Now), "month: $140K, ends at $210K ± 1K"; got != want {
		t.Errorf("without a budget: got %q, want %q", got, want)
	}
}

// TestMonthEndCountsFixedCharges: what came on the same day of both months before
// comes again, what came once does not.
func TestMonthEndCountsFixedCharges(t *testing.T) {
	fee, once := group("Support"), group("Setup")
	fee.Kind, once.Kind = money.Purchase, money.Purchase
	l := newLedger(t).put(monday-105, friday, group("EC2"), "1000")
	for _, at := range []string{"2026-09-25", "2026-10-25"} {
		d := dayNamed(t, at)
		l.put(d, d, fee, "5000")
	}
	d := dayNamed(t, "2026-10-27")
	l.put(d, d, once, "9000")
	m := judged(t, l.input()).Months[0]
	if got, want := amountOf(m), "$20K, ends at $35K ± 100"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func dayNamed(t *testing.T, text string) money.Day {
	t.Helper()
	d, err := money.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMonthEndNeedsFourWeeks(t *testing.T) {
	for _, test := range []struct {
		days int
		want string
	}{
		{1, "$100 of $5K since 20 Nov, where it ends: not yet: needs 28 days of data, has 1"},
		{9, "$900 of $5K since 12 Nov, where it ends: not yet: needs 28 days of data, has 9"},
		{27, "$2K of $5K, where it ends: not yet: needs 28 days of data, has 27"},
		{28, "$2K of $5K, ends at $3K ± 10"},
	} {
		in := newLedger(t).put(friday-money.Day(test.days)+1, friday, group("EC2"), "100").input()
		in.Settings.Budgets = []Budget{{Name: "all", Amount: 5000}}
		if got := amountOf(judged(t, in).Months[0]); got != test.want {
			t.Errorf("%d days: got %q, want %q", test.days, got, test.want)
		}
	}
}

// TestMonthEndOfMissingDays: a day of which nothing is known is not zero: it is named,
// and reckoned in the end.
func TestMonthEndOfMissingDays(t *testing.T) {
	gap := dayNamed(t, "2026-11-10")
	in := newLedger(t).put(monday-105, gap-1, group("EC2"), "1000").put(gap+1, friday, group("EC2"), "1000").input()
	if got, want := amountOf(judged(t, in).Months[0]), "$19K without 1 missing day, ends with what is missing at $30K ± 100"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMonthEndReadsToTheNewestSettledDay: on a Thursday days of this week have settled.
func TestMonthEndReadsToTheNewestSettledDay(t *testing.T) {
	in := newLedger(t).put(monday-105, sunday+4, group("EC2"), "1000").input()
	in.Now = in.Now.AddDate(0, 0, 3)
	m := judged(t, in)
	if got, want := m.Months[0].Standing("USD", m.Until), "$23K to 23 Nov, ends at $30K ± 100"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMonthEndKnowsNoDaysToCome: a provider all of whose charges are of days after today,
// in the week whose first days have settled, is in no figure, and takes none away.
func TestMonthEndKnowsNoDaysToCome(t *testing.T) {
	t.Parallel()
	l := newLedger(t).put(monday-70, monday+9, group("EC2"), "100")
	in := l.input()
	in.Now = (monday + 10).Time()
	want := judged(t, in).Months
	in = l.put(monday+11, monday+13, money.Group{Provider: "Marketplace", Service: "Support"}, "5000").input()
	in.Now = (monday + 10).Time()
	same(t, "months", judged(t, in).Months, want)
	_, watched := Watch(in, Watched{Since: monday + 7}, 1000)
	if len(watched.Judged["USD"]) == 0 {
		t.Errorf("the watch judged nothing: %+v", watched)
	}
}

func TestMonthEndOfAMonthThatEnded(t *testing.T) {
	in := newLedger(t).put(monday-140, dayNamed(t, "2026-11-01"), group("EC2"), "1000").input()
	in.Week, in.Now = money.Week(monday).Add(-3), time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC) // settled to 30 October
	in.Settings.Budgets = []Budget{{Name: "all", Amount: 31_000}}
	m := judged(t, in)
	if got, want := m.Months[0].Sentence("USD", m.Until, in.Now), "October: $30K of $31K, ends at $31K ± 100, may go over"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	in.Now = in.Now.AddDate(0, 0, 1)
	m = judged(t, in)
	if got, want := m.Months[0].Sentence("USD", m.Until, in.Now), "October: $31K of $31K, the whole month"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBudgetOfAPart(t *testing.T) {
	other := group("S3")
	other.Account = "42"
	in := newLedger(t).put(monday-105, friday, group("EC2"), "1000").put(monday-105, friday, other, "10").input()
	in.Settings.Budgets = []Budget{
		{Name: "storage", Amount: 250, Filter: money.Filter{"service": "s3"}},
		{Name: "account", Amount: 400, Filter: money.Filter{"SubAccountId": "42"}},
		{Name: "nobody", Amount: 400, Filter: money.Filter{"service": "SQS"}},
	}
	var got []string
	m := judged(t, in)
	for _, month := range m.Months {
		got = append(got, month.Sentence("USD", m.Until, in.Now))
	}
	want := []string{
		"month: $20.2K, ends at $30.3K ± 100",
		"month, storage: $200 of $250, ends at $300 ± 1, over on the 26th",
		"month, account: $200 of $400, ends at $300 ± 1",
		"month, nobody: $0 of $400, where it ends: nothing matches its filter (service SQS)",
	}
	same(t, "months", got, want)
}

// TestMonthEndOfATeamThatBeganLately: the days before its first usage are not days on
// which it cost nothing.
func TestMonthEndOfATeamThatBeganLately(t *testing.T) {
	young := group("EC2")
	young.Team = "young"
	in := newLedger(t).put(monday-105, friday, group("EC2"), "1000").put(monday, friday, young, "500").input()
	in.Settings.By = "team"
	in.Settings.Budgets = []Budget{{Name: "young", Amount: 4000, Filter: money.Filter{"team": "young"}}}
	m := judged(t, in)
	want := "$2.5K of $4K, where it ends: not yet: needs 28 days of data, has 5"
	if got := amountOf(m.Months[1]); got != want {
		t.Errorf("budget: got %q, want %q", got, want)
	}
	if got, want := m.Showback.Teams[0].Month.Why, "not yet: needs 28 days of data, has 5"; got != want {
		t.Errorf("team: got %q, want %q", got, want)
	}
}

func TestBudgetOfOddFigures(t *testing.T) {
	l := newLedger(t).put(monday-105, friday, group("EC2"), "-5") // nothing but refunds
	in := l.input()
	in.Settings.Budgets = []Budget{{Name: "a\u202eb *c*\n", Amount: 1e15}}
	if got, want := judged(t, in).Months[0].Sentence("USD", friday, in.Now), "month, ab *c*: -$100 of $1,000tn, ends at -$100 ± 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// Two currencies: the budget is of the main one, the other has its month's end.
	euro := group("Hetzner")
	euro.Currency = "EUR"
	in = newLedger(t).put(monday-105, friday, group("EC2"), "100").put(monday-105, friday, euro, "10").input()
	in.Settings.Budgets, in.Settings.Currency = []Budget{{Name: "all", Amount: 4000}}, "USD"
	r := Judge(in)
	if got, want := r.Money[1].Months[0].Standing("EUR", friday), "€200, ends at €300 ± 1"; got != want || r.Money[0].Months[0].Budget != 4000 {
		t.Errorf("got %q, want %q; budget %v", got, want, r.Money[0].Months[0].Budget)
	}
}

// TestMonthEndOfAHoledDay: what a part of the bill lacks of a day is at least, and
// reckoned in the end.
func TestMonthEndOfAHoledDay(t *testing.T) {
	gap := dayNamed(t, "2026-11-10")
	azure := money.Group{Provider: "Microsoft", Service: "AKS"}
	in := newLedger(t).put(monday-105, friday, group("EC2"), "1000").put(monday-105, gap-1, azure, "500").put(gap+1, friday, azure, "500").input()
	if got, want := amountOf(judged(t, in).Months[0]), "at least $29.5K, ends at $45K ± 100"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestBudgetIsOfTheChosenCurrency: never of another, however much there is of it.
func TestBudgetIsOfTheChosenCurrency(t *testing.T) {
	euro := group("Hetzner")
	euro.Currency = "EUR"
	in := newLedger(t).put(monday-105, friday, group("EC2"), "100").put(monday-105, friday, euro, "10").input()
	in.Settings.Budgets, in.Settings.Currency = []Budget{{Name: "all", Amount: 100}}, "EUR"
	r := Judge(in)
	if r.Money[0].Currency != "EUR" || r.Money[0].Months[0].Budget != 100 || r.Money[1].Months[0].Budget != 0 {
		t.Errorf("got %+v and %+v", r.Money[0].Months, r.Money[1].Months)
	}
	notices := Notices(in, nil)
	if len(notices) != 1 || notices[0].Currency != "EUR" {
		t.Errorf("got %+v, want a notice in EUR", notices)
	}
	in.Settings.Currency = "GBP"
	if r := Judge(in); r.Money[0].Months[0].Budget != 0 || len(Notices(in, nil)) != 0 {
		t.Errorf("a budget in pounds is held against %s", r.Money[0].Currency)
	}
}

package report_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// bill is a synthetic bill: what is charged, and when each charge shows up in the
// export. The same seed gives the same bill. It is built with integers only, so
// that what a digest says of it can be summed up a second time, in truth_test.go,
// without a line of what is tested.
type bill struct {
	t        *testing.T
	rng      *rand.Rand
	from, to money.Day // of what is charged every day, both inclusive
	rows     []row
	planted  []planted
}

// row is one charge: a line of a FOCUS file.
type row struct {
	provider, billing, account, service, category string
	charge                                        string // ChargeCategory; empty: Usage
	class, frequency, pricing, tags               string
	commitment, status                            string // CommitmentDiscountId and -Status
	currency                                      string
	day, until                                    money.Day // until is exclusive; 0: day+1
	cents, billed                                 int64     // EffectiveCost and BilledCost
	arrives                                       time.Time // in the export from then on; zero: at the day's end
	changed                                       time.Time // the charge is cents from then on, and was before
	was                                           int64
	file                                          string // empty: costs.csv
}

// planted is an excess that a digest has to find.
type planted struct {
	row   // where
	cents int64
}

// newBill is an empty bill of twenty weeks, the last of which is 2026-W50.
func newBill(t *testing.T, seed uint64) *bill {
	t.Helper()
	return &bill{t: t, rng: rand.New(rand.NewPCG(seed, 2026)), from: on("2026-07-27"), to: on("2026-12-13")}
}

// on is a day, written 2026-11-21.
func on(text string) money.Day {
	d, err := money.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}

// span are the days from one to another, both inclusive.
func span(first, last string) (all []money.Day) {
	for d := on(first); d <= on(last); d++ {
		all = append(all, d)
	}
	return all
}

// some are single days.
func some(texts ...string) (all []money.Day) {
	for _, text := range texts {
		all = append(all, on(text))
	}
	return all
}

// daily charges a service every day with so many dollars, of a billing account of a
// provider. Days differ by up to noise in a thousand, weekends cost so many percent.
func (b *bill) daily(part, service string, dollars, noise, weekend int64) *bill {
	provider, billing, _ := strings.Cut(part, "/")
	for d := b.from; d <= b.to; d++ {
		cents := 100 * dollars
		if noise > 0 {
			cents += cents * (b.rng.Int64N(2*noise+1) - noise) / 1000
		}
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			cents = cents * weekend / 100
		}
		b.add(row{provider: provider, billing: billing, service: service, day: d, cents: cents, billed: cents})
	}
	return b
}

// flat charges a service every day the same.
func (b *bill) flat(part, service string, dollars int64) *bill {
	return b.daily(part, service, dollars, 0, 100)
}

// add charges something once.
func (b *bill) add(r row) *bill {
	r.currency, r.until = cmp.Or(r.currency, "USD"), cmp.Or(r.until, r.day+1)
	if r.arrives.IsZero() {
		r.arrives = r.until.Time()
	}
	b.rows = append(b.rows, r)
	return b
}

// of are the indexes of the rows of a part ("AWS", "AWS/111", "AWS/111/EC2",
// "*/*/EC2") on days; none given: on all days.
func (b *bill) of(part string, days ...money.Day) (all []int) {
	b.t.Helper()
	for i, r := range b.rows {
		if r.of(part) && (len(days) == 0 || slices.Contains(days, r.day)) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		b.t.Fatalf("the bill has nothing of %q on %v", part, days)
	}
	return all
}

func (r row) of(part string) bool {
	own := []string{r.provider, r.billing, r.service}
	for i, want := range strings.SplitN(part, "/", 3) {
		if want != "*" && want != own[i] {
			return false
		}
	}
	return true
}

// spike adds so many dollars to a service on each of the days; a digest has to find
// them.
func (b *bill) spike(part string, dollars int64, days ...money.Day) *bill {
	for _, d := range days {
		i := b.of(part, d)[0]
		b.rows[i].cents += 100 * dollars
		b.rows[i].billed += 100 * dollars
		b.planted = append(b.planted, planted{b.rows[i], 100 * dollars})
	}
	return b
}

// scale makes the charges of a part cost so many percent of what they do.
func (b *bill) scale(part string, percent int64, days ...money.Day) *bill {
	for _, i := range b.of(part, days...) {
		b.rows[i].cents = b.rows[i].cents * percent / 100
		b.rows[i].billed = b.rows[i].billed * percent / 100
	}
	return b
}

// lacks takes out what a part was charged on days: the export does not have it.
func (b *bill) lacks(part string, days ...money.Day) *bill {
	gone := b.of(part, days...)
	for k := len(gone) - 1; k >= 0; k-- {
		b.rows = slices.Delete(b.rows, gone[k], gone[k]+1)
	}
	return b
}

// late lets the charges of a part show up at a moment only, written 2026-11-25 09:00.
func (b *bill) late(part, at string, days ...money.Day) *bill {
	for _, i := range b.of(part, days...) {
		b.rows[i].arrives = moment(at, time.UTC)
	}
	return b
}

// corrected lets the charges of a part be so many percent more from a moment on.
func (b *bill) corrected(part, at string, percent int64, days ...money.Day) *bill {
	for _, i := range b.of(part, days...) {
		r := &b.rows[i]
		r.was, r.changed = r.cents, moment(at, time.UTC)
		r.cents += r.cents * percent / 100
		r.billed = r.cents
	}
	return b
}

func moment(text string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		panic(err)
	}
	return t
}

// at are the rows that the export has at a moment, as they are then.
func (b *bill) at(now time.Time) (all []row) {
	for _, r := range b.rows {
		if r.arrives.After(now) {
			continue
		}
		if now.Before(r.changed) {
			r.cents, r.billed = r.was, r.was
		}
		all = append(all, r)
	}
	return all
}

// decimal writes cents as a FOCUS file does.
func decimal(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return sign + strconv.FormatInt(cents/100, 10) + fmt.Sprintf(".%02d", cents%100)
}

// focusHeader are the columns of a bill's file.
var focusHeader = []string{
	"BillingAccountId", "SubAccountId", "ProviderName", "ServiceName", "ServiceCategory", "ChargeCategory", "ChargeClass", "ChargeFrequency",
	"PricingCategory", "ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency", "BilledCost", "EffectiveCost", "Tags",
	"CommitmentDiscountId", "CommitmentDiscountStatus",
}

func (r row) focus() []string {
	return []string{
		r.billing, r.account, r.provider, r.service, cmp.Or(r.category, "Compute"), cmp.Or(r.charge, "Usage"), r.class, cmp.Or(r.frequency, "Usage-Based"),
		cmp.Or(r.pricing, "Standard"), r.day.String() + "T00:00:00Z", r.until.String() + "T00:00:00Z", r.currency, decimal(r.billed), decimal(r.cents), cmp.Or(r.tags, "{}"),
		r.commitment, r.status,
	}
}

// writeFOCUS writes rows into a folder, each into its file.
func writeFOCUS(t *testing.T, dir string, rows []row) {
	t.Helper()
	files := map[string][][]string{}
	for _, r := range rows {
		name := cmp.Or(r.file, "costs.csv")
		if files[name] == nil {
			files[name] = [][]string{focusHeader}
		}
		files[name] = append(files[name], r.focus())
	}
	for name, lines := range files {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := csv.NewWriter(f).WriteAll(lines); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

package report_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// watchScenario is a bill, and what the daily watch tells of it. Amounts are not written
// down: what was planted is summed up.
type watchScenario struct {
	name     string
	bill     func(b *bill)
	settings report.Settings
	least    float64 // 0: 1000
	tells    []tell
}

// tell is an incident that the watch opens.
type tell struct {
	at      string // the midnight of UTC
	service string
	days    []money.Day
}

// watchScenarios are of bills that are looked at each midnight from 17 November to 12 December.
var watchScenarios = []watchScenario{
	{
		name:  "a spike on a weekday",
		bill:  func(b *bill) { b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 2500, on("2026-11-18")) },
		tells: []tell{{at: "2026-11-21", service: "EC2", days: some("2026-11-18")}},
	},
	{
		name:  "a spike at the weekend, of a service that costs less then",
		bill:  func(b *bill) { b.daily("AWS/111", "EC2", 1000, 0, 45).spike("*/*/EC2", 2500, on("2026-11-21")) },
		tells: []tell{{at: "2026-11-24", service: "EC2", days: some("2026-11-21")}},
	},
	{
		name: "with noise",
		bill: func(b *bill) {
			b.daily("AWS/111", "EC2", 1000, 30, 60).daily("AWS/111", "S3", 3000, 40, 90).spike("*/*/EC2", 2500, on("2026-11-25"))
		},
		tells: []tell{{at: "2026-11-28", service: "EC2", days: some("2026-11-25")}},
	},
	{
		name: "a provider that comes late is told when it comes, the others on their day",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("Microsoft/222", "AKS", 3000)
			b.spike("*/*/AKS", 5000, on("2026-11-19")).spike("*/*/EC2", 2500, on("2026-11-19"))
			b.late("Microsoft", "2026-11-25 12:00", span("2026-11-18", "2026-11-24")...)
		},
		tells: []tell{{at: "2026-11-22", service: "EC2", days: some("2026-11-19")}, {at: "2026-11-26", service: "AKS", days: some("2026-11-19")}},
	},
	{
		name: "an account that comes late brings a spike of a service that another account has, too",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("AWS/222", "EC2", 400).spike("AWS/222/EC2", 2500, on("2026-11-19"))
			b.late("AWS/222", "2026-11-24 12:00", span("2026-11-18", "2026-11-23")...)
		},
		tells: []tell{{at: "2026-11-25", service: "EC2", days: some("2026-11-19")}},
	},
	{
		name: "a provider that goes away and comes back exceeds nothing",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("Microsoft/222", "AKS", 3000)
			b.late("Microsoft", "2026-11-29 12:00", span("2026-11-15", "2026-11-28")...)
		},
	},
	{
		name: "a day that is corrected after it was told is told no second time",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 2500, on("2026-11-18"))
			for _, i := range b.of("AWS", on("2026-11-18")) { // by 30 % more from the 24th on, which was not planted
				b.rows[i].was, b.rows[i].changed = b.rows[i].cents, moment("2026-11-24 00:00", time.UTC)
				b.rows[i].cents += b.rows[i].cents * 3 / 10
			}
		},
		tells: []tell{{at: "2026-11-21", service: "EC2", days: some("2026-11-18")}},
	},
	{
		name: "a day that is corrected once it was judged stays as it was judged",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).corrected("AWS", "2026-11-26 00:00", 300, on("2026-11-18"))
		},
	},
	{
		name: "a gap is not zero, and nothing of it is told",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("AWS/111", "S3", 500).lacks("AWS", span("2026-11-19", "2026-11-21")...).spike("*/*/EC2", 2500, on("2026-11-22"))
		},
		tells: []tell{{at: "2026-11-25", service: "EC2", days: some("2026-11-22")}},
	},
	{
		name: "a spike over a gap is one",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("Microsoft/222", "AKS", 800).lacks("AWS", span("2026-11-19", "2026-11-21")...)
			b.spike("*/*/EC2", 2500, some("2026-11-18", "2026-11-22")...)
		},
		tells: []tell{{at: "2026-11-21", service: "EC2", days: some("2026-11-18")}},
	},
	{
		name: "two spikes of one service on following days are one",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 2500, on("2026-11-18")).spike("*/*/EC2", 1500, on("2026-11-19"))
		},
		tells: []tell{{at: "2026-11-21", service: "EC2", days: some("2026-11-18")}},
	},
	{
		name: "unless the second is twice as large",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 1500, on("2026-11-18")).spike("*/*/EC2", 20000, on("2026-11-19"))
		},
		tells: []tell{{at: "2026-11-21", service: "EC2", days: some("2026-11-18")}, {at: "2026-11-22", service: "EC2", days: some("2026-11-19")}},
	},
	{
		name: "spikes of two services on one day are two",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("AWS/111", "S3", 500).spike("*/*/EC2", 2500, on("2026-11-18")).spike("*/*/S3", 1500, on("2026-11-18"))
		},
		tells: []tell{{at: "2026-11-21", service: "EC2", days: some("2026-11-18")}, {at: "2026-11-21", service: "S3", days: some("2026-11-18")}},
	},
	{
		name: "below min it is left to the digest",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 999, on("2026-11-18")) },
	},
	{
		name: "small days add up to one that is told with all of them",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 400, span("2026-11-18", "2026-11-21")...)
		},
		tells: []tell{{at: "2026-11-23", service: "EC2", days: span("2026-11-18", "2026-11-20")}},
	},
	{
		name: "a drop is none, nor that it ends",
		bill: func(b *bill) { b.flat("AWS/111", "EC2", 10000).scale("AWS", 20, span("2026-11-18", "2026-11-24")...) },
	},
	{
		name: "a spike after a drop is measured by what is usual",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).scale("AWS", 20, span("2026-11-18", "2026-11-19")...).spike("*/*/EC2", 2500, on("2026-11-25"))
		},
		tells: []tell{{at: "2026-11-28", service: "EC2", days: some("2026-11-25")}},
	},
	{
		name: "a fee, a credit and a month's charge are none",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000)
			b.add(row{provider: "AWS", billing: "111", service: "EC2", charge: "Purchase", day: on("2026-11-18"), cents: 9_000_00, billed: 9_000_00})
			b.add(row{provider: "AWS", billing: "111", service: "EC2", charge: "Credit", day: on("2026-11-19"), cents: -9_000_00, billed: -9_000_00})
			b.add(row{provider: "AWS", billing: "111", service: "EC2", day: on("2026-11-01"), until: on("2026-12-01"), cents: 90_000_00, billed: 90_000_00})
		},
	},
	{
		name: "each currency by itself",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("OVH/5", "Cloud", 700)
			for _, i := range b.of("OVH") {
				b.rows[i].currency = "EUR"
			}
			b.spike("*/*/Cloud", 1500, on("2026-11-18"))
		},
		tells: []tell{{at: "2026-11-21", service: "Cloud", days: some("2026-11-18")}},
	},
	{
		name: "of too many at once the dearest",
		bill: func(b *bill) {
			for k := range int64(7) {
				name := fmt.Sprintf("service %d", k)
				b.flat("AWS/111", name, 1000).spike("*/*/"+name, 2000+100*k, on("2026-11-18"))
			}
		},
		tells: []tell{
			{at: "2026-11-21", service: "service 6", days: some("2026-11-18")}, {at: "2026-11-21", service: "service 5", days: some("2026-11-18")}, {at: "2026-11-21", service: "service 4", days: some("2026-11-18")},
			{at: "2026-11-21", service: "service 3", days: some("2026-11-18")}, {at: "2026-11-21", service: "service 2", days: some("2026-11-18")},
		},
	},
	{
		name: "a renamed service is the same one, and no spike",
		bill: func(b *bill) {
			b.flat("AWS/111", "EC2", 1000).flat("AWS/111", "S3", 500)
			for _, i := range b.of("*/*/EC2", span("2026-11-18", "2026-12-13")...) {
				b.rows[i].service = "Elastic Compute Cloud"
			}
			b.spike("*/*/Elastic Compute Cloud", 2500, on("2026-12-01"))
		},
		tells: []tell{{at: "2026-12-04", service: "Elastic Compute Cloud", days: some("2026-12-01")}},
	},
	{
		name:     "with a longer settle it is told later",
		settings: report.Settings{Settle: 120 * time.Hour},
		bill:     func(b *bill) { b.flat("AWS/111", "EC2", 1000).spike("*/*/EC2", 2500, on("2026-11-18")) },
		tells:    []tell{{at: "2026-11-24", service: "EC2", days: some("2026-11-18")}},
	},
	{
		name: "nine days of history are not judged",
		bill: func(b *bill) {
			b.from = on("2026-11-10")
			b.flat("AWS/111", "EC2", 10).spike("*/*/EC2", 9000, on("2026-11-19"))
		},
	},
}

// TestWatchScenarios: of each synthetic bill the watch tells what was planted, on the day
// that it is settled or comes, with its amount, once, and nothing else.
func TestWatchScenarios(t *testing.T) {
	t.Parallel()
	for n, s := range watchScenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, uint64(1000+n))
		})
	}
}

func (s watchScenario) run(t *testing.T, seed uint64) {
	b := newBill(t, seed)
	s.bill(b)
	if s.least == 0 {
		s.least = 1000
	}
	var known report.Watched
	left := slices.Clone(s.tells)
	for midnight := moment("2026-11-17 00:00", time.UTC); !midnight.After(moment("2026-12-12 00:00", time.UTC)); midnight = midnight.AddDate(0, 0, 1) {
		in := report.Input{
			Name: "weekly", Week: report.WeekBefore(midnight), Now: midnight, Readings: scenario{}.readings(t, b.at(midnight), midnight), Settings: s.settings,
		}
		var alarms []report.Alarm
		alarms, known = report.Watch(in, known, s.least)
		for _, a := range alarms {
			if at := midnight.Format(time.DateOnly); len(left) == 0 || left[0].at != at || left[0].service != a.Spike.Service || !slices.Equal(left[0].days, a.Spike.Days) {
				t.Errorf("on %s: got %s on %v with %.2f, want %+v", at, a.Spike.Service, a.Spike.Days, a.Spike.Excess, left[:min(1, len(left))])
				return
			}
			want := plantedOn(b, left[0])
			if math.Abs(a.Spike.Excess-want) > 0.1*want {
				t.Errorf("%s on %v: got an excess of %.2f, want %.2f", a.Spike.Service, a.Spike.Days, a.Spike.Excess, want)
			}
			left = left[1:]
		}
	}
	if len(left) > 0 {
		t.Errorf("not told: %+v", left)
	}
}

// plantedOn is what was planted in a service on days.
func plantedOn(b *bill, x tell) float64 {
	var cents int64
	for _, p := range b.planted {
		if p.service == x.service && slices.Contains(x.days, p.day) {
			cents += p.cents
		}
	}
	return float64(cents) / 100
}

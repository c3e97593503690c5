package report

import (
	"cmp"
	"slices"
	"sync"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// Judge says what a week was. The same values give the same report, byte for byte,
// in whatever order they come.
func Judge(in Input) Report {
	in = arranged(in)
	r := Report{Schema: Schema, Digest: in.Name, Week: in.Week, MadeAt: in.Now.UTC(), Filter: FilterName(in.Filter)}
	for _, text := range in.Absent {
		r.Missing = append(r.Missing, sentence(text))
	}
	var missing []string
	var rows []monthlyUsage
	ledgers := map[string]*currencyLedger{}
	for _, currency := range in.currencies {
		b, lost, left := open(in, currency)
		missing = append(missing, lost...)
		r.leave(currency, left)
		if b == nil || len(in.Filter) > 0 && len(b.series) == 0 {
			continue // nothing is judged, or nothing of it is what the digest is about
		}
		r.Money = append(r.Money, b.assess(in))
		rows = append(rows, b.month)
		ledgers[currency] = b
	}
	if in.Posted != nil { // of a currency that nothing is there of today, all stays to be judged
		for currency := range in.Posted.currencies() {
			if !slices.Contains(in.currencies, currency) {
				r.leave(currency, waiting(in.Posted, currency, in.Week))
			}
		}
	}
	r.Equal = rank(r.Money, in.Settings)
	missing = slices.Concat(mainMissing(r.Money, in.Settings), budgetsMissing(r.Money, r.Equal, in.Settings), in.watchedMissing(), missing)
	// What lacks of the figures comes before what columns lack: the digest's first message has room for few.
	r.Missing = slices.Concat(r.Missing, missing, toldTwice(in.Readings), lacking(in.Readings))
	if len(in.Filter) > 0 && len(r.Money) == 0 {
		r.Missing = append(r.Missing, sentence("Nothing matches the digest's filter ("+r.Filter+")"))
	}
	for i := range r.Money {
		b := ledgers[r.Money[i].Currency]
		var budgets []Budget
		if i == 0 { // budgets and units are of one currency, the main one
			budgets = in.Settings.budgetsIn(b.currency, r.Equal)
			r.Units = b.units(in.Units)
		}
		ahead := b.daysAhead(in)
		var whole MonthEnd
		r.Money[i].Months, whole = ahead.months(budgets)
		r.Money[i].Showback = b.showback(r.Money[i].Total, in, ahead, whole)
		if i == 0 && r.Money[i].Showback.nobodys() {
			r.Missing = append(r.Missing, sentence("No charge of the week says its "+r.Money[i].Showback.By+", so whose they are is not known: see whether `by` names a tag, a column or a label that they have"))
		}
	}
	sheet := in.Handbook
	if sheet == nil {
		sheet = handbook.Default()
	}
	r.Steps, r.Savings = costSteps(in, rows, sheet)
	for _, m := range r.Money {
		r.Spend = append(r.Spend, ledgers[m.Currency].spend(sheet.CostSteps()))
	}
	r.measure()
	var why string
	if r.Organisation, why = organise(in, r.Money, sheet); why != "" {
		r.Missing = append(r.Missing, why)
	}
	if in.Incidents == nil {
		r.Missing = append(r.Missing, "The week's incidents cannot be read here.")
	} else {
		r.Incidents = in.Incidents.week(in.Now)
	}
	return r
}

// FilterName is a filter as reports name it.
func FilterName(f money.Filter) string { return oneLine(f.String(), maxName) }

// leave keeps what stays to be judged.
func (r *Report) leave(currency string, left []PartDays) {
	if len(left) == 0 {
		return
	}
	if r.Open == nil {
		r.Open = map[string][]PartDays{}
	}
	r.Open[currency] = left
}

// arranged puts what comes in any order into one, and what was renamed under one name.
func arranged(in Input) Input {
	in.Readings = ordered(in.Readings)
	for k := range in.Readings {
		in.Readings[k].Days = withCurrencyCodes(in.Readings[k].Days)
		in.Readings[k] = withoutStoodIn(in.Readings[k])
	}
	in.currencies = currencies(in.Readings)
	if in.Settings.amounts == nil {
		in.Settings.amounts = sync.OnceValue(in.amounts)
	}
	in.Expected = slices.Clone(in.Expected)
	slices.SortStableFunc(in.Expected, func(x, y Expectation) int { // the newest word counts
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.Series, y.Series), cmp.Compare(x.ByID, y.ByID), cmp.Compare(x.Reason, y.Reason), cmp.Compare(x.Level, y.Level))
	})
	if len(in.Filter) > 0 {
		in.Restated = nil // it is known of whole days only
	}
	return joined(in)
}

// assess is the week in one currency.
func (b *currencyLedger) assess(in Input) CurrencyReport {
	top := in.Settings.Top
	if top <= 0 {
		top = 5
	}
	m := CurrencyReport{
		Currency: b.currency, Days: b.days, LeftOut: 7 - len(b.days), Until: b.days[len(b.days)-1],
		Partial: b.partial, Column: b.costColumn, Total: b.total(b.days), Sources: b.sources, Notes: b.notes,
	}
	for g, c := range b.rows {
		m.Billed = m.Billed.Add(c.billed)
		if g.Kind == money.Usage {
			m.Usage = m.Usage.Add(c.amount)
		}
	}
	m.Renames = b.renames(in)
	m.UsageMonth, m.UsageMonthDays = b.month.total(), len(b.month.days)
	b.move(&m, top)
	f := b.floors(in.Settings)
	b.spikes(&m, in, f)
	b.blame(&m, in)
	b.growing(&m, f)
	m.Late, m.Again = b.lateParts(), b.judgedBefore(in.Again)
	b.restate(&m, in)
	m.Notes = append(m.Notes, b.settleAdvice(in)...)
	b.sides(&m)
	m.Commitments, m.AI = b.commitments(), b.ai()
	m.Chart = b.chart(m.Spikes, f)
	return m
}

// ordered sorts readings by their source: they come as they were read.
func ordered(readings []money.Reading) []money.Reading {
	readings = slices.Clone(readings)
	slices.SortStableFunc(readings, func(x, y money.Reading) int {
		return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.Name, y.Name), x.At.Compare(y.At))
	})
	return readings
}

func currencies(readings []money.Reading) (all []string) {
	seen := map[string]bool{}
	for _, reading := range readings {
		for _, groups := range reading.Days {
			for g := range groups {
				if !seen[g.Currency] {
					seen[g.Currency] = true
					all = append(all, g.Currency)
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

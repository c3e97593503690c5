package source

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// maxMeasures bounds what is measured in one file: days times services times units.
	maxMeasures = 20_000
	// maxCommitments bounds the commitments of one file.
	maxCommitments = 5_000
	// measuredFor is for how many days before the newest quantities are told.
	measuredFor = 35
	// maxMeasured bounds what all files tell of it.
	maxMeasured = 2_000
	// shortTerm is how many days a charge of a commitment may be for and be no purchase
	// of a term.
	shortTerm = 35
)

// beside is what a file tells beside the costs of groups.
type beside struct {
	measures    map[measureOf]money.Measured
	commitments map[commitmentOf]money.Commitment
	full        bool // there were too many: none is told, whatever the order of the rows
}

// measureOf is what a quantity is of; the account is what repeats are told by.
type measureOf struct {
	day                                        money.Day
	provider, account, service, currency, unit string
}

type commitmentOf struct{ provider, account, id string }

// Besides are a file's own, in an order.
type Besides struct {
	Measures    []measureLine    `json:",omitempty"`
	Commitments []commitmentLine `json:",omitempty"`
	Full        bool             `json:",omitempty"`
}

type measureLine struct {
	money.Measured
	Account string
}

type commitmentLine struct {
	money.Commitment
	Account string
}

// besideRow is what a charge tells beside its cost.
type besideRow struct {
	first    money.Day
	days     int32 // that it is spread over; 0: it is of the first
	end      money.Day
	cost     money.Amount
	quantity money.Amount
	unit     string // empty: nothing was measured
	id, name string // of a commitment
}

// isAI reports whether what a group uses is measured.
func isAI(g *money.Group) bool {
	return g.Kind == money.Usage && strings.EqualFold(g.Category, money.AI)
}

// add counts a row of a group.
func (b *beside) add(g *money.Group, r besideRow) {
	if b.full {
		return
	}
	if r.unit != "" {
		if b.measures == nil {
			b.measures = map[measureOf]money.Measured{}
		}
		days := max(r.days, 1)
		for k := range days {
			b.measure(measureOf{r.first + money.Day(k), g.Provider, g.Account, g.Service, g.Currency, r.unit}, r.quantity.Part(int(k), int(days)), r.cost.Part(int(k), int(days)))
		}
	}
	if r.id != "" {
		c := money.Commitment{ID: r.id, Name: r.name, Provider: g.Provider, First: r.first, Last: r.first}
		if r.end-r.first > shortTerm {
			c.End = r.end - 1
		}
		b.commit(commitmentOf{g.Provider, g.Account, r.id}, c)
	}
}

func (b *beside) measure(of measureOf, quantity, cost money.Amount) {
	was := b.measures[of]
	b.measures[of] = money.Measured{
		Day: of.day, Provider: of.provider, Service: of.service, Currency: of.currency, Unit: of.unit,
		Quantity: was.Quantity.Add(quantity), Cost: was.Cost.Add(cost),
	}
	if len(b.measures) > maxMeasures {
		*b = beside{full: true}
	}
}

func (b *beside) commit(of commitmentOf, c money.Commitment) {
	if b.commitments == nil {
		b.commitments = map[commitmentOf]money.Commitment{}
	}
	if was, ok := b.commitments[of]; ok {
		c = both(was, c)
	}
	b.commitments[of] = c
	if len(b.commitments) > maxCommitments {
		*b = beside{full: true}
	}
}

// both is what two files, or rows, tell of one commitment.
func both(a, b money.Commitment) money.Commitment {
	a.Name = max(a.Name, b.Name)
	a.First, a.Last, a.End = min(a.First, b.First), max(a.Last, b.Last), max(a.End, b.End)
	return a
}

func (b *beside) tell() *Besides {
	if len(b.measures)+len(b.commitments) == 0 && !b.full {
		return nil
	}
	out := &Besides{Full: b.full}
	for of, m := range b.measures {
		out.Measures = append(out.Measures, measureLine{m, of.account})
	}
	for of, c := range b.commitments {
		out.Commitments = append(out.Commitments, commitmentLine{c, of.account})
	}
	slices.SortFunc(out.Measures, func(x, y measureLine) int {
		return cmp.Or(compareMeasured(x.Measured, y.Measured), cmp.Compare(x.Account, y.Account))
	})
	slices.SortFunc(out.Commitments, func(x, y commitmentLine) int {
		return cmp.Or(cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.ID, y.ID), cmp.Compare(x.Account, y.Account))
	})
	return out
}

func compareMeasured(x, y money.Measured) int {
	return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.Service, y.Service), cmp.Compare(x.Currency, y.Currency), cmp.Compare(x.Unit, y.Unit))
}

// besides adds up what all files tell beside their costs, of the newest days; what
// another file tells again is left out as its costs are.
func besides(r *money.Reading, chosen []candidate, told []File, found *repeats) {
	type key struct {
		day                               money.Day
		provider, service, currency, unit string
	}
	sums := map[key]money.Measured{}
	type named struct{ provider, id string }
	commitments := map[named]money.Commitment{}
	full := false
	for k := range told {
		of := told[k].Besides
		r.Blind = r.Blind || told[k].Blind
		if of == nil {
			continue
		}
		full = full || of.Full
		for _, m := range of.Measures {
			if m.Day <= r.Newest-measuredFor || m.Day > r.Newest || chosen[k].superseded(m.Day) {
				continue
			}
			g := money.Group{Provider: m.Provider, Account: m.Account}
			if told[k].Folded {
				g.Account = ""
			}
			share, ok := found.share(k, m.Day, g, money.Cost{Amount: m.Cost, Billed: m.Quantity})
			if !ok {
				continue
			}
			at := key{m.Day, m.Provider, m.Service, m.Currency, m.Unit}
			sum := m.Measured
			sum.Cost, sum.Quantity = sums[at].Cost.Add(share.Amount), sums[at].Quantity.Add(share.Billed)
			sums[at] = sum
		}
		for _, c := range of.Commitments {
			at := named{c.Provider, c.ID}
			if was, ok := commitments[at]; ok {
				commitments[at] = both(was, c.Commitment)
			} else {
				commitments[at] = c.Commitment
			}
		}
	}
	r.Measured = slices.SortedFunc(maps.Values(sums), compareMeasured)
	r.Commitments = slices.SortedFunc(maps.Values(commitments), func(x, y money.Commitment) int {
		return cmp.Or(cmp.Compare(y.Last, x.Last), cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.ID, y.ID))
	})
	if full || len(r.Measured) > maxMeasured || len(r.Commitments) > maxMeasured {
		r.Measured, r.Commitments = nil, nil
		r.Notes = append(r.Notes, money.Note{Text: fmt.Sprintf("There are more than %d commitments, or services and units of AI: they are not told one by one.", maxMeasured)})
	}
	contracts := contractsOf(told, money.DayOf(r.At))
	if len(contracts) > maxMeasured {
		contracts = nil
		r.Notes = append(r.Notes, money.Note{Text: fmt.Sprintf("There are more than %d contract commitments that end soon: they are not told one by one.", maxMeasured)})
	}
	r.Commitments = append(r.Commitments, contracts...)
}

// tellsCommitment reports whether a group's charges may name one.
func tellsCommitment(g *money.Group) bool {
	return g.Unused || g.Pricing == "Committed" || g.Kind == money.Purchase
}

// countBeside counts what a row tells beside its cost, if its group has such.
func (t *table) countBeside(r row, g *money.Group, b besideRow) error {
	b, err := r.beyond(g, b)
	if err != nil {
		return err
	}
	if b.id != "" || b.unit != "" {
		t.beside.add(g, b)
	}
	return nil
}

// beyond reads what the current row tells beside its cost.
func (r *parquetRows) beyond(g *money.Group, b besideRow) (besideRow, error) {
	ask := func(f field) error {
		if c := r.columns[f]; c != nil {
			if _, err := c.reach(r.row); err != nil {
				return fmt.Errorf("%s cannot be read (%w)", r.names[f], err)
			}
		}
		return nil
	}
	if tellsCommitment(g) {
		if err := errors.Join(ask(fCommitment), ask(fCommitmentName)); err != nil {
			return b, err
		}
		if b.id = r.table.text(r.text(fCommitment)); b.id != "" {
			b.name = r.table.text(r.text(fCommitmentName))
		}
	}
	if c := r.amounts[fConsumed]; isAI(g) && c != nil {
		if err := errors.Join(ask(fConsumed), ask(fConsumedUnit)); err != nil {
			return b, err
		}
		if n := c.value(r.row); n.err == nil && !n.null {
			b.quantity, b.unit = n.Amount, r.table.text(r.text(fConsumedUnit))
		}
	}
	return b, nil
}

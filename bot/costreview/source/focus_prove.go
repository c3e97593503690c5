package source

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// prover looks for what tells how dates and numbers are written.
type prover struct {
	months, days    bool // a date that only fits with that first
	points, commas  bool // a number that only fits with that before its decimals
	date, number    string
	dates, costs    []int
	starts, endings int // columns of a charge's period; -1: none
}

// prove reads a text to its end for its form, and says in words what there is to know.
func prove(from io.Reader) (f form, named string, err error) {
	records, err := openRecords(from)
	if err != nil {
		return form{}, "", err
	}
	p := prover{starts: -1, endings: -1}
	for k, name := range records.header {
		switch name = canonical(name); {
		case slices.Contains([]string{"chargeperiodstart", "chargeperiodend", "billingperiodstart", "billingperiodend", "contractcommitmentperiodstart", "contractcommitmentperiodend", "contractcommitmentlastupdated"}, name):
			p.dates = append(p.dates, k)
			if name == "chargeperiodstart" || name == "contractcommitmentperiodstart" {
				p.starts = k
			}
			if name == "chargeperiodend" || name == "contractcommitmentperiodend" {
				p.endings = k
			}
		case slices.ContainsFunc(costColumns[:], func(cost string) bool { return strings.EqualFold(cost, name) }):
			p.costs = append(p.costs, k)
		}
	}
	for {
		record, err := records.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if _, ok := errors.AsType[*csv.ParseError](err); ok && records.cut() == nil {
			continue // it is left out
		}
		if err != nil {
			return form{}, "", err
		}
		p.look(record)
	}
	return p.form(), p.named(), nil
}

// look takes a row's evidence.
func (p *prover) look(record []string) {
	for _, k := range p.dates {
		first, second, _, _, ok := numericDate(record[k])
		if !ok || first < 0 {
			continue
		}
		if p.date == "" {
			p.date = strings.Clone(record[k])
		}
		p.days = p.days || first > 12
		p.months = p.months || second > 12
	}
	if p.starts >= 0 && p.endings >= 0 {
		p.lookAtPeriod(record[p.starts], record[p.endings])
	}
	for _, k := range p.costs {
		p.lookAtNumber(record[k])
	}
}

// lookAtPeriod: a charge's period does not end before it begins.
func (p *prover) lookAtPeriod(start, end string) {
	backwards := func(in order) bool {
		from, okFrom := dateIn(start, in)
		to, okTo := dateIn(end, in)
		return okFrom && okTo && to.day < from.day
	}
	p.days = p.days || backwards(monthFirst)
	p.months = p.months || backwards(dayFirst)
}

func (p *prover) lookAtNumber(text string) {
	bare, _, ok := bareNumber(text)
	if !ok {
		if _, err := parseMoney(strings.TrimSpace(text)); err == nil && strings.Contains(text, ".") {
			p.points = true // with an exponent
		}
		return
	}
	point, isPoint := ungrouped(bare, '.')
	comma, isComma := ungrouped(bare, ',')
	p.points = p.points || isPoint && !isComma
	p.commas = p.commas || isComma && !isPoint
	if p.number == "" && (isPoint && point != strings.TrimLeft(text, "+-") || !isPoint && isComma && comma != text) {
		p.number = strings.Clone(text)
	}
}

func (p *prover) form() form {
	f := form{proven: true}
	switch {
	case p.days && p.months:
		f.dates = orderMixed
	case p.days:
		f.dates = dayFirst
	case p.months:
		f.dates = monthFirst
	}
	switch {
	case p.points:
		f.decimals = decimalPoint
	case p.commas:
		f.decimals = decimalComma
	}
	return f
}

// named is what people have to know of the form: of what it is that is read by it.
func (p *prover) named() string {
	var all []string
	f := p.form()
	if _, ok := dateIn(p.date, f.dates); ok && p.date != "" {
		switch f.dates {
		case monthFirst:
			all = append(all, fmt.Sprintf("dates such as %s are read as month, day and year", clean(p.date)))
		case dayFirst:
			all = append(all, fmt.Sprintf("dates such as %s are read as day, month and year", clean(p.date)))
		}
	}
	if _, err := f.number(p.number); err == nil {
		before := "point"
		if f.decimals == decimalComma {
			before = "comma"
		}
		all = append(all, fmt.Sprintf("numbers such as %s have a %s before their decimals", clean(p.number), before))
	}
	return strings.Join(all, ", ")
}

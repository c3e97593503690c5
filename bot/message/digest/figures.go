package digest

import (
	"math"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// figures are a currency's week with its changes rounded, all to as many decimals:
// what is printed adds up.
type figures struct {
	report.CurrencyReport
	currency string // its name
	places   int
}

func figuresOf(m report.CurrencyReport) figures {
	largest := 0.0
	note := func(c report.Compared) { largest = max(largest, math.Abs(c.Change.Float64())) }
	if m.Before != nil {
		note(*m.Before)
	}
	for _, p := range m.Parts {
		note(p.Compared)
	}
	for _, list := range [][]report.Mover{m.Up, m.Down, m.New} {
		for _, mover := range list {
			note(mover.Compared)
		}
	}
	places := money.Decimals(largest)
	return figures{m.Rounded(places), currency(m), places}
}

// signed is a change in a table: "+$810".
func (f figures) signed(m money.Amount) string {
	return money.SignedTo(m.Float64(), money.Symbol(f.Currency), f.places)
}

// change is a change in money and, where that says something, in percent:
// "+$6,430 (+13 %)".
func (f figures) change(c report.Compared) string {
	s := money.SignedTo(c.Change.Float64(), f.currency, f.places)
	if c.Sayable {
		s += " (" + percent(c.Percent) + ")"
	}
	return s
}

// moved is a change in words: "up $6,430, 13 percent".
func (f figures) moved(c report.Compared) string {
	s := "up "
	switch c.Change.Sign() {
	case 0:
		return "unchanged"
	case -1:
		s = "down "
	}
	s += money.ShowTo(c.Change.Abs().Float64(), f.currency, f.places)
	if c.Sayable {
		s += ", " + strings.TrimLeft(strings.TrimSuffix(percent(c.Percent), " %"), "+-") + " percent"
	}
	return s
}

// explained says which kinds of charges a change is made of; nothing where it has
// not changed.
func (f figures) explained() []*blockkit.Paragraph {
	moved := f.Moved()
	switch len(moved) {
	case 0:
		return nil
	case 1:
		return []*blockkit.Paragraph{(&blockkit.Paragraph{}).Text("All of the change is " + moved[0].Name())}
	}
	var all []string
	for _, p := range moved {
		all = append(all, p.Name()+" "+f.signed(p.Change))
	}
	return []*blockkit.Paragraph{(&blockkit.Paragraph{}).Text("The change: " + strings.Join(all, " · "))}
}

// move is a line of what moved.
type move struct {
	report.Mover
	name  string
	fresh bool // it has no week before
}

// moves are the lines of what moved, which add up to the change: so many services
// that cost more, less, and that are new, each with a name of so many units a line, the
// others together, and what is no usage.
func (f figures) moves(limit, most int) (all []move) {
	var rest []report.Mover
	for _, list := range [][]report.Mover{f.Up, f.Down} {
		for _, mover := range list[:min(len(list), most)] {
			all = append(all, move{Mover: mover, name: lineName(mover, limit)})
		}
		rest = append(rest, list[min(len(list), most):]...)
	}
	if f.Folded != nil {
		rest = append(rest, *f.Folded)
	}
	if others := report.Fold(rest); others != nil {
		all = append(all, move{Mover: *others, name: "all others (" + textutil.Thousands(others.Services) + ")"})
	}
	fresh := f.New
	if len(fresh) > most {
		fresh = append(fresh[:most-1:most-1], *report.Fold(fresh[most-1:]))
	}
	for _, mover := range fresh {
		name := lineName(mover, limit)
		if mover.Services > 0 {
			name = textutil.Count(mover.Services, "more service")
		}
		all = append(all, move{mover, name, true})
	}
	for _, p := range f.Moved() {
		if p.Kind != money.Usage {
			all = append(all, move{Mover: report.Mover{Compared: p.Compared, Total: p.Was.Add(p.Change)}, name: p.Name()})
		}
	}
	return all
}

// lineName is a service in a table whose lines have so much room: with its provider
// where both fit into one line, else the service alone in two.
func lineName(m report.Mover, room int) string {
	if textutil.Units(blockkit.Line(m.Service)) > room {
		return serviceName("", m.Service, 2*room)
	}
	return serviceName(m.Provider, m.Service, room)
}

// percent is a line's change in percent, where that says something.
func (f figures) percent(m move) string {
	switch {
	case m.fresh:
		return "new"
	case m.Sayable:
		return percent(m.Percent)
	}
	return ""
}

package handbook

import (
	"fmt"
	"slices"
	"strings"
)

// about begins an answer to a question.
func (h *Handbook) about(q query) *builder {
	b := h.answer("")
	b.users, b.asked, b.terms = q.users, h.asked(q), q.terms
	return b
}

// asked tells which fields a question asks for.
func (h *Handbook) asked(q query) func(ref) bool {
	return func(r ref) bool { return r.id[0] == 'Q' || slices.ContainsFunc(h.topics.Asks[r.field], q.asks) }
}

// several answers with all facts of a topic, a line each.
func (h *Handbook) several(t topic, q query) Entry {
	b := h.about(q)
	if b.a.Title = t.Title; len(t.Facts) > maxAlike {
		b.asked = nil // who asks for so many asks for no single number
	}
	for i, fact := range t.Facts {
		if kind, field, ok := isColumn(fact); ok {
			b.column(kind, field)
		} else {
			b.oneOf(fact, i == 0 && len(t.Facts) < 4)
		}
	}
	return b.done()
}

// list answers with several facts that may be meant, a line each.
func (h *Handbook) list(q query, facts []Candidate, unsure bool) Entry {
	b := h.about(q)
	b.a.Title = fmt.Sprintf("%d facts fit, the nearest first", len(facts))
	if unsure {
		b.a.Title = "It may be one of these, the nearest first"
	}
	for i, c := range facts {
		b.oneOf(c.ID, i == 0)
	}
	return b.done()
}

// oneOf adds a fact to others: a line that has a word of the question where the fact
// has one, or of an emergency that comes first all that is to be done.
func (b *builder) oneOf(id string, first bool) {
	if e, ok := b.h.facts[id].value.Addr().Interface().(*Emergency); ok && first {
		b.tiers(*e, e.Title+", ")
		return
	}
	b.brief(id)
	last := &b.a.Lines[len(b.a.Lines)-1]
	if text := b.h.mention(id, last.Label+" "+last.Text, b.terms); text != "" {
		last.Text += "; " + text
	}
}

// mention is the text of a fact that has a word of a question, when what is shown of
// it has none; else empty.
func (h *Handbook) mention(id, shown string, terms []string) string {
	says := func(text string) bool {
		said := h.words.terms(text)
		return slices.ContainsFunc(terms, func(term string) bool { return slices.Contains(said, term) })
	}
	if says(shown) {
		return ""
	}
	texts := h.facts[id].texts()
	if i := slices.IndexFunc(texts, says); i >= 0 {
		return texts[i]
	}
	return ""
}

// banded tells whether a fact is a row of a table by users.
func (h *Handbook) banded(id string) bool {
	return slices.ContainsFunc(h.words.docs, func(d document) bool { return d.id == id && d.banded })
}

// columns are the fields of a row that a question asks for.
func (h *Handbook) columns(q query, id string) []string {
	var all []string
	t := h.facts[id].value.Type()
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if columnNames[name] != "" && slices.ContainsFunc(h.topics.Asks[name], q.asks) {
			all = append(all, name)
		}
	}
	return all
}

// tables are what one row and all rows by users are called.
var tables = map[byte]struct{ one, all string }{
	'T': {"tier", "The tiers"}, 'L': {"latency", "Latency"}, 'A': {"availability", "Availability"},
}

// rows answers with all rows of a table: without a number of users any of them may
// be meant.
func (h *Handbook) rows(q query, id string) Entry {
	b := h.about(q)
	b.a.Title = tables[id[0]].all + " by users"
	columns := h.columns(q, id)
	for _, field := range columns {
		b.column(id[0], field)
	}
	for _, row := range h.ids {
		if row[0] == id[0] && len(columns) == 0 {
			b.brief(row)
		}
	}
	return b.done()
}

// row answers with the row of the question's number of users, the first of the
// facts: only what it asks for, when it asks for columns, and what the stack has for
// them. On the border of two rows the one below is told too. The other facts fit as
// well.
func (h *Handbook) row(q query, facts []Candidate) Entry {
	b, id := h.about(q), facts[0].ID
	columns, others := h.columns(q, id), []string{}
	for _, c := range facts[1:] {
		others = append(others, c.ID)
	}
	if len(columns) == 0 {
		b.fact(h.facts[id])
		for _, other := range others {
			b.brief(other)
		}
		return b.done()
	}
	b.a.Title = fmt.Sprintf("%s users: %s %s, %s users", q.users, tables[id[0]].one, id, h.bandOf(id))
	for _, field := range columns {
		b.cell(columnNames[field], id, field)
	}
	if below := h.below(id, *q.users); below != "" {
		for _, field := range columns {
			b.cell(fmt.Sprintf("%s below %s users", columnNames[field], q.users), below, field)
		}
	}
	for _, field := range columns {
		others = append(others, h.topics.Related[field]...)
	}
	for i, other := range others {
		if !slices.Contains(others[:i], other) {
			b.brief(other)
		}
	}
	return b.done()
}

// cell adds one field of a fact.
func (b *builder) cell(label, id, field string) {
	b.line(label, spelt(field, b.h.facts[id].field(field)), id+"."+field)
}

// bandOf is the band of a row.
func (h *Handbook) bandOf(id string) Band {
	band, _ := h.facts[id].value.FieldByName("Users").Interface().(Band)
	return band
}

// below is the row that ends where the row begins, for users on its border; empty
// elsewhere.
func (h *Handbook) below(id string, users Users) string {
	at := slices.Index(h.ids, id)
	if users != h.bandOf(id).Low || at == 0 || h.ids[at-1][0] != id[0] {
		return ""
	}
	return h.ids[at-1]
}

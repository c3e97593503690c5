package handbook

import (
	"fmt"
	"slices"
	"strings"
)

// brief adds a fact as one line, with what is asked of it most.
func (b *builder) brief(id string) {
	f := b.h.facts[id]
	label := f.name()
	switch v := f.value.Addr().Interface().(type) {
	case *Tier:
		b.line(label, fmt.Sprintf("%s, %s, %s, ML inference: %s, %s a month", v.Database, v.Caching, v.CDN, v.MLInference, v.MonthlyCost),
			fields(id, "users", "database", "caching", "cdn", "ml_inference", "monthly_cost")...)
	case *Threshold:
		b.moveInShort(label, b.h.Move(*v, Organisation{}))
	case *Technology:
		b.line(label, fmt.Sprintf("%s; or %s", v.Choice, v.Alternative), fields(id, "choice", "alternative")...)
	case *Pattern:
		b.line(label, fmt.Sprintf("%s; %s a month at %s users", v.Character, v.Cost, patternUsers), fields(id, "character", "cost")...)
	case *Latency:
		text, from := v.inWords()
		b.line(label, text, from...)
	case *Availability:
		b.line(label, fmt.Sprintf("%s, %s; %s", v.SLO, v.Downtime(), v.Strategy), fields(id, "users", "slo", "strategy")...)
	case *CostStep:
		text := fmt.Sprintf("saves %s of the cost of %s; effort %s", v.Saving, v.Of, v.Effort)
		if v.Capex > 0 {
			text += ", " + v.Capex.String() + " to invest"
		}
		if v.MinimumUsers > 0 {
			text += fmt.Sprintf("; only from %s users", v.MinimumUsers)
		}
		b.line(label, text, fields(id, "saving", "of", "effort", "capex", "minimum_users")...)
	case *OneLiner:
		text := v.Answer
		if v.SmallUsers.given() {
			text = fmt.Sprintf("%s a month at %s users, %s at %s", v.SmallCost, v.SmallUsers, v.LargeCost, v.LargeUsers)
		}
		b.line(label, text, fields(id, "answer", "small_cost", "large_cost")...)
	case *Emergency:
		first := v.Tiers[0]
		b.line(label, fmt.Sprintf("within %s: %s", inWords(first.Within), strings.Join(first.Titles, "; ")), id)
	case *EmergencyStep:
		b.line(v.Title, fmt.Sprintf("within %s, for: %s", inWords(v.Within), b.h.emergencyOf(id).Title), fields(id, "title", "within")...)
	case *Contradiction:
		b.line("", v.Title, id)
	}
}

// texts are the texts that a fact has beside what brief shows of it.
func (f *fact) texts() []string {
	switch v := f.value.Addr().Interface().(type) {
	case *Technology:
		return []string{v.Why}
	case *Pattern:
		return slices.Concat(v.Stack, v.How)
	case *Contradiction:
		var all []string
		for _, n := range v.Notes {
			all = append(all, n.Text)
		}
		return all
	}
	return nil
}

// fields are those of a fact, in the form that line takes.
func fields(id string, names ...string) []string {
	var all []string
	for _, name := range names {
		all = append(all, id+"."+name)
	}
	return all
}

// columnNames are the columns of the tables as answers head them.
var columnNames = map[string]string{
	"database": "Database", "caching": "Caching", "cdn": "CDN", "ml_inference": "ML inference", "monthly_cost": "Monthly cost",
	"cost": "Cost a month at 100M users", "api_p95": "API p95", "page_load": "Page load", "db_query": "Database query",
	"ml_regional": "ML inference, regional", "ml_edge": "ML inference, at the edge",
}

// column adds one field of all facts of a kind as one line: 'T', "database".
func (b *builder) column(kind byte, field string) {
	l := Line{Label: columnNames[field] + " by users"}
	if kind == 'P' {
		l.Label = columnNames[field]
	}
	var cells []string
	for _, id := range b.h.ids {
		if id[0] != kind {
			continue
		}
		f := b.h.facts[id]
		row := f.name()
		if users := f.value.FieldByName("Users"); users.IsValid() {
			row = fmt.Sprint(users.Interface())
		}
		r := b.use(id + "." + field)
		cell := fmt.Sprintf("%s %s (%s)", row, spelt(field, f.field(field)), id)
		if own, ok := b.h.own[r]; ok {
			cell += ", " + own.String()
		}
		cells, l.IDs = append(cells, cell), append(l.IDs, id)
	}
	l.Text = strings.Join(cells, "; ")
	b.a.Lines = append(b.a.Lines, l)
}

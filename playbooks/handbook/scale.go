package handbook

import (
	"fmt"
	"math"
	"strings"
)

// nearBy is from which part of a threshold on it counts as near.
const nearBy = 0.8

// Scale is what the sheet says of a number of users.
type Scale struct {
	Users        Users
	Tier         Tier
	Next         *Tier // nil in the last tier
	Passed, Near []Threshold
	Latency      Latency
	Availability Availability
	Entry
}

// Scale tells everything about so many users: the tier and the next one, the
// moves whose user count is passed or near (from 80% of it), cost, targets.
func (h *Handbook) Scale(u Users) Scale {
	rows := h.sheet.Scale.Tiers
	at := within(rows, func(t Tier) Band { return t.Users }, u)
	s := Scale{Users: u, Tier: rows[at], Latency: h.LatencyFor(u), Availability: h.AvailabilityFor(u)}
	b := h.answer(fmt.Sprintf("%s users: tier %s, %s users", u, s.Tier.ID, s.Tier.Users)).at(u)
	b.tier(s.Tier)
	b.latency(s.Latency)
	b.availability(s.Availability)
	if at+1 < len(rows) {
		next := rows[at+1]
		s.Next = &next
		b.line("Next tier", fmt.Sprintf("%s from %s users, %s a month", next.ID, next.Users.Low, next.MonthlyCost), next.ID+".monthly_cost")
	} else {
		b.line("Next tier", fmt.Sprintf("none: %s is the last, and the sheet ends at %s users", s.Tier.ID, s.Tier.Users.High), s.Tier.ID+".users")
	}
	for _, m := range h.sheet.Scale.Thresholds {
		switch {
		case m.Users > 0 && u >= m.Users:
			s.Passed = append(s.Passed, m)
		case m.Users > 0 && u >= m.Users*nearBy:
			s.Near = append(s.Near, m)
		}
	}
	b.moves("Passed by users", s.Passed)
	b.moves("Near", s.Near)
	if len(s.Passed)+len(s.Near) == 0 {
		b.line("Moves", "none is due by users yet; the first is due from "+h.firstMove().String()+" users")
	}
	s.Entry = b.done()
	return s
}

// firstMove is the lowest number of users that makes a move due.
func (h *Handbook) firstMove() Users {
	first := Users(math.Inf(1))
	for _, m := range h.sheet.Scale.Thresholds {
		if m.Users > 0 {
			first = min(first, m.Users)
		}
	}
	return first
}

func (b *builder) tier(t Tier) {
	b.use(t.ID + ".users")
	b.line("Database", t.Database, t.ID+".database")
	b.line("Caching", t.Caching, t.ID+".caching")
	b.line("CDN", t.CDN, t.ID+".cdn")
	b.line("ML inference", t.MLInference, t.ID+".ml_inference")
	b.line("Monthly cost", t.MonthlyCost.String(), t.ID+".monthly_cost")
}

func (b *builder) moves(label string, moves []Threshold) {
	if len(moves) == 0 {
		return
	}
	var texts, from []string
	for _, m := range moves {
		texts = append(texts, fmt.Sprintf("%s %s (%s users)", m.ID, m.Name, m.Users))
		from = append(from, m.ID+".users")
	}
	b.line(label, strings.Join(texts, "; "), from...)
}

// Targets is what a number of users may expect.
type Targets struct {
	Users        Users
	Latency      Latency
	Availability Availability
	Entry
}

// Targets tells the latency budget and the availability target of so many
// users.
func (h *Handbook) Targets(u Users) Targets {
	t := Targets{Users: u, Latency: h.LatencyFor(u), Availability: h.AvailabilityFor(u)}
	b := h.answer(fmt.Sprintf("%s users: latency %s, availability %s", u, t.Latency.ID, t.Availability.ID)).at(u)
	b.asked = everything
	b.use(t.Latency.ID + ".users")
	b.use(t.Availability.ID + ".users")
	l := t.Latency
	b.latencies(l)
	if tier := h.TierFor(u); l.MLRegional == 0 && tier.MLInference != "None" {
		b.line("Note", fmt.Sprintf("%s infers all the same: %s", tier.ID, tier.MLInference), tier.ID+".ml_inference")
	}
	b.availability(t.Availability)
	t.Entry = b.done()
	return t
}

func (b *builder) latency(l Latency) {
	text, from := l.inWords()
	b.line("Latency", text, from...)
}

// inWords is the budget in one line, and the fields that it is from.
func (l Latency) inWords() (string, []string) {
	text := fmt.Sprintf("API p95 %s, page load %s, database query %s", milliseconds(l.APIP95), milliseconds(l.PageLoad), milliseconds(l.DBQuery))
	from := fields(l.ID, "users", "api_p95", "page_load", "db_query")
	if l.MLRegional > 0 {
		text += fmt.Sprintf(", ML inference %s regional and %s at the edge", milliseconds(l.MLRegional), milliseconds(l.MLEdge))
		from = append(from, fields(l.ID, "ml_regional", "ml_edge")...)
	}
	return text, from
}

// latencies is latency with a line for each number.
func (b *builder) latencies(l Latency) {
	b.line("API p95", milliseconds(l.APIP95), l.ID+".api_p95")
	b.line("Page load", milliseconds(l.PageLoad), l.ID+".page_load")
	b.line("Database query", milliseconds(l.DBQuery), l.ID+".db_query")
	if l.MLRegional == 0 {
		b.line("ML inference", "no budget at this scale", l.ID+".ml_regional")
		return
	}
	b.line("ML inference", fmt.Sprintf("%s regional, %s at the edge", milliseconds(l.MLRegional), milliseconds(l.MLEdge)), l.ID+".ml_regional", l.ID+".ml_edge")
}

func (b *builder) availability(a Availability) {
	b.line("Availability", fmt.Sprintf("%s, %s; %s", a.SLO, a.Downtime(), a.Strategy), a.ID+".users", a.ID+".slo", a.ID+".strategy")
}

// Downtime is how long the target lets a year be down, in words. Minutes are
// rounded down: 99.99% leaves 52.
func (a Availability) Downtime() string {
	hours := (1 - float64(a.SLO)) * 365 * 24
	if hours < 2 {
		return fmt.Sprintf("%.0f minutes down a year", float64(int(hours*60+1e-6)))
	}
	return number(hours, 3) + " hours down a year"
}

package coordinator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// review decides about what a person did to a digest, or asked of one.
func (t *term) review(ctx context.Context, entry store.Entry) (store.Commit, error) {
	ev := entry.Event
	v := *ev.Review
	commit := store.Commit{EventID: entry.ID, Op: ev.Op, Now: ev.At}
	if v.Verb != incident.ReviewPost && !report.Verb(v.Verb).Known() {
		return commit, &newerError{fmt.Errorf("the act %q on a digest: %w", v.Verb, compat.ErrNewer)}
	}
	commit.Answer = incident.Answer{Kind: incident.AnswerNoDigest, Verb: incident.Verb(v.Verb), Text: v.Name}
	if v.Verb == incident.ReviewPost {
		if d, ok := t.digestNamed(v.Name); ok {
			if allowed, err := t.mayReview(ctx, ev, t.people.FactsOf(d.Channel, ev.Access), d.Channel, &commit); err != nil || !allowed {
				return commit, err
			}
			asked := store.Asked{Op: ev.Op, Digest: d.Name, By: v.User.ID, At: ev.At}
			if answer, second, err := t.second(ctx, v, d, asked); err != nil || second {
				answer.Text = d.Channel
				commit.Answer = answer
				return commit, t.unhandled(err)
			}
			commit.Review.Ask = &asked
			commit.Answer.Kind, commit.Answer.Title, commit.Answer.Text = incident.AnswerAsked, d.Name, d.Channel
			return commit, nil
		}
		var names []string
		for _, d := range t.c.Settings().Digests {
			names = append(names, d.Name)
		}
		commit.Answer.Title = strings.Join(names, ", ")
		return commit, nil
	}
	document, ok, err := t.c.Store.Digests.Document(ctx, v.Digest)
	var adopted map[string]report.Adoption
	if err == nil && ok {
		var unread []*store.Unreadable
		adopted, unread, err = t.c.Store.Digests.Adoptions(ctx)
		t.documents.Met(unread...)
	}
	if err != nil || !ok {
		return commit, t.unhandled(err)
	}
	if allowed, err := t.mayReview(ctx, ev, t.withPrivate(ctx, ev.Access, document.Channel), document.Channel, &commit); err != nil || !allowed {
		return commit, err
	}
	others, err := t.digestsOf(ctx, document.Report.Week)
	if err != nil {
		return commit, t.unhandled(err)
	}
	document, _ = document.WithMarks(report.MarksOf(others)) // what another digest could not be told
	act := report.Act{Verb: report.Verb(v.Verb), Subject: v.Subject, By: v.User.Name, ByID: v.User.ID, At: ev.At, Text: v.Text, Until: v.Until, Standing: adopted[v.Subject]}
	next, out := document.Do(act)
	if out.Refusal == report.Applied && act.Verb == report.VerbInvestigate {
		started, err := t.decide(ctx, store.Entry{ID: entry.ID, Event: incident.Event{
			Op: ev.Op, At: ev.At, Start: t.investigation(document, v),
			// Whoever may act on the digest may open an incident about it, unless that is reserved.
			Access: access.Facts{Person: ev.Access.Person, Member: access.Yes},
		}})
		if err != nil || started.Answer.Kind != incident.AnswerStarted {
			return started, err
		}
		commit = started
		act.Incident = commit.Answer.Incident
		next, out = document.Do(act)
	} else {
		commit.Answer = reviewed(document, v, out)
	}
	if out.Refusal != report.Applied {
		return commit, nil
	}
	commit.Review = store.DigestWrites{Digest: &store.SavedDigest{Document: next, Was: document.Version}, Shared: shared(next, others), Expect: out.Expectation}
	if out.Adoption != nil {
		commit.Review.Adopt = map[string]report.Adoption{v.Subject: *out.Adoption}
	}
	return commit, nil
}

// shared are those of a week's other digests that what was done to one is about, too.
func shared(done report.Document, week []report.Document) (all []store.SavedDigest) {
	marks := report.MarksOf(append(slices.Clone(week), done))
	for _, d := range week {
		if next, changed := d.WithMarks(marks); changed && d.Number != done.Number {
			next.Version++
			all = append(all, store.SavedDigest{Document: next, Was: d.Version})
		}
	}
	return all
}

// digestsOf are the digests that tell of a week; what cannot be read is named.
func (t *term) digestsOf(ctx context.Context, week money.Week) ([]report.Document, error) {
	all, unread, err := t.c.Store.Digests.Of(ctx, week)
	t.documents.Met(unread...)
	return all, err
}

// second reports whether a digest that somebody asks for would be another one of its
// week, unless that is what he wants, and what he is told then.
func (t *term) second(ctx context.Context, v incident.DigestAct, d Digest, asked store.Asked) (answer incident.Answer, second bool, err error) {
	if v.Again && v.Digest == 0 {
		return answer, false, nil
	}
	week := d.week(asked.At)
	answer = incident.Answer{Kind: incident.AnswerSecond, Verb: incident.Verb(v.Verb), Title: asked.Digest}
	pending, unread, err := t.c.Store.Digests.Asked(ctx)
	if err != nil {
		return answer, false, err
	}
	t.documents.Met(unread...)
	all, err := t.digestsOf(ctx, week)
	if err != nil {
		return answer, false, err
	}
	all = slices.DeleteFunc(all, func(d report.Document) bool { return d.Report.Digest != asked.Digest })
	for _, p := range pending {
		made := slices.ContainsFunc(all, func(d report.Document) bool { return d.Tick.Equal(p.At) })
		if p.Digest == asked.Digest && p.Op != asked.Op && !made && d.week(p.At) == week {
			answer.When, answer.Who, second = p.At, incident.User{ID: p.By}, true
		}
	}
	for _, d := range all {
		if d.Number > v.Digest {
			answer.State, answer.When, answer.Who, second = d.ID(), d.Tick, incident.User{ID: d.AskedBy}, true
		}
	}
	return answer, second, nil
}

// mayReview decides whether somebody may act on a digest in that channel, and else
// answers why not: of one in a channel that is none of his he is told nothing.
func (t *term) mayReview(ctx context.Context, ev incident.Event, facts access.Facts, channel string, commit *store.Commit) (bool, error) {
	settings := t.c.Settings()
	decision, err := t.people.May(ctx, ev.Review.User.ID, facts, access.At(settings.Places, channel, t.people.Channel), settings.External)
	switch {
	case err != nil:
		return false, err
	case !decision.Allowed && !decision.Hidden:
		commit.Answer = incident.Answer{Kind: incident.AnswerForbidden, Verb: incident.Verb(ev.Review.Verb), Text: decision.Reason}
	case decision.Note != "":
		t.log.Info("somebody acted on a digest", "user", ev.Review.User.ID, "verb", ev.Review.Verb, "note", decision.Note)
	}
	return decision.Allowed, nil
}

// reviewed is what the person is told about an act on a digest.
func reviewed(d report.Document, v incident.DigestAct, out report.Outcome) incident.Answer {
	a := incident.Answer{Kind: incident.AnswerApplied, Verb: incident.Verb(v.Verb), Title: d.Title(v.Subject)}
	switch out.Refusal {
	case report.Applied:
	case report.Already:
		a.Kind, a.Who, a.When = incident.AnswerTaken, incident.User{ID: out.Mark.ByID, Name: out.Mark.By}, out.Mark.At
		if out.Mark.ByID == v.User.ID {
			a.Kind = incident.AnswerAlready
		}
		a.State = string(out.Mark.Verb)
	case report.NothingTo:
		a.Kind = incident.AnswerNothing
	case report.NeedsWord:
		a.Kind = incident.AnswerNoReason
	default:
		a.Kind = incident.AnswerNoDigest
	}
	return a
}

// A spike of a CDN starts cdnPlaybook when nothing but the playbook for any cost, or
// none, matches it.
const (
	cdnPlaybook  = "cdn-cost"
	costPlaybook = "cost-optimisation"
)

// investigation opens an incident about a spike: with the playbook that matches
// its labels, as an alert would have them.
func (t *term) investigation(d report.Document, v incident.DigestAct) *incident.Start {
	spike, currency, _ := d.Spike(v.Subject)
	labels := map[string]string{"alertname": "CostAnomaly", "service": spike.Service, "currency": currency, "week": d.Report.Week.String()}
	for name, value := range map[string]string{"provider": spike.Provider, "category": spike.Category} {
		if value != "" {
			labels[name] = value
		}
	}
	set := t.c.Settings().Playbooks
	choice := set.Select(alerts.Notification{
		Status: alerts.Firing, Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: labels, StartsAt: d.Report.MadeAt}},
		CommonLabels: maps.Clone(labels),
	})
	name := choice.Playbook.Name
	if _, ok := set.Find(cdnPlaybook); ok && (name == playbooks.Triage || name == costPlaybook) && spike.CDN {
		name = cdnPlaybook
	}
	days := ""
	if n := len(spike.Days); n > 0 {
		days = fmt.Sprintf(" on %s", spike.Days[0])
		if n > 1 {
			days = fmt.Sprintf(" from %s to %s", slices.Min(spike.Days), slices.Max(spike.Days))
		}
	}
	return &incident.Start{
		Playbook: name, Labels: labels, User: v.User, Via: "digest", Reply: v.Reply,
		Title: fmt.Sprintf("%s cost %.2f %s instead of %.2f%s", spike.Service, spike.Actual, currency, spike.Expected, days),
	}
}

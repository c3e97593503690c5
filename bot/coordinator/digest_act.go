package coordinator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// actOnDigest decides about what a person did to a digest, or asked of one.
func (t *term) actOnDigest(ctx context.Context, entry store.Entry) (commit store.Commit, err error) {
	switch entry.Event.Digest.Verb {
	case report.VerbPost:
		commit, err = t.postDigest(ctx, entry.Event)
	case report.VerbAlarm:
		commit, err = t.alarm(ctx, entry.Event)
	default:
		commit, err = t.markDigest(ctx, entry.Event)
	}
	commit.EventID, commit.Op, commit.Now = entry.ID, entry.Event.Op, entry.Event.At
	return commit, t.unhandled(err)
}

// postDigest decides about a digest that somebody asks for.
func (t *term) postDigest(ctx context.Context, ev event.Event) (commit store.Commit, err error) {
	v := *ev.Digest
	d, ok := t.digestNamed(v.Name)
	if !ok {
		var names []string
		for _, d := range t.c.Settings().Digests {
			names = append(names, d.Name)
		}
		commit.Answer.Digest = event.DigestAnswer{Kind: event.DigestGone, Verb: v.Verb, Text: v.Name, Title: strings.Join(names, ", ")}
		return commit, nil
	}
	if refused, err := t.refuse(ctx, ev, t.people.FactsOf(d.Channel, ev.Access), d.Channel); err != nil || refused.Kind != event.DigestNone {
		commit.Answer.Digest = refused
		return commit, err
	}
	asked := store.Asked{Op: ev.Op, Digest: d.Name, By: v.User.ID, At: ev.At}
	answer, second, err := t.second(ctx, v, d, asked)
	if err != nil {
		return commit, err
	}
	if !second {
		commit.Review.Ask = &asked
		answer = event.DigestAnswer{Kind: event.DigestAsked, Verb: v.Verb, Title: d.Name}
	}
	answer.Text = d.Channel
	commit.Answer.Digest = answer
	return commit, nil
}

// markDigest decides about what somebody did to a part of a digest.
func (t *term) markDigest(ctx context.Context, ev event.Event) (commit store.Commit, err error) {
	v := *ev.Digest
	document, ok, err := t.c.Store.Digests.Document(ctx, v.Digest)
	if err != nil || !ok {
		commit.Answer.Digest = event.DigestAnswer{Kind: event.DigestGone, Verb: v.Verb}
		return commit, err
	}
	adopted, unread, err := t.c.Store.Digests.Adoptions(ctx)
	t.documents.Met(unread...)
	if err != nil {
		return commit, err
	}
	if refused, err := t.refuse(ctx, ev, t.withPrivate(ctx, ev.Access, document.Channel), document.Channel); err != nil || refused.Kind != event.DigestNone {
		commit.Answer.Digest = refused
		return commit, err
	}
	others, err := t.digestsOf(ctx, document.Report.Week)
	if err != nil {
		return commit, err
	}
	document, _ = document.WithMarks(report.MarksOf(others)) // what another digest could not be told
	act := report.Act{Verb: v.Verb, Subject: v.Subject, By: v.User.Name, ByID: v.User.ID, At: ev.At, Text: v.Text, Until: v.Until, Standing: adopted[v.Subject]}
	next, out := document.Do(act)
	var raised map[string]*report.Raised
	if out.Refusal == report.Applied && act.Verb == report.VerbInvestigate {
		if commit, raised, err = t.investigate(ctx, ev, document, others, &act); err != nil || act.Incident == 0 {
			return commit, err
		}
		next, out = document.Do(act)
	} else {
		commit.Answer.Digest = marked(document, v, out)
	}
	if out.Refusal != report.Applied {
		return commit, nil
	}
	commit.Review = store.DigestWrites{Raised: raised, Digest: &store.SavedDigest{Document: next, Was: document.Version}, Shared: shared(next, others), Expect: out.Expectation}
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
func (t *term) second(ctx context.Context, v event.DigestAct, d Digest, asked store.Asked) (answer event.DigestAnswer, second bool, err error) {
	if v.Again && v.Digest == 0 {
		return answer, false, nil
	}
	week := d.week(asked.At)
	answer = event.DigestAnswer{Kind: event.DigestSecond, Verb: v.Verb, Title: asked.Digest}
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

// refuse is what somebody is told who may not act on a digest in that channel: of one
// that is none of his, the same as of one that is not there. It has no kind when he may.
func (t *term) refuse(ctx context.Context, ev event.Event, facts access.Facts, channel string) (event.DigestAnswer, error) {
	settings, v := t.c.Settings(), ev.Digest
	decision, err := t.people.May(ctx, v.Verb.May(), v.User.ID, facts, access.At(settings.Places, channel, t.people.Channel), settings.External)
	switch {
	case err != nil:
		return event.DigestAnswer{}, err
	case decision.Hidden:
		return event.DigestAnswer{Kind: event.DigestGone, Verb: v.Verb, Text: v.Name}, nil
	case !decision.Allowed:
		return event.DigestAnswer{Kind: event.DigestForbidden, Verb: v.Verb, Text: decision.Reason}, nil
	case decision.Note != "":
		t.log.Info("somebody acted on a digest", "user", v.User.ID, "verb", v.Verb, "note", decision.Note)
	}
	return event.DigestAnswer{}, nil
}

// marked is what the person is told about an act on a digest.
func marked(d report.Document, v event.DigestAct, out report.Outcome) event.DigestAnswer {
	a := event.DigestAnswer{Kind: event.DigestApplied, Verb: v.Verb, Title: d.Title(v.Subject)}
	switch out.Refusal {
	case report.Applied:
	case report.Already:
		a.Kind, a.Who, a.When = event.DigestTaken, incident.User{ID: out.Mark.ByID, Name: out.Mark.By}, out.Mark.At
		if out.Mark.ByID == v.User.ID {
			a.Kind = event.DigestAlready
		}
		a.State = string(out.Mark.Verb)
	case report.NothingTo:
		a.Kind = event.DigestNothing
	case report.NeedsWord:
		a.Kind = event.DigestNoReason
	default:
		a.Kind = event.DigestGone
	}
	return a
}

// A spike of a CDN starts cdnPlaybook when nothing but the playbook for any cost, or
// none, matches it.
const (
	cdnPlaybook  = "cdn-cost"
	costPlaybook = "cost-optimisation"
)

// investigate opens the incident about a spike of a digest, unless there is one: the daily watch may have told it. Act
// names it then; it names none when nobody could open one.
func (t *term) investigate(ctx context.Context, ev event.Event, d report.Document, others []report.Document, act *report.Act) (commit store.Commit, write map[string]*report.Raised, err error) {
	raised, err := t.c.Store.Digests.Raised(ctx)
	if err != nil {
		return commit, nil, err
	}
	sharing := append([]report.Document{d}, others...)
	if n := raisedBy(raised, sharing, act.Subject); n > 0 {
		act.Incident = n
		commit.Answer.Digest = event.DigestAnswer{Kind: event.DigestApplied, Verb: act.Verb, Title: d.Title(act.Subject), State: incident.ID(n)}
		return commit, nil, nil
	}
	// Whoever may act on the digest may open an incident about it, unless that is reserved.
	facts := access.Facts{Person: ev.Access.Person, Member: access.Yes}
	commit, err = t.handle(ctx, incident.Event{At: ev.At, Start: t.investigation(d, *ev.Digest)}, facts)
	if err != nil || commit.Answer.Incident.Kind != incident.AnswerStarted {
		return commit, nil, err
	}
	act.Incident = commit.Answer.Incident.Incident
	return commit, raise(act.Incident, raised, sharing, act.Subject, ev.At), nil
}

// investigation opens an incident about a spike of a digest.
func (t *term) investigation(d report.Document, v event.DigestAct) *incident.Start {
	spike, currency, _ := d.Spike(v.Subject)
	start := t.about(spike, currency, d.Report.Week, d.Report.MadeAt)
	start.User, start.Via = v.User, "digest"
	return start
}

// about is an incident about a spike: with the playbook that matches its labels, as an
// alert would have them.
func (t *term) about(spike report.Anomaly, currency string, week money.Week, at time.Time) *incident.Start {
	labels := map[string]string{"alertname": "CostAnomaly", "service": spike.Service, "currency": currency, "week": week.String()}
	for name, value := range map[string]string{"provider": spike.Provider, "category": spike.Category} {
		if value != "" {
			labels[name] = value
		}
	}
	set := t.c.Settings().Playbooks
	choice := set.Select(alerts.Notification{
		Status: alerts.Firing, Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: labels, StartsAt: at}},
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
		Playbook: name, Labels: labels,
		Title: fmt.Sprintf("%s cost %.2f %s instead of %.2f%s", spike.Service, spike.Actual, currency, spike.Expected, days),
	}
}

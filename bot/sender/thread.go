package sender

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/message/digest"
	"github.com/signalbook/signalbook/bot/message/storm"
	"github.com/signalbook/signalbook/bot/outbox"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// subject is what one thread in Slack is about: an incident, a storm, or a digest.
type subject struct {
	topic    topic.ID
	name     string // for people
	channel  string // as configured
	version  int64
	critical bool
	opened   time.Time
	incident *incident.Incident
	storm    *incident.Storm
	digest   *report.Document
}

// subject reads an incident, a storm or a digest; ok is false when there is no such
// thing.
func (s *Sender) subject(ctx context.Context, about topic.ID) (subject, bool, error) {
	switch about.Kind {
	case topic.OfDigest:
		d, ok, err := s.Store.Digests.Document(ctx, about.Number)
		return subject{topic: about, name: about.String(), channel: d.Channel, version: d.Version, opened: d.Tick, digest: &d}, ok, err
	case topic.OfStorm:
		t, ok, err := s.Store.Storm(ctx, about.Number)
		return subject{
			topic: about, name: about.String(), channel: t.At(), version: t.Version, critical: true, opened: t.StartedAt, storm: &t,
		}, ok, err
	}
	i, ok, err := s.Store.Incident(ctx, about.Number)
	return subject{
		topic: about, name: about.String(), channel: i.Channel, version: i.Version, critical: Urgent(i), opened: i.OpenedAt, incident: &i,
	}, ok, err
}

// Urgent reports whether an incident goes before others. A drill never does.
func Urgent(i incident.Incident) bool { return i.Critical && !i.Drill }

// itemOf asks for a look at a subject of which it is not known what Slack lacks:
// it is taken for a new one until then.
func (s *Sender) itemOf(t subject) Item {
	first := outbox.ClassRoot
	if t.storm != nil {
		first = outbox.ClassStorm
	}
	return Item{Topic: t.topic, Channel: s.Directory.Channel(t.channel), Priority: outbox.PriorityOf(t.critical, first, t.opened)}
}

// thread is a topic as it should look, beside what Slack is known to have.
type thread struct {
	subject
	place  string // the channel's id when that is known
	slots  []message.Slot
	ledger ledger.Ledger
	// uncalled renders the slots so that posting them notifies nobody; nil: they never do.
	uncalled func() []message.Slot
	// unnamed renders them without the people whom words mention; nil: there are none.
	unnamed func() []message.Slot
}

func (t thread) root() ledger.Record { return t.ledger[ledger.Root] }

// mentioned are the names of the configuration that a subject is about.
func (t thread) mentioned() []string {
	names := []string{t.channel}
	if i := t.incident; i != nil {
		names = append(names, i.Owners...)
		for _, t := range i.Tiers {
			names = append(names, t.Owners...)
		}
		for _, e := range i.Escalate {
			names = append(names, e.Mention...)
		}
	}
	if t.storm != nil {
		names = append(names, t.storm.Owners...)
	}
	if t.digest != nil && t.digest.Report.Notice != nil {
		names = append(names, t.digest.Report.Notice.Budget.Owners...)
	}
	return names
}

// look reads a subject and its ledger, and renders it. One that is gone has
// nothing to show.
func (s *Sender) look(ctx context.Context, about topic.ID) (thread, error) {
	what, ok, err := s.subject(ctx, about)
	if err != nil || !ok {
		return thread{subject: subject{topic: about}}, err
	}
	t := thread{subject: what, place: s.Directory.Channel(what.channel)}
	if t.incident != nil && t.incident.Quiet {
		return t, nil
	}
	if t.ledger, err = s.Store.Ledger(ctx, about); err != nil {
		return thread{}, err
	}
	s.Health.Clear(aboutLedger(t))
	for _, slot := range t.ledger {
		if slot.State == ledger.Unreadable {
			s.Health.Set(aboutLedger(t), slot.Why)
		}
	}
	if t.digest != nil {
		v := digestView(*t.digest, s.Settings().Command)
		if v.Report.Notice != nil {
			calm := v
			t.uncalled = func() []message.Slot { return digest.Render(calm) }
			v.Names = s.Directory.Mentions()
		}
		t.slots = digest.Render(v)
		return t, nil
	}
	if t.storm != nil {
		entries, unread, err := s.Store.StormMembers(ctx, t.storm.Number)
		if err != nil {
			return thread{}, err
		}
		s.Documents.Met(unread...)
		v := storm.View{Storm: *t.storm, Entries: entries, Names: s.Directory.Mentions(), Command: s.Settings().Command, Severities: s.Settings().Severities}
		t.slots = storm.Render(v)
		v.Names = nil
		t.uncalled = func() []message.Slot { return storm.Render(v) }
		return t, nil
	}
	var book *playbooks.Playbook
	// Without its playbook the steps still have their titles.
	if book, err = s.Store.Playbook(ctx, t.incident.Playbook.Hash); s.Documents.Spare(err) != nil {
		return thread{}, err
	}
	i, err := s.stillLate(ctx, *t.incident, t.ledger)
	if err != nil {
		return thread{}, err
	}
	v := message.View{Incident: i, Playbook: book, Names: s.Directory.Mentions(), Command: s.Settings().Command, Full: s.Settings().Full}
	t.slots = s.Render(v)
	if len(i.Named) > 0 {
		w := v
		w.Incident.Named = nil
		t.unnamed = func() []message.Slot { return s.Render(w) }
	}
	v.Uncalled = true
	t.uncalled = func() []message.Slot { return s.Render(v) }
	return t, nil
}

// digestView is a digest with what people did to it.
func digestView(d report.Document, command string) digest.View {
	v := digest.View{Report: d.Report, Adoptions: map[string]report.Adoption{}, Command: command, Number: d.Number, Belongs: d.Belongs, BelongsWhy: d.BelongsWhy}
	for _, t := range d.Report.Steps {
		v.Adoptions[t.ID] = t.Adoption
	}
	for subject, mark := range d.Marks {
		switch mark.Verb {
		case report.VerbAdopt:
			v.Adoptions[subject] = report.Adoption{State: report.StepAdopted, By: mark.By, ByID: mark.ByID, At: mark.At, Note: mark.Text}
		case report.VerbSnooze:
			v.Adoptions[subject] = report.Adoption{State: report.StepSnoozed, By: mark.By, ByID: mark.ByID, At: mark.At, Until: mark.Until, Note: mark.Text}
		case report.VerbUndo:
			v.Adoptions[subject] = report.Adoption{State: report.StepOpen}
		case report.VerbExpected, report.VerbInvestigate:
			v.Marks = append(v.Marks, spikeMark(subject, mark))
			if mark.Before != nil {
				v.Marks = append(v.Marks, spikeMark(subject, *mark.Before))
			}
		}
	}
	slices.SortStableFunc(v.Marks, func(a, b digest.Mark) int { return strings.Compare(a.Series, b.Series) })
	return v
}

// spikeMark is what somebody said about a spike, as messages show it.
func spikeMark(series string, m report.Mark) digest.Mark {
	kind := digest.MarkExpected
	if m.Verb == report.VerbInvestigate {
		kind = digest.MarkInvestigated
	}
	return digest.Mark{Kind: kind, Series: series, By: incident.User{ID: m.ByID, Name: m.By}, At: m.At, Reason: m.Text, Incident: m.Incident}
}

package keeper

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/digest"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// subject is what one thread in Slack is about: an incident, a storm, or a digest.
type subject struct {
	number   int    // a storm's is below zero, a digest's far below
	name     string // for people
	channel  string // as configured
	version  int64
	critical bool
	opened   time.Time
	incident *incident.Incident
	storm    *incident.Storm
	digest   *digest.Document
}

// subject reads an incident, a storm or a digest; ok is false when there is none of
// that number.
func (h *hands) subject(ctx context.Context, number int) (subject, bool, error) {
	if n, is := store.DigestOf(number); is {
		d, ok, err := h.Store.Digest(ctx, n)
		return subject{number: number, name: digest.ID(n), channel: d.Channel, version: d.Version, opened: d.Tick, digest: &d}, ok, err
	}
	if number < 0 {
		s, ok, err := h.Store.Storm(ctx, -number)
		return subject{
			number: number, name: s.ID(), channel: s.At(), version: s.Version, critical: true, opened: s.StartedAt, storm: &s,
		}, ok, err
	}
	i, ok, err := h.Store.Incident(ctx, number)
	return subject{
		number: number, name: i.ID(), channel: i.Channel, version: i.Version, critical: urgent(i), opened: i.OpenedAt, incident: &i,
	}, ok, err
}

// work asks for a look at a subject of which it is not known what Slack lacks:
// it is taken for a new one until then.
func (h *hands) work(s subject) work {
	first := classRoot
	if s.storm != nil {
		first = classStorm
	}
	return work{number: s.number, channel: h.people.channel(s.channel), rank: ranked(s.critical, first, s.opened)}
}

// sight is a subject as it should look, beside what Slack is known to have.
type sight struct {
	subject
	place  string // the channel's id when that is known
	slots  []message.Slot
	ledger ledger.Ledger
	// uncalled renders the slots so that posting them notifies nobody; nil: they never do.
	uncalled func() []message.Slot
	// unnamed renders them without the people whom words mention; nil: there are none.
	unnamed func() []message.Slot
}

func (s sight) root() ledger.Slot { return s.ledger[ledger.Root] }

// look reads a subject and its ledger, and renders it. One that is gone has
// nothing to show.
func (h *hands) look(ctx context.Context, number int) (sight, error) {
	about, ok, err := h.subject(ctx, number)
	if err != nil || !ok {
		return sight{subject: subject{number: number}}, err
	}
	s := sight{subject: about, place: h.people.channel(about.channel)}
	if s.incident != nil && s.incident.Quiet {
		return s, nil
	}
	if s.ledger, err = h.Store.Ledger(ctx, number); err != nil {
		return sight{}, err
	}
	h.health.clear(aboutLedger(s))
	for _, slot := range s.ledger {
		if slot.State == ledger.Unreadable {
			h.health.set(aboutLedger(s), slot.Why)
		}
	}
	if s.digest != nil {
		s.slots = message.RenderDigest(digestView(*s.digest, h.Settings().Command))
		return s, nil
	}
	if s.storm != nil {
		entries, unread, err := h.Store.Crowd(ctx, s.storm.Number)
		if err != nil {
			return sight{}, err
		}
		h.metAll(unread)
		v := message.StormView{Storm: *s.storm, Entries: entries, Names: h.names(), Command: h.Settings().Command, Severities: h.Settings().Rules.SeverityOrder}
		s.slots = message.RenderStorm(v)
		v.Names = nil
		s.uncalled = func() []message.Slot { return message.RenderStorm(v) }
		return s, nil
	}
	var book *playbooks.Playbook
	// Without its playbook the steps still have their titles.
	if book, err = h.Store.Playbook(ctx, s.incident.Playbook.Hash); h.spare(err) != nil {
		return sight{}, err
	}
	i, err := h.stillLate(ctx, *s.incident, s.ledger)
	if err != nil {
		return sight{}, err
	}
	v := message.View{Incident: i, Playbook: book, Names: h.names(), Command: h.Settings().Command}
	s.slots = h.render(v)
	if len(i.Named) > 0 {
		w := v
		w.Incident.Named = nil
		s.unnamed = func() []message.Slot { return h.render(w) }
	}
	v.Uncalled = true
	s.uncalled = func() []message.Slot { return h.render(v) }
	return s, nil
}

// digestView is a digest with what people did to it.
func digestView(d digest.Document, command string) message.DigestView {
	v := message.DigestView{Report: d.Report, Adoptions: map[string]digest.Adoption{}, Command: command, Number: d.Number, Belongs: d.Belongs, BelongsWhy: d.BelongsWhy}
	for _, s := range d.Report.Steps {
		v.Adoptions[s.ID] = s.Adoption
	}
	for subject, mark := range d.Marks {
		switch mark.Verb {
		case digest.VerbAdopt:
			v.Adoptions[subject] = digest.Adoption{State: digest.StepAdopted, By: mark.By, ByID: mark.ByID, At: mark.At, Note: mark.Text}
		case digest.VerbSnooze:
			v.Adoptions[subject] = digest.Adoption{State: digest.StepSnoozed, By: mark.By, ByID: mark.ByID, At: mark.At, Until: mark.Until, Note: mark.Text}
		case digest.VerbUndo:
			v.Adoptions[subject] = digest.Adoption{State: digest.StepOpen}
		case digest.VerbExpected, digest.VerbInvestigate:
			v.Marks = append(v.Marks, spikeMark(subject, mark))
			if mark.Before != nil {
				v.Marks = append(v.Marks, spikeMark(subject, *mark.Before))
			}
		}
	}
	slices.SortStableFunc(v.Marks, func(a, b message.Mark) int { return strings.Compare(a.Series, b.Series) })
	return v
}

// spikeMark is what somebody said about a spike, as messages show it.
func spikeMark(series string, m digest.Mark) message.Mark {
	kind := message.MarkExpected
	if m.Verb == digest.VerbInvestigate {
		kind = message.MarkInvestigated
	}
	return message.Mark{Kind: kind, Series: series, By: incident.User{ID: m.ByID, Name: m.By}, At: m.At, Reason: m.Text, Incident: m.Incident}
}

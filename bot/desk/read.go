package desk

import (
	"context"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/command"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// read answers a command that changes nothing, from the store.
func (d *Desk) read(ctx context.Context, c command.Command, user string, now time.Time) message.Message {
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	s := d.Settings()
	switch c.Verb {
	case command.VerbList:
		return message.Playbooks(s.Playbooks.All(), s.Command)
	case command.VerbShow:
		if p, ok := s.Playbooks.Find(c.Name); ok {
			return message.Playbook(p, s.Command)
		}
		return message.Text(message.Answer(incident.Answer{Kind: incident.AnswerNoPlaybook, Text: c.Name}, s.Command))
	case command.VerbIncidents:
		return d.incidents(ctx, c, user, now)
	case command.VerbStatus, command.VerbTimeline:
		return d.one(ctx, c, now)
	}
	if c.Text != "" {
		return message.Text(command.HelpFor(command.Verb(c.Text), s.Command))
	}
	return message.Text(command.Help(s.Command))
}

const (
	// timelineDepth is more than a message can show of a timeline.
	timelineDepth = 500
	// listedAtOnce is how many incidents one answer can show, and how many are read at once.
	listedAtOnce = 30
	// listDepth is how many incidents a list looks at.
	listDepth = command.MaxFrom + listedAtOnce
)

// incidents answers with a part of a list.
func (d *Desk) incidents(ctx context.Context, c command.Command, user string, now time.Time) message.Message {
	s := d.Settings()
	of := store.Listing{Which: store.Which(c.Filter), User: user, Severities: s.Severities, Now: now, Most: listDepth}
	found, err := d.Store.List(ctx, of)
	l := message.IncidentList{Filter: c.Filter, From: max(c.From, 1), Partial: found.Partial, Now: now, Command: s.Command}
	var unread []*store.Unreadable
	if err == nil {
		unread, err = d.fill(ctx, &l, of, found)
	}
	if err != nil {
		d.Logger.Warn("incidents could not be read", "error", err)
		return message.Text(textUnread)
	}
	return d.withUnread(message.Incidents(l), unread)
}

// fill reads the incidents of a list, in its order, until there are enough to show
// from the place where it begins, and counts the rest. It returns those that cannot
// be read.
func (d *Desk) fill(ctx context.Context, l *message.IncidentList, of store.Listing, found store.Listed) (unread []*store.Unreadable, err error) {
	place, read := 0, 0
	for numbers := range slices.Chunk(found.Numbers, listedAtOnce) {
		if len(l.Incidents) == listedAtOnce {
			break
		}
		all, broken, err := d.Store.Incidents(ctx, numbers...)
		if err != nil {
			return nil, err
		}
		read, unread = read+len(numbers), append(unread, broken...)
		l.AtMost = l.AtMost || len(all) < len(numbers)
		for _, i := range all {
			switch {
			case !of.Incident(i):
				l.AtMost = true
				continue
			case place+1 < l.From:
			case len(l.Incidents) < listedAtOnce:
				l.Incidents = append(l.Incidents, i)
			default:
				l.Rest++
			}
			place++
		}
	}
	l.Rest += found.Total - read
	l.AtMost = l.Rest > 0 && (l.AtMost || of.Which == store.ListAll)
	return unread, nil
}

// one answers what is asked about a single incident.
func (d *Desk) one(ctx context.Context, c command.Command, now time.Time) message.Message {
	i, ok, err := d.Store.Incident(ctx, c.Incident)
	if err != nil {
		return message.Text(d.notRead(err))
	}
	s := d.Settings()
	if !ok || i.Quiet {
		return message.Text(message.Answer(incident.Answer{Kind: incident.AnswerGone, Incident: c.Incident}, s.Command))
	}
	if c.Verb == command.VerbTimeline {
		changes, err := d.Store.Timeline(ctx, c.Incident, timelineDepth)
		total := 0
		if err == nil {
			total, err = d.Store.TimelineLength(ctx, c.Incident)
		}
		if err != nil {
			return message.Text(d.notRead(err))
		}
		return message.Timeline(i, changes, total)
	}
	// Without its playbook the steps still have their titles.
	book, _ := d.Store.Playbook(ctx, i.Playbook.Hash)
	return message.Status(message.View{Incident: i, Playbook: book, Command: s.Command}, now)
}

package desk

import (
	"context"
	"time"

	"github.com/signalbook/signalbook/bot/command"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

// listBound is how many incidents a list looks at.
const listBound = 500

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
		return d.incidents(ctx, c.Filter, user, now)
	case command.VerbStatus, command.VerbTimeline:
		return d.one(ctx, c, now)
	}
	if c.Text != "" {
		return message.Text(command.HelpFor(command.Verb(c.Text), s.Command))
	}
	return message.Text(command.Help(s.Command))
}

func (d *Desk) incidents(ctx context.Context, filter, user string, now time.Time) message.Message {
	numbers, err := d.Store.OpenNumbers(ctx, listBound)
	if err == nil && filter == "all" {
		var closed []int
		if closed, err = d.Store.ClosedNumbers(ctx, listBound); err == nil {
			numbers = append(numbers, closed...)
		}
	}
	var all []incident.Incident
	if err == nil {
		all, err = d.Store.Incidents(ctx, numbers...)
	}
	if err != nil {
		d.Logger.Warn("incidents could not be read", "error", err)
		return message.Text(textUnread)
	}
	var shown []incident.Incident
	for _, i := range all {
		if !i.Quiet && wanted(i, filter, user, now) {
			shown = append(shown, i)
		}
	}
	return message.Incidents(shown, filter, now, d.Settings().Command)
}

// wanted reports whether a list with that filter shows the incident.
func wanted(i incident.Incident, filter, user string, now time.Time) bool {
	switch filter {
	case "mine":
		if i.Lead.ID == user && i.Active() {
			return true
		}
		for _, s := range i.Steps {
			if s.State == incident.StepAcknowledged && s.Holder.ID == user {
				return true
			}
		}
		return false
	case "overdue":
		for _, s := range i.Steps {
			if !s.Ended() && !s.Hidden && i.Deadline(s).Before(now) {
				return true
			}
		}
		return false
	case "all":
		return true
	}
	return i.Active()
}

// one answers what is asked about a single incident.
func (d *Desk) one(ctx context.Context, c command.Command, now time.Time) message.Message {
	i, ok, err := d.Store.Incident(ctx, c.Incident)
	if err != nil {
		d.Logger.Warn("an incident could not be read", "incident", incident.ID(c.Incident), "error", err)
		return message.Text(textUnread)
	}
	s := d.Settings()
	if !ok || i.Quiet {
		return message.Text(message.Answer(incident.Answer{Kind: incident.AnswerGone, Incident: c.Incident}, s.Command))
	}
	if c.Verb == command.VerbTimeline {
		changes, err := d.Store.Timeline(ctx, c.Incident, 500)
		if err != nil {
			d.Logger.Warn("a timeline could not be read", "incident", i.ID(), "error", err)
			return message.Text(textUnread)
		}
		return message.Timeline(i, changes)
	}
	// Without its playbook the steps still have their titles.
	book, _ := d.Store.Playbook(ctx, i.Playbook.Hash)
	return message.Status(message.View{Incident: i, Playbook: book, Command: s.Command}, now)
}

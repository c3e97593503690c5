package interaction

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/store"
)

// read answers a command that changes nothing, from the store.
func (h *Handler) read(ctx context.Context, c command.Command, who person, now time.Time) blockkit.Message {
	s := h.Settings()
	switch c.Verb {
	case command.VerbList:
		return message.Playbooks(s.Playbooks.All(), s.Command)
	case command.VerbShow:
		if p, ok := s.Playbooks.Find(c.Name); ok {
			return message.Playbook(p, s.Command)
		}
		return blockkit.TextMessage(message.Answer(incident.Answer{Kind: incident.AnswerNoPlaybook, Text: c.Name}, s.Command))
	case command.VerbIncidents:
		return h.incidents(ctx, c, who, now)
	case command.VerbStatus, command.VerbTimeline, command.VerbCatchup:
		return h.one(ctx, c, who, now)
	}
	if c.Text != "" {
		return blockkit.TextMessage(command.HelpFor(command.Verb(c.Text), s.Command))
	}
	return blockkit.TextMessage(command.Help(s.Command))
}

const (
	// timelineDepth is more than a timeline has, once its middle is folded.
	timelineDepth = 2 * incident.MaxActs
	// listedAtOnce is how many incidents one answer can show, and how many are read at once.
	listedAtOnce = 30
	// listDepth is how many incidents a list looks at.
	listDepth = command.MaxFrom + listedAtOnce
	// looksAtOnce is about how many channels Slack is asked at once.
	looksAtOnce = 8
)

// incidents answers with a part of a list.
func (h *Handler) incidents(ctx context.Context, c command.Command, who person, now time.Time) blockkit.Message {
	s := h.Settings()
	of := store.Listing{Which: store.Which(c.Filter), User: who.id, Severities: s.Severities, Now: now, Most: listDepth}
	short, cancel := context.WithTimeout(ctx, h.waits.list)
	defer cancel()
	found, err := h.Store.List(short, of)
	l := message.IncidentList{Filter: c.Filter, From: max(c.From, 1), Partial: found.Partial, Now: now, Command: s.Command}
	var unread []*store.Unreadable
	if err == nil {
		unread, err = h.fill(ctx, &l, of, found, who)
	}
	if err != nil {
		h.Logger.Warn("incidents could not be read", "error", err)
		return blockkit.TextMessage(textUnread)
	}
	return h.withUnread(message.Incidents(l), unread)
}

// fill reads the incidents of a list, in its order, until there are enough to show
// from the place where it begins, and counts the rest. Those that are not for the
// person to see are left out. It returns those that cannot be read.
func (h *Handler) fill(ctx context.Context, l *message.IncidentList, of store.Listing, found store.Listed, who person) (unread []*store.Unreadable, err error) {
	looking, cancel := context.WithTimeout(ctx, h.waits.access) // for all questions to Slack together
	defer cancel()
	seen := map[string]access.Decision{}
	place, read := 0, 0
	for numbers := range slices.Chunk(found.Numbers, listedAtOnce) {
		if len(l.Incidents) == listedAtOnce {
			break
		}
		short, cancel := context.WithTimeout(ctx, h.waits.list)
		all, broken, err := h.Store.Incidents(short, numbers...)
		cancel()
		if err != nil {
			return nil, err
		}
		views, err := h.views(ctx, looking, who, all, seen)
		if err != nil {
			return nil, err
		}
		read, unread = read+len(numbers), append(unread, broken...)
		l.AtMost = l.AtMost || len(all) < len(numbers)
		for k, i := range all {
			switch {
			case !of.Incident(i):
				l.AtMost = true
				continue
			case !views[k].Allowed:
				l.AtMost, l.Unsure = true, l.Unsure || views[k].Unsure
				if !views[k].Hidden && !slices.Contains(l.Elsewhere, i.Channel) {
					l.Elsewhere = append(l.Elsewhere, i.Channel)
				}
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

// views decides about seeing each of the incidents; seen keeps what was decided for
// incidents of the same channel. Only Slack is waited for no longer than looking lasts.
func (h *Handler) views(ctx, looking context.Context, who person, all []incident.Incident, seen map[string]access.Decision) ([]access.Decision, error) {
	short, cancel := context.WithTimeout(ctx, h.waits.list)
	defer cancel()
	places, err := h.Store.Places(short, all)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(all))
	var questions []int // the first incident of each key that nothing was decided about
	asked := map[string]bool{}
	for k, i := range all {
		keys[k] = strings.Join(append([]string{places[k]}, i.Responders...), "\n")
		if _, known := seen[keys[k]]; !known && !asked[keys[k]] {
			asked[keys[k]] = true
			questions = append(questions, k)
		}
	}
	var mu sync.Mutex // of seen
	var asking errgroup.Group
	asking.SetLimit(looksAtOnce)
	for _, k := range questions {
		asking.Go(func() error {
			decision := h.decideAccess(ctx, who, h.factsWithin(looking, who, places[k], listedFor), all[k].Channel, all[k].Responders)
			mu.Lock()
			defer mu.Unlock()
			seen[keys[k]] = decision
			return nil
		})
	}
	_ = asking.Wait() // none fails
	views := make([]access.Decision, len(all))
	for k, key := range keys {
		views[k] = seen[key]
	}
	return views, nil
}

// one answers what is asked about a single incident.
func (h *Handler) one(ctx context.Context, c command.Command, who person, now time.Time) blockkit.Message {
	short, cancel := context.WithTimeout(ctx, h.waits.list)
	i, ok, err := h.Store.Incident(short, c.Incident)
	cancel()
	if err != nil {
		return blockkit.TextMessage(h.notRead(err))
	}
	s := h.Settings()
	gone := incident.Answer{Kind: incident.AnswerGone, Incident: c.Incident}
	if !ok || i.Quiet {
		return blockkit.TextMessage(message.Answer(gone, s.Command))
	}
	if decision := h.maySeeIncident(ctx, who, i); !decision.Allowed {
		return blockkit.TextMessage(h.refused(decision, gone))
	}
	ctx, cancel = context.WithTimeout(ctx, h.waits.list)
	defer cancel()
	if c.Verb != command.VerbStatus {
		changes, err := h.Store.Timeline(ctx, c.Incident, timelineDepth)
		total := 0
		if err == nil {
			total, err = h.Store.TimelineLength(ctx, c.Incident)
		}
		if err != nil {
			return blockkit.TextMessage(h.notRead(err))
		}
		if c.Verb == command.VerbCatchup {
			return message.Catchup(i, changes, who.id, c.Within, now, s.Command)
		}
		return message.Timeline(i, changes, total, max(c.From-1, 0))
	}
	return message.Status(h.viewOf(ctx, i), now)
}

// viewOf is an incident with its playbook. Without that the steps still have their titles.
func (h *Handler) viewOf(ctx context.Context, i incident.Incident) message.View {
	ctx, cancel := context.WithTimeout(ctx, h.waits.read)
	defer cancel()
	book, _ := h.Store.Playbook(ctx, i.Playbook.Hash)
	return message.View{Incident: i, Playbook: book, Command: h.Settings().Command}
}

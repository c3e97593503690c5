package interaction

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	// askWithin bounds a question that goes on after nobody waits for it: the next one finds its answer.
	askWithin = 15 * time.Second
	// memberFor is how long whoever was in a channel is taken to be in it. strangerFor is how long somebody who was not is
	// refused without another look, for each page of members that a look costs: he may just have been invited. It bounds the
	// calls, too; so does listedFor, for lists, which look at many channels.
	memberFor, strangerFor, listedFor = 5 * time.Minute, 10 * time.Second, time.Minute
	// lastFor is how long a member stays one while Slack cannot be asked.
	lastFor = time.Hour
	// privateFor and personFor are how long Slack's word about a channel and about a person holds.
	privateFor, personFor = 10 * time.Minute, 15 * time.Minute
	// tellsFor is how long a digest goes by the last word that a channel is public, when Slack cannot be asked, and
	// tellsWithin how long it waits for Slack.
	tellsFor, tellsWithin = 24 * time.Hour, 30 * time.Second
	// failedFor is the pause after a question that failed; after one that finds no end it is memberFor.
	failedFor = 10 * time.Second
)

// person is who does something, and where: Team is the workspace that Slack gives with
// it, channel the id of the channel in which it was done, empty when that is not told.
type person struct{ id, team, channel string }

// facts finds out what decides about what somebody does in a channel, given by id or
// by configured name. What cannot be found out in time is not known.
func (h *Handler) facts(ctx context.Context, who person, channel string) access.Facts {
	return h.factsWithin(ctx, who, channel, 0)
}

// factsWithin is facts for which a look at who is in the channel is new enough when
// it is not older than that.
func (h *Handler) factsWithin(ctx context.Context, who person, channel string, age time.Duration) access.Facts {
	ctx, cancel := context.WithTimeout(ctx, h.waits.access)
	defer cancel()
	var facts access.Facts
	var asking sync.WaitGroup
	asking.Go(func() { facts.Person = h.personKind(ctx, who) })
	if id := h.channelID(ctx, channel); id != "" {
		facts.Inside = id == who.channel
		facts.Member, facts.Private = h.membership(ctx, id, who.id, age)
	}
	asking.Wait()
	return facts
}

// channelID is the id of a channel, empty while Slack has not told it.
func (h *Handler) channelID(ctx context.Context, channel string) string {
	if channel == "" || slackapi.IsChannelID(channel) {
		return channel
	}
	ids, err := h.Store.Directory.Names(ctx, []string{channel})
	if err != nil {
		h.Logger.Debug("a channel's id could not be read", "channel", channel, "error", err)
	}
	return ids[channel]
}

// membership says whether a person is in a channel, and whether that is private.
func (h *Handler) membership(ctx context.Context, channel, user string, age time.Duration) (member, private access.Known) {
	room, err := h.Store.Directory.Roster(ctx, channel, user)
	if err != nil {
		h.Logger.Debug("who is in a channel could not be read", "channel", channel, "error", err)
		return access.Unknown, access.Unknown
	}
	var asked error
	if !fresh(room, age, h.Store.Now()) {
		if asked = h.askRoom(ctx, channel, room); asked == nil {
			if room, err = h.Store.Directory.Roster(ctx, channel, user); err != nil {
				return access.Unknown, access.Unknown
			}
		}
	}
	return standing(room, asked, h.Store.Now()), room.Private
}

// fresh reports whether what is kept of a channel says enough of the person it was
// read for; age is how old it may be in any case.
func fresh(room store.Roster, age time.Duration, now time.Time) bool {
	holds := max(age, min(memberFor, strangerFor*time.Duration(1+room.Members/slackapi.MembersPage)))
	if room.Member {
		holds = memberFor
	}
	return now.Sub(room.MembersAt) < holds && room.Private != access.Unknown && now.Sub(room.PrivateAt) < privateFor
}

// standing says whether a person is in a channel, by what is kept of it and how the
// last question to Slack ended.
func standing(room store.Roster, asked error, now time.Time) access.Known {
	age := now.Sub(room.MembersAt)
	switch failed, refused := errors.AsType[*slackapi.Error](asked); {
	case asked == nil && age < memberFor, room.Member && age < lastFor:
		return access.KnownOf(room.Member)
	case age < memberFor && (refused && failed.Code == slackapi.CodeSpent || errors.Is(asked, context.DeadlineExceeded)):
		return access.No // Slack is well, and was asked enough
	}
	return access.Unknown
}

// askRoom asks Slack about a channel, once for all who want to know at the same time.
// Nobody waits longer than his context lasts; the answer is kept all the same.
func (h *Handler) askRoom(ctx context.Context, channel string, room store.Roster) error {
	return h.once(ctx, "room "+channel, func(ctx context.Context) error {
		var errs []error
		if room.Private == access.Unknown || h.Store.Now().Sub(room.PrivateAt) >= privateFor {
			errs = append(errs, h.askPrivate(ctx, channel))
		}
		members, err := h.Slack.ChannelMembers(ctx, channel)
		if err == nil {
			err = h.Store.Directory.SetRosterMembers(ctx, channel, members, h.Store.Now())
		}
		return errors.Join(append(errs, err)...)
	})
}

// askPrivate asks Slack whether a channel is private.
func (h *Handler) askPrivate(ctx context.Context, channel string) error {
	private, err := h.Slack.ChannelPrivate(ctx, channel)
	if err != nil {
		return err
	}
	return h.Store.Directory.SetRosterPrivate(ctx, channel, private, h.Store.Now())
}

// Tells reports of which channels, by id or configured name, the incidents may be
// told to the readers of another: of that channel itself, and of public ones.
func (h *Handler) Tells(ctx context.Context, to string, channels []string) map[string]bool {
	ctx, cancel := context.WithTimeout(ctx, tellsWithin)
	defer cancel()
	at := h.channelID(ctx, to)
	tells := map[string]bool{}
	var mu sync.Mutex
	var looking errgroup.Group
	looking.SetLimit(looksAtOnce)
	for _, channel := range channels {
		looking.Go(func() error {
			id := h.channelID(ctx, channel)
			told := id != "" && (id == at || h.public(ctx, id))
			mu.Lock()
			defer mu.Unlock()
			tells[channel] = told
			return nil
		})
	}
	_ = looking.Wait() // none fails
	return tells
}

// public reports whether Slack says, or said within a day when it cannot be asked, that
// a channel is public.
func (h *Handler) public(ctx context.Context, channel string) bool {
	room, err := h.Store.Directory.Roster(ctx, channel, "")
	if err == nil && h.Store.Now().Sub(room.PrivateAt) >= privateFor {
		if h.once(ctx, "private "+channel, func(ctx context.Context) error { return h.askPrivate(ctx, channel) }) == nil {
			room, err = h.Store.Directory.Roster(ctx, channel, "")
		}
	}
	return err == nil && room.Private == access.No && h.Store.Now().Sub(room.PrivateAt) < tellsFor
}

// personKind says where a person belongs: while Slack cannot be asked, what it said
// last.
func (h *Handler) personKind(ctx context.Context, who person) access.Person {
	if h.Slack.Outside(who.team) {
		return access.PersonExternal
	}
	return h.known(ctx, who.id).Kind
}

// known is what Slack says of somebody, and while it does not answer, what it last
// said.
func (h *Handler) known(ctx context.Context, id string) store.Person {
	read := func() store.Person {
		p, err := h.Store.Directory.Person(ctx, id)
		if err != nil {
			h.Logger.Debug("what is known of a person could not be read", "error", err)
		}
		return p
	}
	p := read()
	if h.Store.Now().Sub(p.At) < personFor {
		return p
	}
	err := h.once(ctx, "person "+id, func(ctx context.Context) error {
		kind, name, err := h.Slack.UserInfo(ctx, id)
		if err != nil {
			return err
		}
		return h.Store.Directory.SetPerson(ctx, id, store.Person{Kind: kind, Name: name, At: h.Store.Now()})
	})
	if err == nil {
		p = read()
	}
	return p
}

// once runs a question for all who ask it at the same time, and lets it rest after it
// failed.
func (h *Handler) once(ctx context.Context, name string, ask func(context.Context) error) error {
	if failed, ok := h.failed.Load(name); ok {
		return failed.(error)
	}
	done := h.asking.DoChan(name, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin)
		defer cancel()
		err := ask(ctx)
		if err != nil {
			h.Logger.Warn("could not learn from Slack, and keep, who may act", "about", name, "error", err)
			rest := failedFor
			if errors.Is(err, slackapi.ErrTooMany) {
				rest = memberFor
			}
			h.failed.Store(name, err)
			time.AfterFunc(rest, func() { h.failed.Delete(name) }) // names come from outside: none stays for ever
		}
		return nil, err
	})
	select {
	case got := <-done:
		return got.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// place is where an incident's thread stands, else where it belongs.
func (h *Handler) place(ctx context.Context, i incident.Incident) string {
	places, err := h.Store.Places(ctx, []incident.Incident{i})
	if err != nil {
		h.Logger.Debug("where a thread stands could not be read", "incident", i.ID(), "error", err)
		return i.Channel
	}
	return places[0]
}

// maySee decides whether somebody may see what belongs to a channel, by its
// configured name: at is where it stands.
func (h *Handler) maySee(ctx context.Context, who person, channel, at string, responders []string) access.Decision {
	return h.decideAccess(ctx, who, h.facts(ctx, who, at), channel, responders)
}

// decideAccess decides about seeing on what was found out.
func (h *Handler) decideAccess(ctx context.Context, who person, facts access.Facts, channel string, responders []string) access.Decision {
	q := access.Question{Right: access.Reader, Facts: facts, Channel: channel, Responders: responders, Responder: access.No}
	for _, name := range responders {
		users, _, err := h.Store.Directory.Members(ctx, name)
		if err != nil {
			h.Logger.Debug("who a name stands for could not be read", "name", name, "error", err)
		}
		if name == who.id || slices.Contains(users, who.id) {
			q.Responder = access.Yes
		}
	}
	return q.Decide()
}

// maySeeIncident decides whether somebody may see an incident.
func (h *Handler) maySeeIncident(ctx context.Context, who person, i incident.Incident) access.Decision {
	return h.maySee(ctx, who, i.Channel, h.place(ctx, i), i.Responders)
}

// maySeeDigest decides whether somebody may see what a digest tells of costs.
func (h *Handler) maySeeDigest(ctx context.Context, who person, name string) access.Decision {
	channel := h.Settings().DigestChannel(name)
	return h.maySee(ctx, who, channel, channel, h.responders(ctx, channel))
}

// responders are those whom the routes to a channel reserve it for.
func (h *Handler) responders(ctx context.Context, channel string) []string {
	id := func(name string) string { return cmp.Or(h.channelID(ctx, name), name) }
	return access.At(h.Settings().Places, channel, id).Responders
}

// refused is what somebody is told who may not see something: of what is hidden the
// same as of what does not exist.
func (h *Handler) refused(decision access.Decision, gone incident.Answer) string {
	if decision.Hidden {
		return message.Answer(gone, h.Settings().Command)
	}
	return blockkit.Escape(sentence(decision.Reason))
}

// sentence makes one of a clause.
func sentence(clause string) string {
	return textutil.Sentence(textutil.Capital(clause))
}

// ask finds out what decides about an event: it goes along with it.
func (h *Handler) ask(ctx context.Context, ev *event.Event, who person) {
	channel := ""
	switch {
	case ev.Act != nil:
		if i, ok, err := h.Store.Incident(ctx, ev.Act.Incident); err == nil && ok {
			channel = h.place(ctx, i)
		}
	case ev.Start != nil:
		channel = h.Settings().StartChannel(*ev.Start)
	case ev.Digest != nil && ev.Digest.Verb == report.VerbPost:
		channel = h.Settings().DigestChannel(ev.Digest.Name)
	case ev.Digest != nil:
		if document, ok, err := h.Store.Digests.Document(ctx, ev.Digest.Digest); err == nil && ok {
			channel = document.Channel
		}
	}
	ev.Access = h.facts(ctx, who, channel)
}

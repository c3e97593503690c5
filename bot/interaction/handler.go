// Package interaction is where what people do in Slack becomes an event or an answer:
// it reads words and clicks, answers what only reads from the store, puts what
// changes something into the inbox, and opens modals. It never changes an
// incident itself, and may run on every replica.
package interaction

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

const (
	// lookEvery is between two looks for an answer that is waited for; lookWithin bounds the last one.
	lookEvery, lookWithin = 300 * time.Millisecond, 100 * time.Millisecond
	// lateWithin is how long the result of a recorded command is waited for; it then follows by response_url.
	lateWithin = 2 * time.Minute
)

// waits are how long others are waited for before an answer goes without what they have
// to say: Slack wants every answer within 3 s. Tests wait longer, or less.
type waits struct {
	// answer is for the coordinator, before a command says "recorded": Slack gets its answer within a second whatever Redis
	// does, one look for a late answer included.
	answer  time.Duration
	figures time.Duration // for an answer that others have to be asked for; a later one follows by itself
	gather  time.Duration // for these others at all
	read    time.Duration // for Redis before a modal opens: its trigger lives 3 s
	list    time.Duration // for Redis' lists
	access  time.Duration // for Slack, before somebody acts or reads
	names   time.Duration // for the names of a mention
	link    time.Duration // for the addresses of what an answer names
}

var usualWaits = waits{
	answer: 850 * time.Millisecond, figures: 700 * time.Millisecond, gather: time.Minute, read: 500 * time.Millisecond, list: 900 * time.Millisecond,
	access: 1200 * time.Millisecond, names: 400 * time.Millisecond, link: 200 * time.Millisecond,
}

// Settings are the parts of the configuration that the handler needs.
type Settings struct {
	Command   string
	Playbooks *playbooks.Set
	Handbook  *handbook.Handbook // with the team's own facts; nil: the sheet as it was given
	// Severities are the configured ones, worst first.
	Severities []string
	// Digests are the names of the configured digests, DigestChannel where one is posted (without a name the first).
	Digests       []string
	DigestChannel func(name string) string
	// StartChannel is where a playbook that somebody starts goes.
	StartChannel func(incident.Start) string
	// Places are the channels of all routes; External lets guests and people of other organisations act.
	Places   []access.Place
	External bool
}

// Options are what a handler needs; all fields are required.
type Options struct {
	Store    *store.Store
	Replies  *store.Replies
	Slack    *slackapi.Client
	Settings func() Settings
	Logger   *slog.Logger
	// Gather brings together what a digest is judged from; it may take many seconds.
	Gather func(ctx context.Context, digest string, now time.Time) (report.Input, error)
	// Organisation asks for the organisation's numbers; it may take many seconds too.
	Organisation func(ctx context.Context, now time.Time) report.Organisation
}

// Handler implements slackapi.Handler.
type Handler struct {
	Options
	late chan lateAnswer
	slow chan func(context.Context)

	asking singleflight.Group // questions to Slack under way
	failed sync.Map           // by question: its error, while the question rests

	waits waits

	changed chan struct{}  // something that a Home may show
	homes   [16]sync.Mutex // of publishing, by user
}

// New makes a handler; its late answers need Run.
func New(o Options) *Handler {
	return &Handler{Options: o, late: make(chan lateAnswer, 256), slow: make(chan func(context.Context), 16), waits: usualWaits, changed: make(chan struct{}, 1)}
}

// lateAnswer is a command that was recorded before its result was known.
type lateAnswer struct {
	op      string
	digest  int // that the command is about; 0: an incident, which the answer names
	answers <-chan event.Answer
	done    func()
	to      slackapi.Private
	always  bool // what the edit of the thread says is told, too
}

// Run delivers late answers until the context ends.
func (h *Handler) Run(ctx context.Context) error {
	var group errgroup.Group
	defer group.Wait()
	group.Go(func() error {
		h.keepHomes(ctx)
		return nil
	})
	for range gatherers {
		group.Go(func() error {
			h.gather(ctx)
			return nil
		})
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case l := <-h.late:
			group.Go(func() error {
				h.deliver(ctx, l)
				return nil
			})
		}
	}
}

// gather does slow work, one after the other, until the context ends.
func (h *Handler) gather(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case work := <-h.slow:
			work(ctx)
		}
	}
}

func (h *Handler) deliver(ctx context.Context, l lateAnswer) {
	defer l.done()
	ctx, cancel := context.WithTimeout(ctx, lateWithin)
	defer cancel()
	var answer event.Answer
	select {
	case answer = <-l.answers:
	case <-ctx.Done():
		return // the thread shows what became of it
	}
	if toldByThread(answer, l.always) {
		return
	}
	said := message.Told(answer, h.Settings().Command)
	if l.to.Channel == "" && l.to.ResponseURL == "" {
		// A form says nothing of where it was opened: the thread of what it is about is the place.
		about := topic.Incident(answer.Incident.Incident)
		if l.digest > 0 {
			about = topic.Digest(l.digest)
		}
		has, err := h.Store.Ledger(ctx, about)
		if err != nil {
			h.Logger.Warn("a late answer has no place", "user", l.to.User, "error", err)
			return
		}
		root := has[ledger.Root]
		l.to.Channel, l.to.ThreadTS = root.Channel, root.TS
	}
	l.to.TriggerID = "" // it opens nothing any more
	h.sendEphemeral(ctx, l.to, said)
}

// The sentences for what is not an answer of the state machine.
const (
	textUnknown = "It is not known whether this was recorded, because the store does not answer: look at the thread before you try again."
	textFull    = "There is no room for more at the moment, so this was *not* recorded. Please try again in a minute."
	textAgain   = "This is *not* recorded yet, because the store does not take it. It comes again by itself within some minutes: look at the thread before you type it again."
	textLater   = "Recorded. The result follows."
	textUnread  = "This cannot be read at the moment, because the store does not answer. Please try again."
)

// put stores an event and waits a moment for the coordinator's answer. ok is false
// when there is none yet; text then says what to tell the person. Again is the op
// under which the event is stored when it was refused before: what stood in its way
// may be gone. Always: an answer that comes later is told although the thread says the same.
func (h *Handler) put(ctx context.Context, ev event.Event, again string, to slackapi.Private, always bool) (answer event.Answer, ok bool, text string) {
	answers, done := h.Replies.Expect(ev.Op)
	keep := false
	defer func() {
		if !keep {
			done()
		}
	}()
	putCtx, cancel := context.WithTimeout(ctx, h.waits.answer)
	defer cancel()
	answer, known, err := h.Store.Put(putCtx, ev)
	switch {
	case errors.Is(err, store.ErrFull):
		return answer, false, textFull
	case err != nil:
		h.Logger.Error("an act could not be stored", "op", ev.Op, "error", err)
		return answer, false, textUnknown
	case known && again != "" && !answer.Applied():
		ev.Op = again
		return h.put(ctx, ev, "", to, always)
	case known:
		return answer, true, ""
	}
	slackapi.Acknowledge(ctx) // it is stored
	if answer, ok = h.awaited(putCtx, ev.Op, answers); ok {
		return answer, true, ""
	}
	lookCtx, cancelLook := context.WithTimeout(ctx, lookWithin)
	defer cancelLook()
	if answer, ok, err = h.Store.Answered(lookCtx, ev.Op); err == nil && ok {
		return answer, true, ""
	}
	about := 0
	if ev.Digest != nil {
		about = ev.Digest.Digest
	}
	select {
	case h.late <- lateAnswer{ev.Op, about, answers, done, to, always}:
		keep = true
	default: // too many wait: the thread shows the result
	}
	return answer, false, textLater
}

// awaited waits for the answer to an event until the context ends. It may have come while
// the connection for answers was being made: so it is looked for, too.
func (h *Handler) awaited(ctx context.Context, op string, answers <-chan event.Answer) (answer event.Answer, ok bool) {
	looks := time.NewTicker(lookEvery)
	defer looks.Stop()
	for {
		select {
		case answer = <-answers:
			return answer, true
		case <-looks.C:
			if answer, ok, err := h.Store.Answered(ctx, op); err == nil && ok {
				return answer, true
			}
		case <-ctx.Done():
			return answer, false
		}
	}
}

// store puts an event into the store. On an error said is what to tell the person.
func (h *Handler) store(ctx context.Context, ev event.Event) (said string, err error) {
	putCtx, cancel := context.WithTimeout(ctx, 2*h.waits.answer)
	defer cancel()
	_, _, err = h.Store.Put(putCtx, ev)
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, store.ErrFull):
		return textFull, err
	}
	h.Logger.Error("an act could not be stored", "op", ev.Op, "error", err)
	return textUnknown, err
}

// received is the endpoint's receipt time as incidents keep it: to the millisecond,
// as the timers of the store are.
func received(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// withLabel is a copy of labels with one more, or with another value.
func withLabel(labels map[string]string, name, value string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, labels)
	all[name] = value
	return all
}

// act makes the event of a command that changes something; ok is false for those
// that only read.
func act(c command.Command, op string, at time.Time, user incident.User, via string, reply event.Reply) (event.Event, bool) {
	ev := event.Event{Op: op, At: received(at), Reply: reply}
	if c.Verb == command.VerbDigest && c.Filter == "post" {
		ev.Digest = &event.DigestAct{Verb: report.VerbPost, Name: c.Name, Again: c.Again, User: user}
		return ev, true
	}
	if c.Verb == command.VerbStart || c.Verb == command.VerbDrill {
		if c.Verb == command.VerbDrill {
			c.Labels = withLabel(c.Labels, incident.DrillLabel, "true")
		}
		ev.Start = &incident.Start{Playbook: c.Name, Title: c.Text, Labels: c.Labels, User: user, Via: via}
		return ev, true
	}
	verb, ok := c.Verb.Act()
	if !ok {
		return ev, false
	}
	ev.Act = &incident.Act{Verb: verb, Incident: c.Incident, Step: c.Step, More: c.More, User: user, Text: c.Text, Via: via}
	for _, p := range c.People {
		ev.Act.Named = append(ev.Act.Named, incident.User(p))
	}
	if verb == incident.VerbAssign {
		ev.Act.Whom, ev.Act.Text, ev.Act.Named = user, "", nil // me
		for _, p := range c.People {
			ev.Act.Whom = incident.User(p)
		}
	}
	if verb == incident.VerbResolve {
		ev.Act.Reason, ev.Act.Text = incident.CutReason(c.Text)
	}
	return ev, true
}

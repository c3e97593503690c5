package coordinator_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
)

// names waits until the coordinator's health names all of those, and none when there are
// none.
func (r *deadRig) names(k *coordinator.Coordinator, what ...string) {
	r.t.Helper()
	r.eventually("/-/ready names "+strings.Join(what, " and ")+" alone", func() bool {
		said := strings.Join(k.Degraded(), "\n")
		for _, w := range what {
			if !strings.Contains(said, w) {
				return false
			}
		}
		return len(what) > 0 || !strings.Contains(said, "cannot be read")
	})
}

// broken puts another text in the place of a document, and returns what mends it.
func (r *deadRig) broken(key, text string) (mend func()) {
	r.t.Helper()
	whole, err := r.raw.Get(r.t.Context(), deadBase+key).Result()
	if err != nil {
		r.t.Fatalf("%s: %v", key, err)
	}
	r.raw.Set(r.t.Context(), deadBase+key, text, 0)
	return func() { r.raw.Set(r.t.Context(), deadBase+key, whole, 0) }
}

// overdue reports whether an incident's immediate deadline was found to have passed.
func (r *deadRig) overdue(n int) bool {
	i, ok, err := r.store.Incident(r.t.Context(), n)
	if err != nil || !ok {
		return false
	}
	tier, _ := i.Tier(playbooks.Immediate)
	return tier.Overdue
}

// posted are the texts of all messages in Slack.
func (r *deadRig) posted() string {
	var texts []string
	for _, m := range r.sim.Messages("incidents") {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, "\n")
}

func (r *deadRig) noLetters() {
	r.t.Helper()
	if letters := r.letters(); len(letters) != 0 {
		r.t.Errorf("got dead letters %+v, want none", letters)
	}
}

// startTwoDue is a rig whose coordinator has ended, with INC-1 and INC-2 due at once, in one
// ping if they could; passed is INC-1's document.
func startTwoDue(t *testing.T) (r *deadRig, passed string) {
	t.Helper()
	r = startDeadRig(t)
	r.storm = incident.Limit{Above: 2, Per: time.Minute}
	_, end := r.keep()
	began := time.Now()
	r.firesAt("first", alerts.Firing, began.Add(-30*time.Minute))
	r.firesAt("second", alerts.Firing, began.Add(-30*time.Minute))
	r.eventually("both are in Slack", func() bool { return strings.Count(r.posted(), "Broken: ") >= 2 })
	end()
	passed = r.longDue(1, began)
	r.longDue(2, began)
	return r, passed
}

// othersGoOn waits until INC-2 is overdue, and new alerts made a storm.
func (r *deadRig) othersGoOn() {
	r.t.Helper()
	r.eventually("the neighbour's deadline passes", func() bool { return r.overdue(2) })
	for _, group := range []string{"third", "fourth", "fifth"} {
		r.fires(group, alerts.Firing)
	}
	r.eventually("the storm is on", func() bool { n, err := r.store.Storms(r.t.Context()); return err == nil && n == 1 })
}

// TestBrokenIncidentSpoilsOnlyItself: beside an incident that cannot be read, alerts
// open others and a storm counts them, the deadline of a neighbour passes, and all is
// shown in Slack. Its own timer is due again and again, until it is mended.
func TestBrokenIncidentSpoilsOnlyItself(t *testing.T) {
	t.Parallel()
	r, _ := startTwoDue(t)
	mend := r.broken("inc:1", `{"schema":2,"version":1,`)

	k, _ := r.keep()
	r.othersGoOn()
	r.names(k, "INC-1 cannot be read", "what is due of INC-1")
	r.eventually("the timer of INC-1 is due again", func() bool { return r.raw.ZScore(t.Context(), deadBase+"due", "1").Val() > 1 })
	r.noLetters()
	r.eventually("its timer does not stay in the inbox", func() bool { return r.inbox() == 0 })

	mend()
	r.eventually("the deadline of INC-1 passes after all", func() bool { return r.overdue(1) })
	r.names(k)
	r.noTries()
}

// TestBrokenThingsBesideAnIncident: what is remembered of a channel, a playbook, a
// storm, a message's place, a timeline's entry. Alerts open incidents and threads all
// the same; nothing is posted twice.
func TestBrokenThingsBesideAnIncident(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.storm = incident.Limit{Above: 100, Per: time.Minute}
	_, end := r.keep()
	r.fires("first", alerts.Firing)
	r.eventually("it is in Slack", func() bool {
		has, err := r.store.Ledger(t.Context(), topic.Incident(1))
		return err == nil && has["tier:immediate"].TS != "" && r.raw.ZCard(t.Context(), deadBase+"dirty").Val() == 0
	})
	end()
	before := r.posted()
	i, _, err := r.store.Incident(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	r.broken("channel:#incidents", `{"version":1,`)
	r.broken("playbook:"+i.Playbook.Hash, `{`)
	place := r.raw.HGet(t.Context(), deadBase+"ledger:1", "tier:immediate").Val()
	r.raw.HSet(t.Context(), deadBase+"ledger:1", "tier:immediate", "{")
	r.raw.ZAdd(t.Context(), deadBase+"dirty", redis.Z{Score: float64(i.Version), Member: "1"})

	k, _ := r.keep()
	r.names(k, "playbook "+i.Playbook.Hash, "the ledger of INC-1, message tier:immediate")
	r.fires("second", alerts.Firing)
	r.eventually("the second is in Slack", func() bool {
		has, err := r.store.Ledger(t.Context(), topic.Incident(2))
		return err == nil && has["tier:immediate"].TS != ""
	})
	if channel, err := r.store.Channel(t.Context(), "#incidents"); err != nil || channel.Version != 2 || len(channel.Recent) != 1 {
		t.Errorf("got channel %+v and %v, want a new one of version 2 with the second opening", channel, err)
	}
	if now := r.posted(); strings.Count(now, "Broken: first") > strings.Count(before, "Broken: first") {
		t.Errorf("something of the first incident was posted again:\n%s\nbefore\n%s", now, before)
	}
	r.noLetters()
	r.raw.HSet(t.Context(), deadBase+"ledger:1", "tier:immediate", place)
	r.names(k) // and the playbook was stored anew by the second incident
	r.eventually("Slack shows all", func() bool { return r.raw.ZCard(t.Context(), deadBase+"dirty").Val() == 0 })
}

// TestBrokenStorm: a storm that cannot be read lists nothing any more; its channel
// opens threads, and the next storm begins.
func TestBrokenStorm(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	r.storm = incident.Limit{Above: 1, Per: time.Hour}
	_, end := r.keep()
	for _, group := range []string{"a", "b"} {
		r.fires(group, alerts.Firing)
	}
	r.eventually("a storm is on", func() bool { _, ok, err := r.store.Storm(t.Context(), 2); return ok && err == nil })
	end()
	r.broken("storm:2", "{")
	k, _ := r.keep()
	r.fires("c", alerts.Firing)
	r.eventually("the next storm is on", func() bool { s, ok, err := r.store.Storm(t.Context(), 3); return ok && err == nil && s.Number == 3 })
	r.names(k, "storm of INC-2 cannot be read")
	r.noLetters()
}

// TestNewerIncidentSpoilsOnlyItself: beside an incident that a newer binary wrote,
// and that has something due in the same ping, the deadline of a neighbour passes,
// alerts open others and a storm counts them. Its own timer waits in the inbox until
// it can be read.
func TestNewerIncidentSpoilsOnlyItself(t *testing.T) {
	t.Parallel()
	r, passed := startTwoDue(t)
	r.raw.Set(t.Context(), deadBase+"inc:1", newerIncident, 0)

	k, _ := r.keep()
	r.othersGoOn()
	r.names(k, "INC-1 cannot be read", "a newer signalbook wrote it", "wait in the inbox, 1 of them")
	r.eventually("its timer alone waits in the inbox", func() bool { return r.inbox() == 1 })
	r.noLetters()
	if got := r.raw.Get(t.Context(), deadBase+"inc:1").Val(); got != newerIncident {
		t.Errorf("the newer document is now %s", got)
	}
	r.raw.Set(t.Context(), deadBase+"inc:1", passed, 0)
	r.eventually("the deadline of INC-1 passes after all", func() bool { return r.overdue(1) && r.inbox() == 0 })
	r.names(k)
}

// longDue makes an incident's immediate deadline one that passed a minute before, and
// both its timer and its place in the next ping due at once. It returns the document.
func (r *deadRig) longDue(n int, began time.Time) string {
	r.t.Helper()
	key := deadBase + "inc:" + strconv.Itoa(n)
	document := r.raw.Get(r.t.Context(), key).Val()
	due := regexp.MustCompile(`"due":"[^"]*"`)
	if !due.MatchString(document) {
		r.t.Fatalf("there is no deadline in %s", document)
	}
	document = due.ReplaceAllString(document, began.Add(-time.Minute).UTC().Format(`"due":"`+time.RFC3339Nano+`"`))
	r.raw.Set(r.t.Context(), key, document, 0)
	bucket := r.raw.Keys(r.t.Context(), deadBase+"deadline:*").Val()
	if len(bucket) != 1 {
		r.t.Fatalf("got buckets of deadlines %v, want one", bucket)
	}
	for _, key := range []string{deadBase + "due", bucket[0]} {
		r.raw.ZAdd(r.t.Context(), key, redis.Z{Score: 1, Member: strconv.Itoa(n)})
	}
	return document
}

// TestReplayedTimerIsDueAgain: a timer that an earlier binary buried, with which its
// incident left the index of what is due, is due again after a replay, also when its
// time has not come yet; that of an incident that is gone is nobody's.
func TestReplayedTimerIsDueAgain(t *testing.T) {
	t.Parallel()
	r := startDeadRig(t)
	k, _ := r.keep()
	r.opensFirst()
	was := r.raw.ZScore(t.Context(), deadBase+"due", "1").Val()
	for _, subject := range []int{1, 7, -7} {
		r.raw.ZRem(t.Context(), deadBase+"due", strconv.Itoa(subject))
		raw := `{"at":"2026-11-23T09:00:00Z","timer":{"incident":` + strconv.Itoa(subject) + `}}`
		r.raw.XAdd(t.Context(), &redis.XAddArgs{Stream: deadBase + "dead", Values: []any{"id", "1-1", "why", "old", "e", raw}})
	}
	for _, letter := range r.letters() {
		if err := r.store.Dead.Replay(t.Context(), letter.ID); err != nil {
			t.Fatal(err)
		}
	}
	r.eventually("INC-1 is due when it was", func() bool { return was > 0 && r.raw.ZScore(t.Context(), deadBase+"due", "1").Val() == was })
	r.handled()
	r.noLetters()
	if all := r.raw.ZRange(t.Context(), deadBase+"due", 0, -1).Val(); len(all) != 1 {
		t.Errorf("got due %v, want INC-1 alone", all)
	}
	if !k.Keeping() {
		t.Error("the coordinator gave up")
	}
}

package coordinator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// reviewRig is a coordinator of one weekly digest, with a clock that the test moves.
type reviewRig struct {
	*strayRig
	now        atomic.Int64 // Unix seconds
	configured atomic.Pointer[[]coordinator.Digest]
	// report may change what a digest tells, or fail
	report func(d coordinator.Digest, told report.Report) (report.Report, error)
	// notices are what owners have to hear; nil: nothing
	notices func(d coordinator.Digest, told map[string]report.Told) ([]report.Notice, error)
	// watch is what the daily watch finds; nil: nothing
	watch func(d coordinator.Digest, known report.Watched) ([]report.Alarm, report.Watched, error)
}

// every is a digest that is due at a time and ever so long after it.
func every(name, schedule string, first time.Time, step time.Duration) coordinator.Digest {
	return coordinator.Digest{Name: name, Channel: "#cost-review", Schedule: schedule, Next: func(after time.Time) time.Time {
		if after.Before(first) {
			return first
		}
		return first.Add((after.Sub(first)/step + 1) * step)
	}}
}

func (r *reviewRig) configure(digests ...coordinator.Digest) { r.configured.Store(&digests) }

const (
	spike = "5e71e55e71e55e71"
	week  = 7 * 24 * time.Hour
)

// tick is the first time at which the digest is due.
var tick = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func startReviewRig(t *testing.T, at time.Time) *reviewRig {
	t.Helper()
	r := prepareReviewRig(t, at)
	r.begin(r.store)
	return r
}

// prepareReviewRig leaves the coordinator to begin.
func prepareReviewRig(t *testing.T, at time.Time) *reviewRig {
	t.Helper()
	r := &reviewRig{strayRig: startStrayRig(t)}
	r.now.Store(at.Unix())
	r.report = func(_ coordinator.Digest, told report.Report) (report.Report, error) { return told, nil }
	r.configure(every("weekly", "mondays", tick, week))
	return r
}

// begin starts a coordinator, and waits until the digest is known.
func (r *reviewRig) begin(st *store.Store) (end func()) {
	r.t.Helper()
	t := r.t
	client, err := slackapi.New(slackapi.Options{APIURL: r.direct + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	books, _ := playbooks.NewSet(nil, library.All())
	k := coordinator.New(coordinator.Options{
		Store: st, Slack: client, Changed: make(chan struct{}), Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Registerer: prometheus.NewRegistry(),
		Settings: func() coordinator.Settings {
			return coordinator.Settings{
				Playbooks: books, Command: "/playbook", Channels: []string{"#incidents", "#cost-review"}, Digests: *r.configured.Load(),
				Route: func(map[string]string) coordinator.Route {
					return coordinator.Route{Channel: "#incidents", Fallback: "#incidents"}
				},
			}
		},
		Timing: r.timing, Now: func() time.Time { return time.Unix(r.now.Load(), 0) },
		Notices: func(_ context.Context, d coordinator.Digest, _ time.Time, told map[string]report.Told) ([]report.Notice, error) {
			if r.notices == nil {
				return nil, nil
			}
			return r.notices(d, told)
		},
		Watch: func(_ context.Context, d coordinator.Digest, _ time.Time, known report.Watched) ([]report.Alarm, report.Watched, error) {
			if r.watch == nil {
				return nil, known, nil
			}
			return r.watch(d, known)
		},
		Report: func(_ context.Context, d coordinator.Digest, w coordinator.Wanted) (report.Report, error) {
			return r.report(d, report.Report{
				Schema: report.Schema, Digest: d.Name, Week: money.WeekOf(money.DayOf(w.At)).Add(-1), MadeAt: w.At,
				Money:     []report.CurrencyReport{{Currency: "USD", Spikes: []report.Anomaly{{Series: spike, Service: "Amazon CloudFront", CDN: true, Actual: 400, Expected: 200, Excess: 200, Highest: 400, Days: []money.Day{money.DayOf(w.At) - 4}}}}},
				Steps:     []report.CostStep{{ID: "C1", Title: "Reserved instances", Applies: true}},
				Missing:   []string{fmt.Sprintf("skipped %d", w.Skipped), "told to " + d.Channel},
				Incidents: &report.WeekOfAlerts{Count: 1},
			})
		},
	})
	end = keepOn(t, k)
	r.eventually("the coordinator knows the digest", func() bool {
		passed, err := r.store.Digests.Passed(t.Context())
		return err == nil && !passed["weekly"].At.IsZero()
	})
	return end
}

// digests are the roots in the digest's channel, oldest first.
func (r *reviewRig) digests() []snapshot.Message {
	var roots []snapshot.Message
	for _, m := range r.sim.Messages("cost-review") {
		if m.Bot && m.Thread == "" && !m.Tombstone {
			roots = append(roots, m)
		}
	}
	return roots
}

func (r *reviewRig) have(n int) snapshot.Message {
	r.t.Helper()
	r.eventually(fmt.Sprintf("%d digests are there", n), func() bool { return len(r.digests()) >= n })
	r.settled()
	all := r.digests()
	if len(all) != n {
		r.t.Fatalf("got %d digests, want %d", len(all), n)
	}
	return all[n-1]
}

// passes waits until the coordinator has looked at the clock again, with nothing to post.
func (r *reviewRig) passes(at time.Time) {
	r.t.Helper()
	r.now.Store(at.Unix())
	// What is asked for is looked at after the schedule: its digest says that the look is over.
	before := len(r.digests())
	r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly", Again: true})
	r.have(before + 1)
}

func (r *reviewRig) act(op string, v event.DigestAct) event.Answer {
	r.t.Helper()
	op = fmt.Sprintf("%s-%d", op, time.Now().UnixNano())
	r.put(op, v)
	return r.answered(op)
}

func (r *reviewRig) put(op string, v event.DigestAct) {
	r.t.Helper()
	if _, _, err := r.store.Put(r.t.Context(), event.Event{Op: op, At: time.Now().UTC().Truncate(time.Millisecond), Digest: &v}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *reviewRig) answered(op string) event.Answer {
	r.t.Helper()
	var answer event.Answer
	r.eventually("it is answered: "+op, func() bool {
		got, ok, err := r.store.Answered(r.t.Context(), op)
		answer = got
		return err == nil && ok
	})
	return answer
}

func TestDigestsAreMadeOnTime(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(-time.Hour))
	r.now.Store(tick.Add(time.Second).Unix())
	if said := r.have(1).PlainText(); !strings.Contains(said, "skipped 0") {
		t.Errorf("the first digest speaks of skipped ones:\n%s", said)
	}
	// Two were missed, the third is made up within a day.
	r.now.Store(tick.Add(3*week + 23*time.Hour).Unix())
	if said := r.have(2).PlainText(); !strings.Contains(said, "skipped 2") {
		t.Errorf("the digest does not speak of the two that were skipped:\n%s", said)
	}
	// Too late to be made up: nothing but what is asked for.
	r.passes(tick.Add(4*week + 25*time.Hour))
	r.now.Store(tick.Add(5 * week).Unix())
	if said := r.have(4).PlainText(); !strings.Contains(said, "skipped 1") {
		t.Errorf("the next digest does not speak of the one that was skipped:\n%s", said)
	}
	// A clock that is set back posts nothing twice.
	r.passes(tick.Add(2 * week))
	r.passes(tick.Add(5*week + time.Minute))
	if d, _, err := r.store.Digests.Document(t.Context(), 4); err != nil || !d.Tick.Equal(tick.Add(5*week)) {
		t.Errorf("digest 4 is for %s, %v, want the last tick", d.Tick, err)
	}
}

func TestDigestThatIsNewWaitsForItsNextTime(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(time.Hour))
	r.passes(tick.Add(2 * time.Hour)) // one that was asked for, and none for the tick an hour before it was configured
}

func TestClicksOnADigest(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(-time.Hour))
	r.now.Store(tick.Unix())
	r.have(1)
	anna, ben := incident.User{ID: "U0SIM00001", Name: "anna"}, incident.User{ID: "U0SIM00002", Name: "ben"}
	do := func(verb report.Verb, subject string, by incident.User) event.Answer {
		t.Helper()
		return r.act(string(verb), event.DigestAct{Verb: verb, Digest: 1, Subject: subject, User: by, Text: "why", Until: time.Now().Add(week)})
	}
	if a := do(report.VerbAdopt, "C1", anna); a.Digest.Kind != event.DigestApplied || a.Digest.Title != "Reserved instances" {
		t.Errorf("adopting was answered %+v", a)
	}
	if a := do(report.VerbAdopt, "C1", ben); a.Digest.Kind != event.DigestTaken || a.Digest.Who.Name != "anna" {
		t.Errorf("adopting what is adopted was answered %+v", a)
	}
	if a := do(report.VerbAdopt, "C7", ben); a.Digest.Kind != event.DigestGone {
		t.Errorf("adopting what is not there was answered %+v", a)
	}
	r.settled()
	r.eventually("the digest shows who adopted the step", func() bool {
		var text strings.Builder
		for _, m := range append(r.sim.Thread("cost-review", r.digests()[0].TS), r.digests()[0]) {
			text.WriteString(m.PlainText())
		}
		return strings.Contains(text.String(), "adopted")
	})
	if adopted, _, err := r.store.Digests.Adoptions(t.Context()); err != nil || adopted["C1"].By != "anna" {
		t.Errorf("the adoption is not remembered: %+v, %v", adopted, err)
	}
	// The first wins in every digest that offers the step.
	r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly"})
	r.have(2)
	again := event.DigestAct{Verb: report.VerbAdopt, Digest: 2, Subject: "C1", User: ben}
	if a := r.act("adopt", again); a.Digest.Kind != event.DigestTaken || a.Digest.Who.Name != "anna" {
		t.Errorf("adopting what is adopted in another digest was answered %+v", a)
	}
	if a := do(report.VerbUndo, "C1", ben); a.Digest.Kind != event.DigestApplied {
		t.Errorf("taking it back was answered %+v", a)
	}
	if adopted, _, err := r.store.Digests.Adoptions(t.Context()); err != nil || len(adopted) != 0 {
		t.Errorf("what was taken back is remembered: %+v, %v", adopted, err)
	}

	// An investigation opens an incident with the playbook for it, once.
	a := do(report.VerbInvestigate, spike, ben)
	if a.Incident.Kind != incident.AnswerStarted {
		t.Fatalf("investigating was answered %+v", a)
	}
	opened, ok, err := r.store.Incident(t.Context(), a.Incident.Incident)
	if err != nil || !ok || opened.Playbook.Name != "cdn-cost" || opened.Labels["service"] != "Amazon CloudFront" {
		t.Errorf("got incident %+v, %v", opened, err)
	}
	if a := do(report.VerbInvestigate, spike, anna); a.Digest.Kind != event.DigestTaken || a.Digest.Who.Name != "ben" {
		t.Errorf("investigating again was answered %+v", a)
	}
	d, _, err := r.store.Digests.Document(t.Context(), 1)
	if err != nil || d.Marks[spike].Incident != opened.Number {
		t.Errorf("the digest does not know the incident: %+v, %v", d.Marks, err)
	}
	if a := do(report.VerbExpected, spike, anna); a.Digest.Kind != event.DigestApplied {
		t.Errorf("calling it expected after that was answered %+v", a)
	}
	r.settled()
	if said := r.digests()[0].PlainText(); !strings.Contains(said, "Expected, says anna") || !strings.Contains(said, "by ben: INC-1") {
		t.Errorf("the digest does not say who looked into it and who expected it:\n%s", said)
	}
	r.settled()
	if n := len(r.roots()); n != 1 {
		t.Errorf("got %d incidents, want 1", n)
	}
}

// TestDigestScheduleOfItsOwn: what other words for when, or another name, would have
// been due is nothing that was missed.
func TestDigestScheduleOfItsOwn(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(time.Hour))
	hourly := every("weekly", "each hour", tick, time.Hour)
	r.configure(hourly)
	r.passes(tick.Add(12*time.Hour + time.Minute)) // one that was asked for, and none for the hours before
	r.now.Store(tick.Add(13 * time.Hour).Unix())
	if said := r.have(2).PlainText(); !strings.Contains(said, "skipped 0") {
		t.Errorf("hours before the new schedule count as skipped:\n%s", said)
	}
	r.configure(every("other", "mondays", tick, week))
	r.eventually("the old digest is forgotten", func() bool {
		passed, err := r.store.Digests.Passed(t.Context())
		return err == nil && len(passed) == 1 && !passed["other"].At.IsZero()
	})
	r.configure(hourly)
	r.passes(tick.Add(20*time.Hour + time.Minute))
}

// TestDigestOfEachMinute: after a long silence it goes on.
func TestDigestOfEachMinute(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick)
	r.configure(every("weekly", "each minute", tick, time.Minute))
	r.begin(r.store)
	r.now.Store(tick.Add(60 * 24 * time.Hour).Unix())
	r.have(1)
	if d, _, err := r.store.Digests.Document(t.Context(), 1); err != nil || !d.Tick.Equal(tick.Add(60*24*time.Hour)) {
		t.Errorf("digest 1 is for %s, %v, want the newest tick", d.Tick, err)
	}
}

// TestDigestBesideOneThatFails: a panic and an error of one digest hold up neither the
// others nor the coordinator.
func TestDigestBesideOneThatFails(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick.Add(-time.Hour))
	r.report = func(d coordinator.Digest, told report.Report) (report.Report, error) {
		switch d.Name {
		case "breaks":
			panic("out of range")
		case "fails":
			return told, errors.New("the store does not answer")
		}
		return told, nil
	}
	r.configure(every("breaks", "", tick, week), every("fails", "", tick, week), every("weekly", "", tick, week))
	r.begin(r.store)
	r.now.Store(tick.Unix())
	r.eventually("the digest behind them is posted", func() bool { return len(r.digests()) == 1 })
	if a := r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly"}); a.Digest.Kind != event.DigestAsked {
		t.Errorf("asking for another was answered %+v", a)
	}
	r.eventually("the digest that was asked for is posted", func() bool { return len(r.digests()) == 2 })
}

// TestDigestWhoseCommitIsNotAnswered: it was stored all the same, and is posted once.
func TestDigestWhoseCommitIsNotAnswered(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick.Add(-time.Hour))
	line := startDeafLine(t, r.address, ":tick:weekly:")
	r.begin(r.openStore(line.address))
	r.now.Store(tick.Unix())
	r.have(1)
	if !line.deaf.Load() {
		t.Error("no answer was lost")
	}
}

// TestTwoAdoptionsInOneBatch: two people adopt the same cost step in two digests at
// the same moment. The coordinator reads both clicks at once; the first wins all the same,
// and the second is told of the first.
func TestTwoAdoptionsInOneBatch(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick.Add(-time.Hour))
	raw := redis.NewClient(&redis.Options{Network: "unix", Addr: r.address, MaxRetries: -1, Protocol: 2})
	t.Cleanup(func() { raw.Close() })
	people := []incident.User{{ID: "U0SIM00001", Name: "anna"}, {ID: "U0SIM00002", Name: "ben"}, {ID: "U0SIM00002", Name: "ben"}}
	for k, by := range people {
		document, err := json.Marshal(report.Document{
			Schema: report.Schema, Number: k + 1, Version: 1, Channel: "#cost-review", Tick: tick,
			Report: report.Report{Schema: report.Schema, Digest: "weekly", MadeAt: tick, Steps: []report.CostStep{{ID: "C1", Title: "Reserved instances", Applies: true}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := raw.Set(t.Context(), fmt.Sprintf("%sdigest:%d", deadBase, k+1), document, 0).Err(); err != nil {
			t.Fatal(err)
		}
		adopt := event.DigestAct{Verb: report.VerbAdopt, Digest: k + 1, Subject: "C1", User: by}
		if _, _, err := r.store.Put(t.Context(), event.Event{Op: fmt.Sprint("adopt-", k), At: time.Now().UTC(), Digest: &adopt}); err != nil {
			t.Fatal(err)
		}
	}
	r.begin(r.store)
	for k, want := range []event.DigestAnswerKind{event.DigestApplied, event.DigestTaken, event.DigestTaken} {
		var answer event.Answer
		r.eventually(fmt.Sprintf("click %d is answered", k), func() bool {
			got, ok, err := r.store.Answered(t.Context(), fmt.Sprint("adopt-", k))
			answer = got
			return err == nil && ok
		})
		if answer.Digest.Kind != want || want == event.DigestTaken && answer.Digest.Who.Name != "anna" {
			t.Errorf("click %d was answered %+v, want %s", k, answer, want)
		}
	}
	if adopted, _, err := r.store.Digests.Adoptions(t.Context()); err != nil || adopted["C1"].By != "anna" {
		t.Errorf("got %+v, %v, want the step adopted by anna", adopted, err)
	}
}

// TestClickOnADigestThatCannotBeRead: the click is set aside, and the inbox goes on.
func TestClickOnADigestThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(-time.Hour))
	raw := redis.NewClient(&redis.Options{Network: "unix", Addr: r.address, MaxRetries: -1, Protocol: 2})
	t.Cleanup(func() { raw.Close() })
	if err := raw.Set(t.Context(), deadBase+"digest:1", `{"schema":1,"number":1,"ver`, 0).Err(); err != nil {
		t.Fatal(err)
	}
	if a := r.act("adopt", event.DigestAct{Verb: report.VerbAdopt, Digest: 1, Subject: "C1"}); a.Digest.Kind != event.DigestFailed {
		t.Errorf("got %+v, want it said that the click failed", a)
	}
	if a := r.act("adopt", event.DigestAct{Verb: report.VerbAdopt, Digest: 2, Subject: "C1"}); a.Digest.Kind != event.DigestGone {
		t.Errorf("the click behind it was answered %+v", a)
	}
}

// deafLine is a way to Redis on which the answer to the first request that holds a
// mark is lost.
type deafLine struct {
	address string
	deaf    atomic.Bool // it was
}

func startDeafLine(t *testing.T, to, mark string) *deafLine {
	t.Helper()
	line := &deafLine{}
	line.address = startWay(t, to, func(near, far net.Conn) {
		var lost atomic.Bool // of this connection
		go relay(far, near, func(data []byte) bool {
			if bytes.Contains(data, []byte(mark)) && line.deaf.CompareAndSwap(false, true) {
				lost.Store(true)
			}
			return true
		})
		go relay(near, far, func([]byte) bool { return !lost.Load() })
	})
	return line
}

// startWay is another address for a server: join is given each connection to it, and one
// to the server.
func startWay(t *testing.T, to string, join func(near, far net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	network := "tcp"
	if strings.HasPrefix(to, "/") {
		network = "unix"
	}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial(network, to)
			if err != nil {
				near.Close()
				continue
			}
			join(near, far)
		}
	}()
	return listener.Addr().String()
}

// relay passes on what may pass; then both ends are closed.
func relay(to, from net.Conn, may func(data []byte) bool) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 256<<10)
	for {
		n, err := from.Read(buffer)
		if !may(buffer[:n]) {
			return
		}
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

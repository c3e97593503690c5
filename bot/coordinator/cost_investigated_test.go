package coordinator_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// watchedRig is a rig whose digest is watched: each look finds what alarms says of it, under
// its number.
func watchedRig(t *testing.T, looks *atomic.Int64, alarms func(look int64) []report.Alarm) *reviewRig {
	t.Helper()
	r := prepareReviewRig(t, tick.Add(-48*time.Hour))
	digest := every("weekly", "mondays", tick, week)
	digest.Watched, digest.Alarms = true, "#incidents"
	r.configure(digest)
	r.watch = func(_ coordinator.Digest, known report.Watched) ([]report.Alarm, report.Watched, error) {
		look := looks.Add(1)
		known.Since = 20_000 - money.Day(look)
		return alarms(look), known, nil
	}
	return r
}

// looked lets the watch look again, and waits until what it found is handled.
func (r *reviewRig) looked(looks *atomic.Int64) {
	r.t.Helper()
	for range 2 { // the second begins when the first is over
		before := looks.Load()
		r.now.Add(2 * 3600)
		r.eventually("it is looked again", func() bool { return looks.Load() > before })
	}
	r.act("last", event.DigestAct{Verb: report.VerbAdopt, Digest: 99, Subject: "C1"}) // all before it in the inbox is handled
}

// alarmOf is the spike that the rig's digests tell, on days.
func alarmOf(days ...money.Day) []report.Alarm {
	return []report.Alarm{{Digest: "weekly", Currency: "USD", Week: money.WeekOf(days[0]), Spike: report.Anomaly{
		Series: spike, Service: "Amazon CloudFront", CDN: true, Days: days, Actual: 4000, Expected: 1000, Excess: 3000, Highest: 4000,
	}}}
}

// opened are the incidents that there are.
func (r *reviewRig) opened() (all []string) {
	r.t.Helper()
	for n := 1; n < 9; n++ {
		_, ok, err := r.store.Incident(r.t.Context(), n)
		if err != nil {
			r.t.Fatal(err)
		}
		if ok {
			all = append(all, fmt.Sprint("INC-", n))
		}
	}
	return all
}

// toldOn is the day of the spike in a digest.
func (r *reviewRig) toldOn(number int) money.Day {
	r.t.Helper()
	d, ok, err := r.store.Digests.Document(r.t.Context(), number)
	if err != nil || !ok {
		r.t.Fatalf("digest %d: %t, %v", number, ok, err)
	}
	return d.Report.Money[0].Spikes[0].Days[0]
}

// TestASpikeHasOneIncidentWhoeverOpensIt: what somebody investigates in a digest the watch
// opens no second incident about when it gains a day, and the other way round. The digest
// names it, and whoever clicks is told.
func TestASpikeHasOneIncidentWhoeverOpensIt(t *testing.T) {
	t.Parallel()
	anna := incident.User{ID: "U0SIM00001", Name: "anna"}
	investigate := event.DigestAct{Verb: report.VerbInvestigate, Digest: 1, Subject: spike, User: anna}
	for _, first := range []string{"a person", "the watch"} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			var looks atomic.Int64
			var found atomic.Pointer[[]report.Alarm]
			r := watchedRig(t, &looks, func(int64) []report.Alarm {
				if all := found.Load(); all != nil {
					return *all
				}
				return nil
			})
			r.begin(r.store)
			r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly", Again: true})
			r.have(1)
			day := r.toldOn(1)
			watched := func() {
				all := alarmOf(day-1, day)
				found.Store(&all)
				r.looked(&looks)
			}
			if first == "a person" {
				if a := r.act("investigate", investigate); a.Incident.Kind != incident.AnswerStarted {
					t.Fatalf("investigating was answered %+v", a)
				}
				watched()
			} else {
				watched()
				if a := r.act("investigate", investigate); a.Digest.Kind != event.DigestApplied || a.Digest.State != "INC-1" {
					t.Errorf("investigating what the watch has told was answered %+v", a)
				}
			}
			if got := r.opened(); !slices.Equal(got, []string{"INC-1"}) {
				t.Errorf("got %q, want one incident", got)
			}
			r.eventually("the digest names the incident", func() bool { return strings.Contains(r.all(1), "by anna: INC-1") })
			raised, err := r.store.Digests.Raised(t.Context())
			if got := raised[report.AlarmKey("weekly", spike)]; err != nil || got.Incident != 1 || !got.Has([]money.Day{day}) || got.Usual <= 0 || got.Highest <= got.Usual {
				t.Errorf("remembered: %+v, %v, want INC-1", raised, err)
			}
			// Another spike of the service is another incident.
			all := alarmOf(day + 20)
			found.Store(&all)
			r.looked(&looks)
			if got := r.opened(); !slices.Equal(got, []string{"INC-1", "INC-2"}) {
				t.Errorf("got %q, want another incident about another spike", got)
			}
			// The older one, in a digest of then, is INC-1's still, and does not take the newer one's place.
			if a := r.act("investigate", investigate); a.Digest.Kind != event.DigestAlready || len(r.opened()) != 2 {
				t.Errorf("investigating again was answered %+v", a)
			}
			if raised, err := r.store.Digests.Raised(t.Context()); err != nil || raised[report.AlarmKey("weekly", spike)].Incident != 2 {
				t.Errorf("remembered: %+v, %v, want INC-2", raised, err)
			}
		})
	}
}

// TestAnInvestigatedSpikeIsAnIncidentOnceByWhoeverDies: a coordinator is killed at the
// commit of the incident that somebody opens about a spike. The next one looks, and finds
// the spike with a day that came late. One incident is opened.
func TestAnInvestigatedSpikeIsAnIncidentOnceByWhoeverDies(t *testing.T) {
	t.Parallel()
	for _, f := range []fate{lost, unanswered, late} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			var looks, day atomic.Int64
			r := watchedRig(t, &looks, func(look int64) []report.Alarm {
				if look == 1 || day.Load() == 0 {
					return nil
				}
				return alarmOf(money.Day(day.Load())-1, money.Day(day.Load()))
			})
			end := r.begin(r.store)
			r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly", Again: true})
			r.have(1)
			end()
			raw := redis.NewClient(&redis.Options{Network: "unix", Addr: r.address, MaxRetries: -1, Protocol: 2})
			t.Cleanup(func() { raw.Close() })
			if err := raw.Del(t.Context(), deadBase+"lease").Err(); err != nil {
				t.Fatal(err)
			}
			day.Store(int64(r.toldOn(1)))
			looks.Store(0)
			r.put("investigate", event.DigestAct{Verb: report.VerbInvestigate, Digest: 1, Subject: spike, User: incident.User{ID: "U0SIM00001", Name: "anna"}})
			r.killedAt(`"incident":1,"days"`, f, &looks)
			if got := r.opened(); !slices.Equal(got, []string{"INC-1"}) {
				t.Errorf("got %q, want one incident", got)
			}
			d, _, err := r.store.Digests.Document(t.Context(), 1)
			if err != nil || d.Marks[spike].Incident != 1 {
				t.Errorf("the digest does not name the incident: %+v, %v", d.Marks, err)
			}
		})
	}
}

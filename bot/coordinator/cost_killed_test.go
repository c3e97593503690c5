package coordinator_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
)

// fate is what becomes of the last request of a coordinator that is killed.
type fate string

const (
	lost       fate = "lost"       // it does not arrive
	unanswered fate = "unanswered" // it arrives
	late       fate = "late"       // it arrives when the next coordinator has done it
	unstored   fate = "unstored"   // Slack's: it is answered, and that can be written down no more
)

// lastLine is a coordinator's way to Redis, which ends at the first request that holds a mark.
type lastLine struct {
	address string
	mark    string // empty: it ends by end alone
	fate    fate
	over    atomic.Bool
	ended   chan struct{}
	let     chan struct{} // closed when what is late may arrive
	arrived chan struct{} // what was late has
	mu      sync.Mutex
	nears   []net.Conn
}

func startLastLine(t *testing.T, to, mark string, f fate) *lastLine {
	t.Helper()
	l := &lastLine{mark: mark, fate: f, ended: make(chan struct{}), let: make(chan struct{}), arrived: make(chan struct{})}
	l.address = startWay(t, to, func(near, far net.Conn) {
		if l.over.Load() {
			near.Close()
			far.Close()
			return
		}
		l.mu.Lock()
		l.nears = append(l.nears, near)
		l.mu.Unlock()
		answered := make(chan struct{})
		seen := sync.OnceFunc(func() { close(answered) })
		go relay(near, far, func([]byte) bool {
			if l.over.Load() {
				seen()
			}
			return !l.over.Load()
		})
		go relay(far, near, func(data []byte) bool {
			if l.mark != "" && bytes.Contains(data, []byte(l.mark)) && l.over.CompareAndSwap(false, true) {
				l.last(far, bytes.Clone(data), answered)
			}
			return !l.over.Load()
		})
	})
	return l
}

// last deals with the request that holds the mark.
func (l *lastLine) last(far net.Conn, data []byte, answered chan struct{}) {
	switch l.fate {
	case unanswered:
		_, _ = far.Write(data)
		<-answered
	case late:
		defer func() {
			<-l.let
			_, _ = far.Write(data)
			<-answered
			close(l.arrived)
		}()
	}
	l.close()
}

// end ends the line between two requests; false when it was over.
func (l *lastLine) end() bool {
	if !l.over.CompareAndSwap(false, true) {
		return false
	}
	l.close()
	return true
}

func (l *lastLine) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, near := range l.nears {
		near.Close()
	}
	close(l.ended)
}

// slackUntil is a way to Slack on which the first post is the last request of a coordinator:
// its way to Redis ends there.
func slackUntil(t *testing.T, to string, l *lastLine) (address string) {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if l.over.Load() {
			panic(http.ErrAbortHandler)
		}
		if !strings.HasSuffix(req.URL.Path, "/chat.postMessage") {
			forward.ServeHTTP(w, req)
			return
		}
		if l.fate == lost {
			l.end()
			panic(http.ErrAbortHandler)
		}
		answer := httptest.NewRecorder()
		forward.ServeHTTP(answer, req)
		l.end()
		if l.fate == unanswered {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// killedAt runs a coordinator that is killed at a request to Redis that holds a mark, or to
// Slack when that is empty, and then another one, which looks thrice, as looks counts. One message comes.
func (r *reviewRig) killedAt(mark string, f fate, looks *atomic.Int64) {
	r.t.Helper()
	t := r.t
	line := startLastLine(t, r.address, mark, f)
	straight := r.direct
	if mark == "" {
		r.direct = slackUntil(t, straight, line)
	}
	// The scripts are known, so that the last request is not one that asks for them.
	r.put("first", event.DigestAct{Verb: report.VerbAdopt, Digest: 99, Subject: "C1"})
	end := r.begin(r.openStore(line.address))
	r.eventually("the coordinator is killed", func() bool {
		select {
		case <-line.ended:
			return true
		default:
			return false
		}
	})
	end()
	looks.Store(0)
	raw := redis.NewClient(&redis.Options{Network: "unix", Addr: r.address, MaxRetries: -1, Protocol: 2})
	t.Cleanup(func() { raw.Close() })
	if err := raw.Del(t.Context(), deadBase+"lease").Err(); err != nil { // it runs out
		t.Fatal(err)
	}
	r.direct = straight
	r.begin(r.store)
	first := r.have(1)
	if f == late {
		close(line.let)
		r.eventually("what was late arrives", func() bool {
			select {
			case <-line.arrived:
				return true
			default:
				return false
			}
		})
	}
	for look := int64(1); look <= 3; look++ { // the third begins when the second is over
		r.eventually("it is looked again", func() bool { return looks.Load() >= look })
		r.now.Store(tick.Add(-48*time.Hour + time.Duration(look)*2*time.Hour).Unix())
	}
	r.act("last", event.DigestAct{Verb: report.VerbAdopt, Digest: 99, Subject: "C1"}) // all before it in the inbox is handled
	r.have(1)
	if got := r.digests()[0]; got.TS != first.TS {
		t.Errorf("the first message is %s, want %s", got.TS, first.TS)
	}
}

// TestABudgetIsToldOnceByWhoeverDies: a coordinator is killed at each point between the
// decision to tell owners of a budget, its commit and Slack's answer. They hear of it once.
func TestABudgetIsToldOnceByWhoeverDies(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		mark  string
		fates []fate
	}{
		"commit": {`weekly/all`, []fate{lost, unanswered, late}},
		"post":   {``, []fate{lost, unanswered, unstored}},
	} {
		for _, f := range at.fates {
			t.Run(name+" "+string(f), func(t *testing.T) {
				t.Parallel()
				r := prepareReviewRig(t, tick.Add(-48*time.Hour))
				var looks atomic.Int64
				r.notices = func(d coordinator.Digest, told map[string]report.Told) ([]report.Notice, error) {
					looks.Add(1)
					month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
					if slices.Contains(told[report.BudgetKey(d.Name, "all")]["2026-11"], report.NearlyUsed) {
						return nil, nil
					}
					return []report.Notice{{
						Digest: d.Name, Currency: "USD", Level: report.NearlyUsed, Told: report.Told{"2026-11": {report.NearlyUsed}},
						Budget: report.MonthEnd{Name: "all", Budget: 200_000, Month: month, Owners: []string{"@finops"}, Why: "not yet"},
					}}, nil
				}
				r.killedAt(at.mark, f, &looks)
				if said := r.digests()[0].PlainText(); !strings.Contains(said, "Budget all: more than 80 % is spent") {
					t.Errorf("the message is not the notice:\n%s", said)
				}
				if newest, err := r.store.Digests.Newest(t.Context()); newest != 1 || err != nil {
					t.Errorf("got %d notices, %v, want one", newest, err)
				}
			})
		}
	}
}

// TestASpikeIsAnIncidentOnceByWhoeverDies: a coordinator is killed at each point between
// finding a spike, remembering it, opening its incident and Slack's answer. The next one finds
// it again unless it is remembered, and then with the day before it too. One incident is
// opened, and posted once.
func TestASpikeIsAnIncidentOnceByWhoeverDies(t *testing.T) {
	t.Parallel()
	day := money.DayOf(tick) - 5
	series := report.SeriesID("AWS", "Amazon CloudFront", "USD")
	for name, at := range map[string]struct {
		mark  string
		fates []fate
	}{
		"find":     {`alarm/weekly/`, []fate{lost, unanswered, late}},
		"remember": {`"since"`, []fate{lost, unanswered, late}},
		"open":     {`"incident":1,"days"`, []fate{lost, unanswered, late}},
		"post":     {``, []fate{lost, unanswered, unstored}},
	} {
		for _, f := range at.fates {
			t.Run(name+" "+string(f), func(t *testing.T) {
				t.Parallel()
				r := prepareReviewRig(t, tick.Add(-48*time.Hour))
				digest := every("weekly", "mondays", tick, week)
				digest.Watched, digest.Alarms = true, "#cost-review"
				r.configure(digest)
				var looks atomic.Int64
				r.watch = func(d coordinator.Digest, known report.Watched) ([]report.Alarm, report.Watched, error) {
					look, days := looks.Add(1), []money.Day{day}
					switch {
					case look > 1:
						days = []money.Day{day - 1, day}
					case known.Since != 0:
						return nil, known, nil
					}
					known.Since = day - money.Day(look)
					return []report.Alarm{{Digest: d.Name, Currency: "USD", Week: money.WeekOf(day), Spike: report.Anomaly{
						Series: series, Provider: "AWS", Service: "Amazon CloudFront", Days: days, Actual: 4000, Expected: 1000, Excess: 3000, Highest: 4000, CDN: true,
					}}}, known, nil
				}
				r.killedAt(at.mark, f, &looks)
				for number, want := range map[int]bool{1: true, 2: false} {
					if _, ok, err := r.store.Incident(t.Context(), number); ok != want || err != nil {
						t.Errorf("INC-%d is there: %t, %v, want %t", number, ok, err, want)
					}
				}
				raised, err := r.store.Digests.Raised(t.Context())
				if got := raised[report.AlarmKey("weekly", series)]; err != nil || got.Incident != 1 || !slices.Equal(got.Days, []money.Day{day}) {
					t.Errorf("remembered: %+v, %v, want INC-1 with the day that was found first", raised, err)
				}
				if said := r.digests()[0].PlainText(); !strings.Contains(said, "INC-1") {
					t.Errorf("the first message is not the incident's:\n%s", said)
				}
			})
		}
	}
}

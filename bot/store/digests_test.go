package store_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

func sameMoney(a, b money.Amount) bool { return a == b }

func mustMoney(t *testing.T, text string) money.Amount {
	t.Helper()
	m, err := money.ParseMoney(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func document(n int) report.Document {
	return report.Document{
		Schema: report.Schema, Number: n, Version: 1, Channel: "#cost-review", Tick: start,
		Report: report.Report{Schema: report.Schema, Digest: "weekly", Week: money.WeekOf(money.DayOf(start)).Add(-1), MadeAt: start},
	}
}

// committed stores one commit and returns its refusal.
func committed(t *testing.T, e env, fence store.Fence, c store.Commit) error {
	t.Helper()
	each, err := e.Commit(t.Context(), fence, c)
	if err != nil {
		t.Fatal(err)
	}
	return each[0]
}

func TestDigestIsPostedOncePerTick(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		lease, ok, err := e.Acquire(ctx)
		if err != nil || !ok {
			t.Fatalf("no lease: %v", err)
		}
		tick := store.Tick{Digest: "weekly", At: start}
		passing := store.Passed{Tick: tick, Schedule: "0 9 * * MON Europe/Berlin"}
		made := store.Commit{Review: store.DigestWrites{Digest: &store.SavedDigest{Document: document(1)}, Tick: &tick, Passed: &passing}}
		if err := committed(t, e, lease.Fence, made); err != nil {
			t.Fatal(err)
		}
		made.Review.Digest = &store.SavedDigest{Document: document(2)}
		if err := committed(t, e, lease.Fence, made); !errors.Is(err, store.ErrVersion) {
			t.Errorf("a second digest for the same tick: got %v, want %v", err, store.ErrVersion)
		}
		if err := committed(t, e, "9:other", store.Commit{Review: store.DigestWrites{Digest: &store.SavedDigest{Document: document(2)}}}); !errors.Is(err, store.ErrFenced) {
			t.Errorf("a digest of a coordinator that is none: got %v, want %v", err, store.ErrFenced)
		}
		ticked := value[[]string](t)(e.raw.Keys(ctx, base+"tick:*").Result())
		if want := []string{base + "tick:weekly:" + strconv.FormatInt(tick.At.Unix(), 10)}; !slices.Equal(ticked, want) {
			t.Fatalf("got ticks %q, want %q", ticked, want)
		}
		if got := value[string](t)(e.raw.Get(ctx, ticked[0]).Result()); got != `{"version":1,"digest":1}` {
			t.Errorf("got %s for the tick, want digest 1", got)
		}
		passed, err := e.Digests.Passed(ctx)
		if diff := cmp.Diff(map[string]store.Passed{"weekly": passing}, passed); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		if err := committed(t, e, lease.Fence, store.Commit{Review: store.DigestWrites{Unpass: "weekly"}}); err != nil {
			t.Fatal(err)
		}
		if passed, err = e.Digests.Passed(ctx); err != nil || len(passed) != 0 {
			t.Errorf("what is configured no more is remembered: %v, %v", passed, err)
		}
		if n, err := e.Digests.Newest(ctx); err != nil || n != 1 {
			t.Errorf("got newest digest %d, %v, want 1", n, err)
		}
		got, ok, err := e.Digests.Document(ctx, 1)
		if diff := cmp.Diff(document(1), got, cmp.Comparer(sameMoney), cmpopts.IgnoreUnexported(report.Document{})); err != nil || !ok || diff != "" {
			t.Errorf("%v, %t, want, got:\n%s", err, ok, diff)
		}
		dirty, err := e.Dirty(ctx)
		if diff := cmp.Diff([]topic.ID{topic.Digest(1)}, dirty); err != nil || diff != "" {
			t.Errorf("dirty: %v, want, got:\n%s", err, diff)
		}
		if n, err := e.Digests.Forget(ctx, lease.Fence, start, 10); err != nil || n != 0 {
			t.Errorf("forgot %d digests that are young enough, %v", n, err)
		}
		if n, err := e.Digests.Forget(ctx, lease.Fence, start.Add(time.Second), 10); err != nil || n != 1 {
			t.Errorf("forgot %d digests, %v, want 1", n, err)
		}
		if _, ok, err := e.Digests.Document(ctx, 1); ok || err != nil {
			t.Errorf("a forgotten digest is still there, %v", err)
		}
		if n, err := e.Digests.Newest(ctx); err != nil || n != 1 {
			t.Errorf("got newest digest %d, %v: numbers are not given twice", n, err)
		}
	})
}

func TestWhatPeopleSaidAboutDigests(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		lease, _, err := e.Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		asked := store.Asked{Op: "op-1", Digest: "weekly", By: "U1", At: start}
		expected := report.Expectation{Series: "5e71e5", By: "anna", Reason: "sale", Week: money.WeekOf(20_000), Until: 20_000}
		adopted := report.Adoption{State: report.StepAdopted, By: "anna", At: start}
		if err := committed(t, e, lease.Fence, store.Commit{Review: store.DigestWrites{
			Ask: &asked, Expect: &expected, Adopt: map[string]report.Adoption{"C1": adopted, "C2": adopted},
		}}); err != nil {
			t.Fatal(err)
		}
		if err := committed(t, e, lease.Fence, store.Commit{Review: store.DigestWrites{Adopt: map[string]report.Adoption{"C2": {State: report.StepOpen}}}}); err != nil {
			t.Fatal(err)
		}
		gotAsked, _, err := e.Digests.Asked(ctx)
		if diff := cmp.Diff([]store.Asked{asked}, gotAsked); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		gotExpected, _, err := e.Digests.Expected(ctx)
		if diff := cmp.Diff(map[string]report.Expectation{"5e71e5": expected}, gotExpected); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		gotAdopted, _, err := e.Digests.Adoptions(ctx)
		if diff := cmp.Diff(map[string]report.Adoption{"C1": adopted}, gotAdopted); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		if err := committed(t, e, lease.Fence, store.Commit{Review: store.DigestWrites{Unask: "op-1"}}); err != nil {
			t.Fatal(err)
		}
		if gotAsked, _, err = e.Digests.Asked(ctx); err != nil || len(gotAsked) != 0 {
			t.Errorf("still asked for: %v, %v", gotAsked, err)
		}
	})
}

func TestCosts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		day := money.DayOf(start)
		odd := money.Group{Provider: "AWS", Service: "A \"quoted\", [odd] one\n", Category: "Compute", Account: "1", BillingAccount: "9", Currency: "USD", Kind: money.Usage, Pricing: "Standard", Batch: true}
		plain := money.Group{Service: "Tokens", Currency: "TOKENS", Kind: money.Credit}
		spread := money.Group{Service: "Tokens", Currency: "TOKENS", Kind: money.Credit, Spread: true}
		cost := func(text string) money.Cost {
			return money.Cost{Amount: mustMoney(t, text), Billed: mustMoney(t, "-0.000000000000000001")}
		}
		reading := money.Reading{
			Source: "focus-1", Name: "FOCUS files", Origin: money.FOCUS, At: start, Newest: day, Known: true,
			Days: money.Days{day: {odd: cost("12.5"), plain: cost("1e-9"), spread: cost("2")}, day - 1: {plain: cost("3")}},
		}
		many := map[money.Group]money.Cost{}
		for k := range 2500 { // more than one command holds
			many[money.Group{Service: "s", Account: string(rune('a'+k%26)) + time.Duration(k).String(), Currency: "USD", Kind: money.Usage}] = cost("1")
		}
		reading.Days[day-2] = many
		restated := []money.Restatement{{At: start, Day: day - 3, Currency: "USD", Was: mustMoney(t, "1"), Now: mustMoney(t, "2")}}
		if err := e.Costs.SaveCosts(ctx, reading, restated); err != nil {
			t.Fatal(err)
		}
		got, _, err := e.Costs.Days(ctx, "focus-1", day-10, day)
		if diff := cmp.Diff(reading.Days, got, cmp.Comparer(sameMoney)); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		// A later reading replaces the days that it tells of, and leaves the others.
		later := reading
		later.Days = money.Days{day: {plain: cost("7")}}
		if err := e.Costs.SaveCosts(ctx, later, nil); err != nil {
			t.Fatal(err)
		}
		got, _, err = e.Costs.Days(ctx, "focus-1", day-1, day)
		want := money.Days{day: {plain: cost("7")}, day - 1: {plain: cost("3")}}
		if diff := cmp.Diff(want, got, cmp.Comparer(sameMoney)); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		sources, _, err := e.Costs.CostSources(ctx)
		later.Days = nil
		if diff := cmp.Diff(map[string]money.Reading{"focus-1": later}, sources); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		told, err := e.Costs.Restated(ctx)
		if diff := cmp.Diff(restated, told, cmp.Comparer(sameMoney)); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
		// What is older than it is kept leaves when a source is read again.
		later.At = start.AddDate(2, 2, 10)
		if err := e.Costs.SaveCosts(ctx, later, nil); err != nil {
			t.Fatal(err)
		}
		if got, _, err = e.Costs.Days(ctx, "focus-1", day-10, day); err != nil || len(got) != 0 {
			t.Errorf("%d old days are still there, %v", len(got), err)
		}
	})
}

// TestHalfADayOfCosts: a Redis that is full in the middle of a day leaves the one
// that was stored before.
func TestHalfADayOfCosts(t *testing.T) {
	t.Parallel()
	node := startServer(t, "--maxmemory-policy", "noeviction")
	e := open(t, node.Addr, store.Options{})
	day := money.DayOf(start)
	reading := money.Reading{Source: "focus-1", Name: "FOCUS files", At: start, Days: money.Days{}}
	one := money.Cost{Amount: mustMoney(t, "1"), Billed: mustMoney(t, "1")}
	reading.Days.Add(day, money.Group{Service: "was", Currency: "USD", Kind: money.Usage}, one)
	must(t, e.Costs.SaveCosts(t.Context(), reading, nil))
	want := reading.Days
	reading.Days = money.Days{}
	for k := range 60_000 {
		reading.Days.Add(day, money.Group{Service: "is", Account: strconv.Itoa(k), Currency: "USD", Kind: money.Usage}, one)
	}
	memory := value[string](t)(e.raw.Info(t.Context(), "memory").Result())
	_, after, _ := strings.Cut(memory, "used_memory:")
	text, _, _ := strings.Cut(after, "\r")
	used := value[int](t)(strconv.Atoi(text))
	must(t, e.raw.ConfigSet(t.Context(), "maxmemory", strconv.Itoa(used+4<<20)).Err())
	if err := e.Costs.SaveCosts(t.Context(), reading, nil); err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Fatalf("got %v, want that Redis is full", err)
	}
	got, _, err := e.Costs.Days(t.Context(), "focus-1", day, day)
	if err != nil || len(got[day]) != 1 {
		t.Errorf("got %d groups, %v, want the %d of the day as it was", len(got[day]), err, len(want[day]))
	}
}

func TestOneReplicaImports(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, e env) {
		take := func(replica string) bool {
			t.Helper()
			ok, err := e.Costs.TakeImport(t.Context(), "focus-1", replica)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if !take("a") {
			t.Error("the first replica did not get the lease")
		}
		if !take("a") {
			t.Error("the first replica could not prolong its lease")
		}
		if take("b") {
			t.Error("a second replica got the lease")
		}
		if err := e.Costs.LeaveImport(t.Context(), "focus-1", "b"); err != nil || take("b") {
			t.Errorf("a lease was handed back by somebody else: %v", err)
		}
		if err := e.Costs.LeaveImport(t.Context(), "focus-1", "a"); err != nil || !take("b") {
			t.Errorf("a lease that was handed back could not be taken: %v", err)
		}
	})
}

func TestUsersByWeek(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, e env) {
		week := money.WeekOf(money.DayOf(start))
		for k, users := range []float64{44e6, 43.1e6, 0, 41e6} {
			if users > 0 {
				if err := e.Costs.SaveUsers(t.Context(), week.Add(-k), users); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, err := e.Costs.UsersByWeek(t.Context(), week, 3)
		if diff := cmp.Diff(map[money.Week]float64{week: 44e6, week.Add(-1): 43.1e6}, got); err != nil || diff != "" {
			t.Errorf("%v, want, got:\n%s", err, diff)
		}
	})
}

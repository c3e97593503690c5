package ingest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

func TestImportFiles(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	s := r.files()
	im := r.importer("a", s)
	r.write("1.csv", r.day("2026-11-18"), "10", "20", "30")
	im.round(t.Context())
	if diff := cmp.Diff(map[string]string{"2026-11-18": "10", "2026-11-19": "20", "2026-11-20": "30"}, r.totals(s.ID)); diff != "" {
		t.Fatalf("want, got:\n%s", diff)
	}

	// A settled day changes, the newest comes: the first is restated, the second is not.
	r.now = r.now.Add(time.Hour)
	r.write("1.csv", r.day("2026-11-18"), "10", "25", "30", "40")
	im.round(t.Context())
	if diff := cmp.Diff(map[string]string{"2026-11-18": "10", "2026-11-19": "25", "2026-11-20": "30", "2026-11-21": "40"}, r.totals(s.ID)); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	restated, err := r.st.Costs.Restated(t.Context())
	if err != nil || len(restated) != 1 || restated[0].Source != s.ID || restated[0].Day != r.day("2026-11-19") || restated[0].Was.String() != "20" || restated[0].Now.String() != "25" {
		t.Errorf("got restated %+v, %v, want 19 November from 20 to 25", restated, err)
	}

	// Nothing changed: nothing is stored again.
	before, _, err := r.st.Costs.CostSources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Minute)
	im.round(t.Context())
	after, _, err := r.st.Costs.CostSources(t.Context())
	if err != nil || !after[s.ID].At.Equal(before[s.ID].At) {
		t.Errorf("unchanged files were stored again at %s, %v", after[s.ID].At, err)
	}
	// An hour later they are told of again, and only what changed is written: the 22nd.
	stored := r.storedDays()
	r.now = r.now.Add(time.Hour)
	r.write("2.csv", r.day("2026-11-22"), "7")
	im.round(t.Context())
	if n := r.storedDays() - stored; n != 1 || len(r.totals(s.ID)) != 5 {
		t.Errorf("%d days were written, want 1; stored are %v", n, r.totals(s.ID))
	}
}

// storedDays is how many times a day was put in its place.
func (r *rig) storedDays() int {
	r.t.Helper()
	stats, err := r.raw.Info(r.t.Context(), "commandstats").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	_, after, _ := strings.Cut(stats, "cmdstat_rename:calls=")
	text, _, _ := strings.Cut(after, ",")
	n, err := strconv.Atoi(text)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// TestImportKeepsWhatWasTold: a replica that has not seen a file before it broke
// takes nothing off the days that were stored from it.
func TestImportKeepsWhatWasTold(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	s := r.files()
	r.write("1.csv", r.day("2026-11-18"), "10", "20")
	r.write("2.csv", r.day("2026-11-18"), "1", "2")
	r.importer("a", s).round(t.Context())
	want := map[string]string{"2026-11-18": "11", "2026-11-19": "22"}
	if diff := cmp.Diff(want, r.totals(s.ID)); diff != "" {
		t.Fatalf("want, got:\n%s", diff)
	}
	if err := os.WriteFile(filepath.Join(r.folder, "2.csv"), []byte("EffectiveCost,BilledCost,BillingCurrency,ServiceName,ChargePeriodStart\n1,1,USD,EC2,2026-11-18T00:00:00Z\n2,2,\"US"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.write("3.csv", r.day("2026-11-20"), "5")
	r.now = r.now.Add(time.Minute)
	r.importer("b", s).round(t.Context())
	want["2026-11-20"] = "5"
	if diff := cmp.Diff(want, r.totals(s.ID)); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	told, _, err := r.st.Costs.CostSources(t.Context())
	if err != nil || len(told[s.ID].Notes) == 0 || !strings.Contains(told[s.ID].Notes[0].Text, "2.csv") {
		t.Errorf("nothing is said of the broken file: %+v, %v", told[s.ID].Notes, err)
	}
}

// TestBlindReplica: one that has no files says so only where nobody has, and never
// stands in the way of one that has.
func TestBlindReplica(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	s := r.files()
	blind := r.importer("blind", s)
	blind.round(t.Context())
	told, _, err := r.st.Costs.CostSources(t.Context())
	if err != nil || told[s.ID].Known || len(told[s.ID].Notes) == 0 {
		t.Fatalf("an empty folder is not told of: %+v, %v", told, err)
	}
	r.write("1.csv", r.day("2026-11-18"), "10")
	r.importer("seeing", s).round(t.Context())
	if err := os.Remove(filepath.Join(r.folder, "1.csv")); err != nil {
		t.Fatal(err)
	}
	told, _, err = r.st.Costs.CostSources(t.Context())
	if err != nil || !told[s.ID].Known {
		t.Fatalf("the files were not read: %+v, %v", told, err)
	}
	blind.round(t.Context())
	if told, _, err = r.st.Costs.CostSources(t.Context()); err != nil || !told[s.ID].Known {
		t.Errorf("a replica without files denied what another had told just before: %+v, %v", told, err)
	}
	r.now = r.now.Add(25 * time.Hour)
	blind.round(t.Context())
	if told, _, err = r.st.Costs.CostSources(t.Context()); err != nil || told[s.ID].Known {
		t.Errorf("files that nobody has seen for a day are not missed: %+v, %v", told, err)
	}
	if diff := cmp.Diff(map[string]string{"2026-11-18": "10"}, r.totals(s.ID)); diff != "" {
		t.Errorf("what was told before, want, got:\n%s", diff)
	}
}

// answers is a query source that knows some days.
type answers struct {
	known map[money.Day]string
	asked *[]money.Day
}

func (a answers) Read(_ context.Context, days []money.Day, now time.Time) money.Reading {
	*a.asked = days
	r := money.Reading{Source: "prometheus:1", Name: "Prometheus", Origin: money.Prometheus, At: now, Days: money.Days{}}
	for _, day := range days {
		if text, ok := a.known[day]; ok {
			m, _ := money.ParseMoney(text)
			r.Days.Add(day, money.Group{Service: "db", Currency: "USD", Kind: money.Usage}, money.Cost{Amount: m, Billed: m})
		}
	}
	r.Newest, r.Known = r.Days.Newest()
	return r
}

func TestImportQueries(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	var asked []money.Day
	known := map[money.Day]string{r.day("2026-11-10"): "1", r.day("2026-11-21"): "2", r.day("2026-11-22"): "3"}
	s := Source{ID: "prometheus:1", Name: "Prometheus", Query: answers{known, &asked}}
	im := r.importer("a", s)
	im.round(t.Context())
	if len(asked) != history || asked[len(asked)-1] != r.day("2026-11-22") {
		t.Errorf("asked for %d days up to %s at first, want %d up to yesterday", len(asked), asked[len(asked)-1], history)
	}
	asked = nil
	r.now = r.now.Add(time.Minute)
	im.round(t.Context())
	if asked != nil {
		t.Error("asked again within the hour")
	}
	// An hour later: what is missing of the last days, and what is not settled.
	r.now = r.now.Add(time.Hour)
	known[r.day("2026-11-22")] = "4"
	im.round(t.Context())
	if len(asked) != recent-1 { // 10 November is stored and settled
		t.Errorf("asked for %v, want the %d days of the last %d that are missing or unsettled", asked, recent-1, recent)
	}
	if diff := cmp.Diff(map[string]string{"2026-11-10": "1", "2026-11-21": "2", "2026-11-22": "4"}, r.totals(s.ID)); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	if restated, err := r.st.Costs.Restated(t.Context()); err != nil || len(restated) != 0 {
		t.Errorf("a day that was not settled counts as restated: %v, %v", restated, err)
	}
	// Prometheus forgets: what it told stays.
	clear(known)
	r.now = r.now.Add(2 * time.Hour)
	im.round(t.Context())
	if got := r.totals(s.ID); len(got) != 3 {
		t.Errorf("what Prometheus forgot is gone: %v", got)
	}
	told, _, err := r.st.Costs.CostSources(t.Context())
	if err != nil || !told[s.ID].Known || told[s.ID].Newest != r.day("2026-11-22") {
		t.Errorf("got %+v, %v, want the newest day that is stored", told[s.ID], err)
	}
}

// TestImportQueriesOfNobodyAtFirst: who does not answer at first is asked for all of
// its history once it does.
func TestImportQueriesOfNobodyAtFirst(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	var asked []money.Day
	known := map[money.Day]string{}
	im := r.importer("a", Source{ID: "prometheus:1", Name: "Prometheus", Query: answers{known, &asked}})
	im.round(t.Context())
	r.now = r.now.Add(time.Hour)
	known[r.day("2026-09-01")] = "1"
	im.round(t.Context())
	if diff := cmp.Diff(map[string]string{"2026-09-01": "1"}, r.totals("prometheus:1")); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
}

// TestFilesThatCameBack: files that were away for a day and are as they were are told
// of again.
func TestFilesThatCameBack(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	s := r.files()
	r.write("1.csv", r.day("2026-11-18"), "10")
	im := r.importer("a", s)
	im.round(t.Context())
	aside := filepath.Join(r.folder, "aside")
	if err := os.Rename(filepath.Join(r.folder, "1.csv"), aside); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(25 * time.Hour)
	im.round(t.Context())
	if told, _, err := r.st.Costs.CostSources(t.Context()); err != nil || told[s.ID].Known {
		t.Fatalf("files that are gone are not missed: %+v, %v", told, err)
	}
	if err := os.Rename(aside, filepath.Join(r.folder, "1.csv")); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Minute)
	im.round(t.Context())
	if told, _, err := r.st.Costs.CostSources(t.Context()); err != nil || !told[s.ID].Known || told[s.ID].Newest != r.day("2026-11-18") {
		t.Errorf("files that came back are still missed: %+v, %v", told, err)
	}
}

// breaks is a query source that panics.
type breaks struct{}

func (breaks) Read(context.Context, []money.Day, time.Time) money.Reading { panic("out of range") }

// TestImportBesideOneThatPanics: the other sources are imported, and its lease is free
// again.
func TestImportBesideOneThatPanics(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	s := r.files()
	r.write("1.csv", r.day("2026-11-18"), "10")
	r.importer("a", Source{ID: "prometheus:1", Name: "Prometheus", Query: breaks{}}, s).round(t.Context())
	if diff := cmp.Diff(map[string]string{"2026-11-18": "10"}, r.totals(s.ID)); diff != "" {
		t.Errorf("want, got:\n%s", diff)
	}
	if mine, err := r.st.Costs.TakeImport(t.Context(), "prometheus:1", "b"); err != nil || !mine {
		t.Errorf("the lease was not handed back: %v", err)
	}
}

func TestImportUsers(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	im := r.importer("a")
	users, known := 44e6, true
	im.Users = func(context.Context) (float64, bool) { return users, known }
	im.round(t.Context())
	users = 45e6
	im.round(t.Context()) // within the hour
	got, err := r.st.Costs.UsersByWeek(t.Context(), money.WeekOf(money.DayOf(r.now)), 2)
	if diff := cmp.Diff(map[money.Week]float64{money.WeekOf(money.DayOf(r.now)): 44e6}, got); err != nil || diff != "" {
		t.Errorf("%v, want, got:\n%s", err, diff)
	}
	r.now, known = r.now.Add(2*time.Hour), false
	im.round(t.Context())
	r.now, known = r.now.Add(2*time.Hour), true
	im.round(t.Context())
	if got, err = r.st.Costs.UsersByWeek(t.Context(), money.WeekOf(money.DayOf(r.now)), 1); err != nil || got[money.WeekOf(money.DayOf(r.now))] != 45e6 {
		t.Errorf("got %v, %v, want the last word of the week", got, err)
	}
}

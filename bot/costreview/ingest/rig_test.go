package ingest

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/source"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/testkit/storetest"
)

// monday is the morning on which the tests' digests are made, and week the one that
// they review.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const week = "2026-W47"

// rig is a store on a Redis of the test's own, and a folder of bills.
type rig struct {
	t      *testing.T
	st     *store.Store
	raw    *redis.Client
	folder string
	fence  store.Fence // of the coordinator's lease; empty: nothing was committed
	now    time.Time
}

func startRig(t *testing.T) *rig {
	t.Helper()
	opened, raw := storetest.Open(t, store.Options{InboxBound: 100, AnswerWithin: 10 * time.Minute})
	return &rig{t: t, st: opened.Workspace("T1"), raw: raw, folder: t.TempDir(), now: monday}
}

// write makes a bill of one service: a cost a day, from a day on.
func (r *rig) write(name string, from money.Day, costs ...string) {
	r.t.Helper()
	var text strings.Builder
	text.WriteString("EffectiveCost,BilledCost,BillingCurrency,ServiceName,ChargePeriodStart\n")
	for k, c := range costs {
		text.WriteString(fmt.Sprintf("%s,%s,USD,EC2,%sT00:00:00Z\n", c, c, from+money.Day(k)))
	}
	if err := os.WriteFile(filepath.Join(r.folder, name), []byte(text.String()), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) files() Source {
	f := source.Files{Patterns: []string{filepath.Join(r.folder, "*.csv")}}
	return Source{ID: f.Source(), Name: f.Name(), Files: &f}
}

func (r *rig) importer(replica string, sources ...Source) *Importer {
	im := &Importer{
		Costs: r.st.Costs, Replica: replica, Sources: func() []Source { return sources },
		Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.now },
	}
	im.begin()
	return im
}

// commit writes what the coordinator would.
func (r *rig) commit(all ...store.Commit) {
	r.t.Helper()
	if r.fence == "" {
		lease, _, err := r.st.Acquire(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		r.fence = lease.Fence
	}
	each, err := r.st.Commit(r.t.Context(), r.fence, all...)
	if err := errors.Join(append(each, err)...); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) day(text string) money.Day {
	r.t.Helper()
	day, err := money.ParseDay(text)
	if err != nil {
		r.t.Fatal(err)
	}
	return day
}

// totals are the stored costs of a source by day, in dollars.
func (r *rig) totals(from string) map[string]string {
	r.t.Helper()
	days, _, err := r.st.Costs.Days(r.t.Context(), from, 0, 30_000)
	if err != nil {
		r.t.Fatal(err)
	}
	sums := map[string]string{}
	for day, groups := range days {
		sums[day.String()] = totals(groups)["USD"].String()
	}
	return sums
}

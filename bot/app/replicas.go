package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/store"
)

const (
	announceEvery  = 2 * time.Second
	announceWithin = 2 * time.Second
	// replicaGone is when a replica that says nothing is not counted any more.
	replicaGone = 4 * announceEvery
	// differAfter is how long configurations may differ before anything is said: a
	// rolling update and a reload of one after the other make them differ for a
	// moment.
	differAfter = 10 * time.Second
	// namesSaid bounds how many replicas and playbooks one sentence names.
	namesSaid = 5
)

// replicas is what this one knows of the others that work for the same workspace.
type replicas struct {
	store    *store.Replicas
	log      *slog.Logger
	describe func() store.Replica
	id       string

	mu    sync.Mutex
	count int
	since time.Time // when the configurations began to differ; zero while they do not
	said  string    // what was warned of
	text  string    // the sentence of the moment; empty while all is well
}

func newReplicas(st *store.Replicas, log *slog.Logger, reg prometheus.Registerer, describe func() store.Replica) *replicas {
	r := &replicas{store: st, log: log, describe: describe, id: rand.Text()[:8], count: 1}
	reg.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "signalbook_replicas", Help: "Replicas that work for the workspace, this one among them.",
		}, func() float64 {
			r.mu.Lock()
			defer r.mu.Unlock()
			return float64(r.count)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "signalbook_config_mismatch", Help: "1 while another replica has had another configuration than this one for 10 s.",
		}, func() float64 { return float64(len(r.degraded())) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "signalbook_replica_info", Help: "1, with the name by which other replicas speak of this one.",
			ConstLabels: prometheus.Labels{"replica": r.id},
		}, func() float64 { return 1 }),
	)
	return r
}

// run says every two seconds that this replica is there, and looks at what the
// others say.
func (r *replicas) run(ctx context.Context) error {
	r.log.Info("other replicas know this one by its name", "replica", r.id)
	ticker := time.NewTicker(announceEvery)
	defer ticker.Stop()
	for {
		r.look(ctx)
		select {
		case <-ctx.Done():
			leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), announceWithin)
			defer cancel()
			_ = r.store.Retire(leaving, r.id) // else it is forgotten by itself
			return nil
		case <-ticker.C:
		}
	}
}

func (r *replicas) look(ctx context.Context) {
	own := r.describe()
	own.ID = r.id
	asking, cancel := context.WithTimeout(ctx, announceWithin)
	defer cancel()
	all, err := r.store.Announce(asking, own)
	if err != nil {
		return // /-/ready tells of a Redis that does not answer
	}
	r.note(own, all, time.Now())
}

// note compares what all replicas say with this one, and warns once a change when
// they have differed for some time.
func (r *replicas) note(own store.Replica, all []store.Replica, now time.Time) {
	all = slices.DeleteFunc(all, func(other store.Replica) bool { return other.ID == own.ID || other.Age > replicaGone })
	slices.SortFunc(all, func(a, b store.Replica) int { return cmp.Compare(a.ID, b.ID) })
	coordinator := ""
	if own.Coordinator {
		coordinator = own.ID
	}
	var differing []string
	for _, other := range all {
		if other.Coordinator {
			coordinator = other.ID
		}
		if how := differences(own, other); len(how) > 0 {
			differing = append(differing, fmt.Sprintf("replica %s (%s)", other.ID, strings.Join(how, "; ")))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count = 1 + len(all)
	if len(differing) == 0 {
		if r.said != "" {
			r.log.Info("all replicas have the same configuration again", "replicas", r.count)
		}
		r.since, r.said, r.text = time.Time{}, "", ""
		return
	}
	if r.since.IsZero() {
		r.since = now
	}
	if now.Sub(r.since) < differAfter {
		return
	}
	what := fmt.Sprintf("this replica, %s, has another configuration than %s", own.ID, some(differing))
	r.text = what + ": what the coordinator has decides, and " + coordinatorWords(own.ID, coordinator) + ", until all have the same"
	if what != r.said {
		r.log.Warn(r.text)
	}
	r.said = what
}

func coordinatorWords(own, coordinator string) string {
	switch coordinator {
	case "":
		return "nobody is it at the moment"
	case own:
		return "this one is it"
	}
	return "replica " + coordinator + " is it"
}

// some joins names, the first few of them.
func some(names []string) string {
	if more := len(names) - namesSaid; more > 0 {
		return strings.Join(names[:namesSaid], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// degraded is the sentence about configurations that differ, if they do.
func (r *replicas) degraded() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.text == "" {
		return nil
	}
	return []string{r.text}
}

// describe says of the configuration what decides about incidents; neither
// secrets nor addresses, which may differ.
func describe(s *Settings, coordinator bool) store.Replica {
	c := s.Config
	r := store.Replica{Version: version.Version, Reads: compat.Reads, Coordinator: coordinator, Sections: map[string]string{
		"route": hashed(c.Routes), "severities": hashed(c.Severities), "incidents": hashed(c.Incidents), "slack.command": hashed(c.Slack.Command), "drills": hashed(c.Drills),
	}}
	for _, book := range s.Playbooks.All() {
		r.Playbooks = append(r.Playbooks, book.Name+":"+book.Hash())
	}
	return r
}

func hashed(part any) string {
	data, err := json.Marshal(part)
	if err != nil {
		data = fmt.Appendf(nil, "%+v", part)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// differences names what two replicas have otherwise.
func differences(a, b store.Replica) []string {
	var how []string
	for _, section := range slices.Sorted(maps.Keys(a.Sections)) {
		// A section that the other's version does not know of is no difference.
		if theirs, known := b.Sections[section]; known && theirs != a.Sections[section] {
			how = append(how, section)
		}
	}
	if slices.Equal(a.Playbooks, b.Playbooks) {
		return how
	}
	names := map[string]bool{}
	for _, pair := range [][2][]string{{a.Playbooks, b.Playbooks}, {b.Playbooks, a.Playbooks}} {
		for _, book := range pair[0] {
			if !slices.Contains(pair[1], book) {
				name, _, _ := strings.Cut(book, ":")
				names[name] = true
			}
		}
	}
	if len(names) == 0 {
		return append(how, "playbooks: their order")
	}
	return append(how, "playbooks: "+some(slices.Sorted(maps.Keys(names))))
}

package app

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

// TestDifferences: what differs is named, and order matters.
func TestDifferences(t *testing.T) {
	t.Parallel()
	base := store.Replica{Sections: map[string]string{"route": "1", "incidents": "2"}, Playbooks: []string{"a:1", "b:2", "c:3"}}
	for want, other := range map[string]store.Replica{
		"":                       base,
		"route":                  {Sections: map[string]string{"route": "9", "incidents": "2"}, Playbooks: base.Playbooks},
		"playbooks: their order": {Sections: base.Sections, Playbooks: []string{"b:2", "a:1", "c:3"}},
		"playbooks: b":           {Sections: base.Sections, Playbooks: []string{"a:1", "b:9", "c:3"}},
		"incidents; playbooks: c, d": {Sections: map[string]string{"route": "1", "incidents": "9", "new": "of a later version"},
			Playbooks: []string{"a:1", "d:2", "b:2"}},
	} {
		if got := strings.Join(differences(base, other), "; "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestSameRouteOfTwoVersions: replicas of two versions that read the same file have
// the same routes: a key that only the newer one knows, and that is not given, is no
// difference.
func TestSameRouteOfTwoVersions(t *testing.T) {
	t.Parallel()
	now := describe(&Settings{Config: &config.Config{Routes: config.Route{
		Channel: "#incidents", Owners: []string{"@sre-oncall"}, Routes: []config.Route{{Matchers: []string{`squad="db"`}, Channel: "#db"}},
	}}, Playbooks: &playbooks.Set{}}, false)
	before := hashed(json.RawMessage(`{"Matchers":null,"Channel":"#incidents","Owners":["@sre-oncall"],"Responders":null,"Escalate":null,"Routes":[
		{"Matchers":["squad=\"db\""],"Channel":"#db","Owners":null,"Responders":null,"Escalate":null,"Routes":null}]}`))
	if got := now.Sections["route"]; got != before {
		t.Errorf("a route without new keys is announced as %s, and by the version before as %s", got, before)
	}
}

// TestWarnedOnce: what lasts is said once, and again when it is another thing;
// what ends soon is not said at all.
func TestWarnedOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := &replicas{log: slog.New(slog.NewTextHandler(&log, nil))}
	own := store.Replica{ID: "A", Coordinator: true, Sections: map[string]string{"route": "1", "incidents": "1"}}
	other := func(route, incidents string, age time.Duration) []store.Replica {
		return []store.Replica{own, {ID: "B", Age: age, Sections: map[string]string{"route": route, "incidents": incidents}}}
	}
	now := time.Unix(0, 0)
	for k, step := range []struct {
		all   []store.Replica
		after time.Duration
		says  string // in /-/ready
		warns int    // so far
		count int
	}{
		{other("1", "1", 0), 0, "", 0, 2},
		{other("2", "1", 0), time.Second, "", 0, 2},
		{other("2", "1", 0), differAfter - time.Second, "", 0, 2},
		{other("1", "1", 0), time.Second, "", 0, 2},
		{other("2", "1", 0), time.Second, "", 0, 2},
		{other("2", "1", 0), differAfter, "replica B (route): what the coordinator has decides, and this one is it", 1, 2},
		{other("2", "1", 0), time.Minute, "replica B (route)", 1, 2},
		{other("2", "2", 0), time.Second, "replica B (incidents; route)", 2, 2},
		{other("2", "2", replicaGone+time.Second), time.Second, "", 2, 1},
	} {
		now = now.Add(step.after)
		r.note(own, step.all, now)
		if got := strings.Join(r.degraded(), ""); !strings.Contains(got, step.says) || (step.says == "") != (got == "") {
			t.Errorf("step %d: /-/ready says %q, want %q", k, got, step.says)
		}
		if got := strings.Count(log.String(), "level=WARN"); got != step.warns || r.count != step.count {
			t.Errorf("step %d: %d warnings and %d replicas, want %d and %d", k, got, r.count, step.warns, step.count)
		}
	}
}

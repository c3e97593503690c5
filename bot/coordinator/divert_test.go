package coordinator_test

import (
	"cmp"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
)

// routed starts a coordinator whose route for the group "db" is the channel #db-incidents, and #incidents for the rest.
func (r *strayRig) routed(slackURL string, change func(*coordinator.Settings)) *coordinator.Coordinator {
	r.t.Helper()
	client, err := slackapi.New(slackapi.Options{APIURL: slackURL + "/api/", BotToken: "xoxb-test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		r.t.Fatal(err)
	}
	books, _ := playbooks.NewSet(nil, library.All())
	settings := coordinator.Settings{
		Rules:     incident.Rules{ReopenWithin: time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical"}},
		Playbooks: books, Command: "/playbook", Channels: []string{"#incidents", "#db-incidents"}, People: []string{"@sre-oncall"},
		Route: func(labels map[string]string) coordinator.Route {
			route := coordinator.Route{Channel: "#incidents", Fallback: "#incidents", Owners: []string{"@sre-oncall"}}
			if labels["alertname"] == "DatabaseHighCPU" {
				route.Channel = "#db-incidents"
			}
			return route
		},
	}
	if change != nil {
		change(&settings)
	}
	k := coordinator.New(coordinator.Options{
		Store: r.store, Slack: client, Changed: make(chan struct{}), Logger: slog.New(slog.NewTextHandler(r.t.Output(), nil)), Registerer: prometheus.NewRegistry(),
		Settings: func() coordinator.Settings { return settings },
		Timing:   coordinator.Timing{Unknown: 200 * time.Millisecond, Sweeps: [2]time.Duration{200 * time.Millisecond, 400 * time.Millisecond}, Root: 100 * time.Millisecond, Parked: cmp.Or(r.parked, 300*time.Millisecond)},
	})
	keepOn(r.t, k)
	return k
}

// rootsIn are the bot's roots in a channel.
func (r *strayRig) rootsIn(channel string) []snapshot.Message {
	var roots []snapshot.Message
	for _, m := range r.sim.Messages(channel) {
		if m.Bot && m.Thread == "" && !m.Tombstone {
			roots = append(roots, m)
		}
	}
	return roots
}

// TestChannelThatCannotBeWrittenTo: an incident begins in the fallback channel and
// says where it belongs; it stays there when its own channel is mended, and the next
// one begins where it belongs.
func TestChannelThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	refusing := func(word string) func(r *strayRig, refuse func(refusal)) error {
		return func(r *strayRig, refuse func(refusal)) error {
			channel, _ := r.sim.Channel("db-incidents")
			refuse(func(method string, form url.Values) string {
				if method == "chat.postMessage" && (form.Get("channel") == channel.ID || form.Get("channel") == "#db-incidents") {
					return word
				}
				return ""
			})
			return nil
		}
	}
	for name, test := range map[string]struct {
		spoil func(r *strayRig, refuse func(refusal)) error
		mend  func(r *strayRig) error
		says  string
	}{
		"archived": {func(r *strayRig, _ func(refusal)) error { return r.sim.Admin.Archive("db-incidents") }, func(r *strayRig) error {
			return errors.Join(r.sim.Admin.Unarchive("db-incidents"), r.sim.Admin.InviteBot("db-incidents"))
		}, "unarchive"},
		"bot not in it":  {func(r *strayRig, _ func(refusal)) error { return r.sim.Admin.RemoveBot("db-incidents") }, func(r *strayRig) error { return r.sim.Admin.InviteBot("db-incidents") }, "/invite"},
		"posting denied": {refusing("restricted_action"), nil, "posting permissions"},
		"keys revoked":   {refusing("ekm_access_denied"), nil, "admin"},
		"denied access":  {refusing("access_denied"), nil, "admin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startStrayRig(t)
			address, refuser := startRefuser(t, r.direct)
			if err := test.spoil(r, func(f refusal) { refuser.Store(&f) }); err != nil {
				t.Fatal(err)
			}
			k := r.routed(address, nil)
			r.fire("a")
			r.eventually("the thread begins in the fallback channel", func() bool {
				roots := r.rootsIn("incidents")
				return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "Belongs in #db-incidents") && strings.Contains(roots[0].PlainText(), test.says) && len(r.sim.Thread("incidents", roots[0].TS)) == 4
			})
			r.settled()
			i, ok, err := r.store.Incident(t.Context(), 1)
			if err != nil || !ok || i.Channel != "#incidents" || i.Belongs != "#db-incidents" {
				t.Errorf("the incident's channel is %q, it belongs in %q (%v, %v)", i.Channel, i.Belongs, ok, err)
			}
			if len(r.rootsIn("db-incidents")) > 0 {
				t.Error("something stands in the channel that cannot be written to")
			}
			if says := strings.Join(k.Degraded(), "\n"); !strings.Contains(says, "#db-incidents") && !strings.Contains(says, test.says) {
				t.Errorf("the degraded list says %q", says)
			}
			if test.mend == nil {
				return
			}
			if err := test.mend(r); err != nil {
				t.Fatal(err)
			}
			r.eventually("the channel is found mended", func() bool { return !strings.Contains(strings.Join(k.Degraded(), "\n"), "#db-incidents") })
			r.fireGroup("db 2", "b")
			r.eventually("the next one begins where it belongs", func() bool { return len(r.rootsIn("db-incidents")) == 1 })
			r.fire("a", "c")
			r.eventually("the first one goes on where it began", func() bool {
				roots := r.rootsIn("incidents")
				return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "2 alerts firing")
			})
		})
	}
}

// TestThreadThatHasBegunStays: a channel that is archived later moves nothing.
func TestThreadThatHasBegunStays(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	k := r.routed(r.direct, nil)
	r.fire("a")
	r.eventually("the thread is there", func() bool { return len(r.rootsIn("db-incidents")) == 1 })
	r.settled()
	if err := r.sim.Admin.RemoveBot("db-incidents"); err != nil {
		t.Fatal(err)
	}
	r.fire("a", "b")
	r.eventually("it is said what to do", func() bool { return strings.Contains(strings.Join(k.Degraded(), "\n"), "/invite") })
	if err := r.sim.Admin.InviteBot("db-incidents"); err != nil {
		t.Fatal(err)
	}
	r.eventually("it goes on by itself", func() bool {
		roots := r.rootsIn("db-incidents")
		return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "2 alerts firing")
	})
	if len(r.rootsIn("incidents")) > 0 {
		t.Error("it moved although it had begun")
	}
}

// TestNameThatNobodyKnowsHoldsUpNobodyElse: while Slack cannot say who a new name is,
// incidents of others go out at once; and the one that it concerns goes out all the
// same when Slack does not know it.
func TestNameThatNobodyKnowsHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	address, refuser := startRefuser(t, r.direct)
	refuse := refusal(func(method string, _ url.Values) string {
		if method == "users.lookupByEmail" {
			return "internal_error"
		}
		return ""
	})
	refuser.Store(&refuse)
	k := r.routed(address, func(s *coordinator.Settings) {
		s.People = append(s.People, "nwe@example.com", "@mispelt")
		route := s.Route
		s.Route = func(labels map[string]string) coordinator.Route {
			to := route(labels)
			if to.Channel == "#db-incidents" {
				to.Owners = []string{"nwe@example.com", "@mispelt"}
			}
			return to
		}
	})
	now := time.Now().UTC().Truncate(time.Millisecond)
	labels := map[string]string{"alertname": "SomethingElse"}
	n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "else", Status: alerts.Firing, Firing: 1, CommonLabels: labels,
		Alerts: []alerts.Alert{{Fingerprint: "e", Status: alerts.Firing, StartsAt: now, Labels: labels}}}
	r.fire("a")
	if _, _, err := r.store.Put(t.Context(), event.Event{At: now, Notification: &n}); err != nil {
		t.Fatal(err)
	}
	r.eventually("the other incident is told", func() bool { return len(r.rootsIn("incidents")) == 1 })
	if !strings.Contains(r.rootsIn("incidents")[0].Text+r.rootsIn("incidents")[0].PlainText(), "@sre-oncall") {
		t.Errorf("its owners are not called: %q", r.rootsIn("incidents")[0].PlainText())
	}
	if len(r.rootsIn("db-incidents")) > 0 {
		t.Error("it did not wait for its own names")
	}
	refuser.Store(nil)
	r.eventually("the incident of unknown owners is told, with their names", func() bool {
		roots := r.rootsIn("db-incidents")
		return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "nwe@example.com") && strings.Contains(roots[0].PlainText(), "@mispelt")
	})
	r.eventually("the degraded list names them", func() bool {
		says := strings.Join(k.Degraded(), "\n")
		return strings.Contains(says, "nwe@example.com") && strings.Contains(says, "@mispelt")
	})
}

// TestStormOfAChannelThatCannotBeWrittenTo: a storm is told of in the fallback channel,
// with its list.
func TestStormOfAChannelThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	address, refuser := startRefuser(t, r.direct)
	channel, _ := r.sim.Channel("db-incidents")
	refuse := refusal(func(method string, form url.Values) string {
		if method == "chat.postMessage" && form.Get("channel") == channel.ID {
			return "posting_to_channel_denied"
		}
		return ""
	})
	refuser.Store(&refuse)
	for _, group := range []string{"1", "2", "3", "4", "5"} {
		r.fireGroup(group, "alert-"+group)
	}
	r.routed(address, func(s *coordinator.Settings) { s.Rules.Storm = incident.Limit{Above: 2, Per: time.Minute} })
	r.eventually("the storm is told of in the fallback channel", func() bool {
		for _, root := range r.rootsIn("incidents") {
			if text := root.PlainText(); strings.Contains(text, "Storm") && strings.Contains(text, "Belongs in #db-incidents") && len(r.sim.Thread("incidents", root.TS)) >= 2 {
				return true
			}
		}
		return false
	})
	r.settled()
	if len(r.rootsIn("db-incidents")) > 0 {
		t.Error("something stands in the channel that cannot be written to")
	}
}

// TestWhatHasNotBegunWaitsForNoEdit: edits that a channel refuses, of a storm or of
// what is more severe, go before the first messages of others. They must not keep
// those out of the fallback channel for as long as the channel is closed. What people
// read there names the channel, never its id.
func TestWhatHasNotBegunWaitsForNoEdit(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.parked = time.Hour // what is refused closes the channel for as long
	k := r.routed(r.direct, func(s *coordinator.Settings) { s.Rules.Storm = incident.Limit{Above: 2, Per: time.Hour} })
	fire := func(group string, fingerprints ...string) {
		n := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: group, Status: alerts.Firing, Firing: len(fingerprints)}
		n.CommonLabels = map[string]string{"alertname": "DatabaseHighCPU", "severity": "critical"}
		now := time.Now().UTC().Truncate(time.Millisecond)
		for _, f := range fingerprints {
			n.Alerts = append(n.Alerts, alerts.Alert{Fingerprint: f, Status: alerts.Firing, StartsAt: now, Labels: n.CommonLabels})
		}
		if _, _, err := r.store.Put(t.Context(), event.Event{At: now, Notification: &n}); err != nil {
			t.Fatal(err)
		}
	}
	for _, group := range []string{"1", "2", "3"} {
		fire(group, "alert-"+group)
	}
	r.eventually("the storm is told of", func() bool {
		return slices.ContainsFunc(r.rootsIn("db-incidents"), func(m snapshot.Message) bool { return strings.Contains(m.PlainText(), "Storm") })
	})
	r.settled()
	if err := r.sim.Admin.Archive("db-incidents"); err != nil {
		t.Fatal(err)
	}
	fire("1", "alert-1", "one-more") // edits
	r.eventually("the edits are refused", func() bool { return strings.Contains(strings.Join(k.Degraded(), "\n"), "unarchive") })
	for _, group := range []string{"4", "5", "6"} {
		fire(group, "alert-"+group)
	}
	r.eventually("all that is new begins in the fallback channel", func() bool { return len(r.rootsIn("incidents")) >= 3 })
	channel, _ := r.sim.Channel("db-incidents")
	for _, root := range r.rootsIn("incidents") {
		if text := root.PlainText(); strings.Contains(text, channel.ID) || !strings.Contains(text, "Belongs in #db-incidents") {
			t.Errorf("a root in the fallback channel reads:\n%s", text)
		}
	}
}

// TestDigestOfAChannelThatCannotBeWrittenTo: a digest is posted in the fallback channel,
// whether that is known as it is made or found out as it is posted.
func TestDigestOfAChannelThatCannotBeWrittenTo(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]bool{"known before": true, "found out": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := prepareReviewRig(t, tick.Add(-time.Hour))
			spoil := func() {
				if err := r.sim.Admin.RemoveBot("cost-review"); err != nil {
					t.Fatal(err)
				}
			}
			if early {
				spoil()
			}
			r.begin(r.store)
			if !early {
				r.eventually("it is known that the channel is there", func() bool {
					ids, err := r.store.Directory.Names(t.Context(), []string{"#cost-review"})
					return err == nil && ids["#cost-review"] != ""
				})
				spoil()
			}
			r.now.Store(tick.Unix())
			r.eventually("the digest is in the fallback channel", func() bool {
				roots := r.rootsIn("incidents")
				return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "Belongs in #cost-review")
			})
			r.settled()
			d, ok, err := r.store.Digests.Document(t.Context(), 1)
			if err != nil || !ok || d.Channel != "#incidents" {
				t.Errorf("the digest's channel is %q (%v, %v)", d.Channel, ok, err)
			}
			// It tells of the week's incidents only what its readers may be told.
			if missing := strings.Join(d.Report.Missing, "\n"); early != strings.Contains(missing, "told to #incidents") || early != (d.Report.Incidents != nil) {
				t.Errorf("the digest has the incidents %+v, and lacks %q", d.Report.Incidents, missing)
			}
			if len(r.rootsIn("incidents")) != 1 || len(r.rootsIn("cost-review")) != 0 {
				t.Error("it is not there once")
			}
		})
	}
}

package coordinator_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/topic"
)

// refusePosts refuses new messages at the top of channels, by name.
func (r *strayRig) refusePosts(word string, channels ...string) refusal {
	ids := map[string]bool{}
	for _, name := range channels {
		channel, _ := r.sim.Channel(name)
		ids[channel.ID] = true
	}
	return func(method string, form url.Values) string {
		if method == "chat.postMessage" && ids[form.Get("channel")] {
			return word
		}
		return ""
	}
}

// TestNeitherChannelCanBeWrittenTo: when the fallback channel does not take an incident
// either, it waits, is said to, and begins in whichever of the two works first, once.
func TestNeitherChannelCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	closeBoth := func(r *strayRig) refusal {
		_, _ = r.sim.Admin.RemoveBot("db-incidents"), r.sim.Admin.RemoveBot("incidents")
		return nil
	}
	for name, test := range map[string]struct {
		spoil func(r *strayRig) refusal
		mend  func(r *strayRig) refusal
		where string
	}{
		"both are closed, its own is opened": {
			spoil: closeBoth,
			mend:  func(r *strayRig) refusal { _ = r.sim.Admin.InviteBot("db-incidents"); return nil },
			where: "db-incidents",
		},
		"both are closed, the other is opened": {
			spoil: closeBoth,
			mend:  func(r *strayRig) refusal { _ = r.sim.Admin.InviteBot("incidents"); return nil },
			where: "incidents",
		},
		"it was moved, and its own is opened": {
			spoil: func(r *strayRig) refusal {
				_ = r.sim.Admin.RemoveBot("db-incidents") // which is known before; that nobody may post in the other is not
				return r.refusePosts("restricted_action", "incidents")
			},
			mend: func(r *strayRig) refusal {
				_ = r.sim.Admin.InviteBot("db-incidents")
				return r.refusePosts("restricted_action", "incidents")
			},
			where: "db-incidents",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startStrayRig(t)
			address, refuser := startRefuser(t, r.direct)
			set := func(refuse refusal) {
				refuser.Store(nil)
				if refuse != nil {
					refuser.Store(&refuse)
				}
			}
			set(test.spoil(r))
			k := r.routed(address, nil)
			r.eventually("the degraded list names the channel", func() bool { return strings.Contains(strings.Join(k.Degraded(), "\n"), "#db-incidents") })
			r.fire("a")
			r.eventually("it was tried", func() bool {
				has, err := r.store.Ledger(t.Context(), topic.Incident(1))
				return err == nil && has["root"].State == "parked"
			})
			if len(r.rootsIn("incidents"))+len(r.rootsIn("db-incidents")) > 0 {
				t.Fatal("it is told of in a channel that cannot be written to")
			}
			set(test.mend(r))
			r.eventually("it begins where it can", func() bool { return len(r.rootsIn(test.where)) == 1 })
			r.settled()
			root := r.rootsIn(test.where)[0]
			if says := strings.Contains(root.PlainText(), "Belongs in"); says != (test.where == "incidents") {
				t.Errorf("in #%s it says %q", test.where, root.PlainText())
			}
			if got := len(r.rootsIn("incidents")) + len(r.rootsIn("db-incidents")); got != 1 {
				t.Errorf("got %d roots", got)
			}
		})
	}
}

// TestPostOfUnknownOutcomeInAChannelThatIsClosed: a root may or may not have arrived
// when the bot is taken out of the channel, where it cannot be looked for any more. It
// is told of in the fallback channel.
func TestPostOfUnknownOutcomeInAChannelThatIsClosed(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	address, refuser := startRefuser(t, r.direct)
	r.routed(address, nil)
	r.sim.Faults.Fail(fault.Fault{Method: "chat.postMessage", Kind: fault.LostAnswer, Times: 1})
	refuse := refusal(func(method string, _ url.Values) string {
		if method == "conversations.history" {
			_ = r.sim.Admin.RemoveBot("db-incidents")
			return "not_in_channel"
		}
		return ""
	})
	refuser.Store(&refuse)
	r.fire("a")
	r.eventually("it is told of in the fallback channel", func() bool {
		roots := r.rootsIn("incidents")
		return len(roots) == 1 && strings.Contains(roots[0].PlainText(), "Belongs in #db-incidents") && len(r.sim.Thread("incidents", roots[0].TS)) == 4
	})
}

// TestRenamedChannelIsNotClosed: Slack shows the name no more, but the channel is the
// one that it was: what is to begin there begins there, and the old name is named.
func TestRenamedChannelIsNotClosed(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	channel, _ := r.sim.Channel("db-incidents")
	if err := r.store.Directory.SetNames(t.Context(), map[string]string{"#db-incidents-old": channel.ID}); err != nil {
		t.Fatal(err)
	}
	k := r.routed(r.direct, func(s *coordinator.Settings) {
		s.Channels = []string{"#incidents", "#db-incidents-old"}
		route := s.Route
		s.Route = func(labels map[string]string) coordinator.Route {
			to := route(labels)
			if to.Channel == "#db-incidents" {
				to.Channel = "#db-incidents-old"
			}
			return to
		}
	})
	r.eventually("the old name is named", func() bool {
		says := strings.Join(k.Degraded(), "\n")
		return strings.Contains(says, "#db-incidents-old") && strings.Contains(says, "correct the name")
	})
	r.fire("a")
	r.eventually("it begins in its channel", func() bool { return len(r.rootsIn("db-incidents")) == 1 })
	r.settled()
	if len(r.rootsIn("incidents")) > 0 || strings.Contains(r.rootsIn("db-incidents")[0].PlainText(), "Belongs in") {
		t.Error("it went elsewhere")
	}
}

// TestOwnersOfAWaitingIncidentAreAskedForFirst: behind many names about which Slack
// takes its time, an incident calls its own people all the same.
func TestOwnersOfAWaitingIncidentAreAskedForFirst(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	address, refuser := startRefuser(t, r.direct)
	const many = 3000
	asked := make(chan string)
	refuse := refusal(func(method string, form url.Values) string {
		if method == "users.lookupByEmail" && form.Get("email") != "bob@example.com" {
			select {
			case asked <- form.Get("email"):
			case <-t.Context().Done():
			}
			return "users_not_found"
		}
		return ""
	})
	refuser.Store(&refuse)
	r.routed(address, func(s *coordinator.Settings) {
		for k := range many {
			s.People = append(s.People, fmt.Sprintf("somebody-%d@example.com", k))
		}
		s.People = append(s.People, "bob@example.com")
		route := s.Route
		s.Route = func(labels map[string]string) coordinator.Route {
			to := route(labels)
			to.Owners = []string{"bob@example.com"}
			return to
		}
	})
	<-asked // the directory is at the first of many
	r.fire("a")
	r.eventually("the incident waits", func() bool { return incidents(r) == 1 })
	answered := 1
	bob, _ := r.sim.User("bob")
	r.eventually("its owner is called", func() bool {
		if roots := r.rootsIn("db-incidents"); len(roots) == 1 {
			return strings.Contains(roots[0].Text, bob.ID)
		}
		select {
		case <-asked:
			answered++
		default:
		}
		return false
	})
	if answered == many {
		t.Error("all others were asked about before")
	}
	refuser.Store(nil)
}

func incidents(r *strayRig) int {
	n, err := r.store.Newest(r.t.Context())
	if err != nil {
		r.t.Error(err)
	}
	return n
}

// TestDrillByHandOfAChannelThatIsClosed: somebody who is not known to be in a private
// channel that the bot was taken out of can start a drill there all the same: it
// begins in the fallback channel.
func TestDrillByHandOfAChannelThatIsClosed(t *testing.T) {
	t.Parallel()
	r := startStrayRig(t)
	r.sim.Admin.AddPrivateChannel("drills", "anna") // the bot does not see it
	k := r.routed(r.direct, func(s *coordinator.Settings) {
		s.Channels = append(s.Channels, "#drills")
		s.Drills = "#drills"
	})
	r.eventually("the degraded list names the channel", func() bool { return strings.Contains(strings.Join(k.Degraded(), "\n"), "#drills") })
	user, _ := r.sim.User("anna")
	for op, labels := range map[string]map[string]string{"drill": {incident.DrillLabel: "true"}, "start": nil} {
		start := &incident.Start{Playbook: "database-cpu", Labels: labels, User: incident.User{ID: user.ID, Name: "anna"}, Via: "command"}
		ev := event.Event{Op: op, At: time.Now().UTC().Truncate(time.Millisecond), Start: start, Access: access.Facts{Person: access.PersonOurs, Private: access.Yes}}
		if op == "start" {
			ev.Access.Private = access.No
		}
		if _, _, err := r.store.Put(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	r.eventually("the drill begins in the fallback channel", func() bool {
		for _, root := range r.rootsIn("incidents") {
			if strings.Contains(root.PlainText(), "Belongs in #drills") {
				return true
			}
		}
		return false
	})
}

package interaction_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/people"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// blow lets eight databases fire where two are allowed and waits for the storm's
// message; INC-1 and INC-2 have their threads, the others are only listed.
func (r *rig) blow() (storm snapshot.Message) {
	r.t.Helper()
	r.storm = incident.Limit{Above: 2, Per: time.Minute}
	r.keep()
	for i := range 8 {
		r.fire(fmt.Sprint("db-", i), map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres", "instance": fmt.Sprint("orders-", i)})
	}
	eventually(r.t, "the storm has a message with its menu", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			if slices.ContainsFunc(m.Menus(), func(c blockkit.Control) bool { return c.ActionID == "storm:pick" }) {
				storm = m
			}
		}
		entries, _, err := r.store.StormMembers(r.t.Context(), 3)
		return storm.TS != "" && err == nil && len(entries) == 8
	})
	return storm
}

// find types into the storm's menu and gives the values offered.
func (r *rig) find(user string, storm snapshot.Message, query string) []string {
	r.t.Helper()
	found, err := r.sim.People.Suggest(r.t.Context(), people.Suggest{User: user, Channel: storm.Channel, TS: storm.TS, ActionID: "storm:pick", Query: query})
	if err != nil {
		r.t.Fatal(err)
	}
	var values []string
	for _, o := range found {
		values = append(values, o.Value)
	}
	return values
}

func (r *rig) choose(user string, storm snapshot.Message, value string) {
	r.t.Helper()
	if err := r.sim.People.Choose(r.t.Context(), people.Choice{User: user, Channel: storm.Channel, TS: storm.TS, ActionID: "storm:pick", Value: value}); err != nil {
		r.t.Fatal(err)
	}
}

func TestStormMenu(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	storm := r.blow()
	if got := r.find("anna", storm, ""); len(got) != 8 {
		t.Errorf("with nothing typed: got %v, want all 8", got)
	}
	if got := r.find("anna", storm, "no such thing"); len(got) != 0 {
		t.Errorf("got %v for what is nowhere", got)
	}
	if got, want := r.find("anna", storm, "inc-6"), []string{"INC-6"}; !cmp.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if got := r.incident(6).Show; got != incident.ShowListed {
		t.Fatalf("INC-6 is shown %q before anybody asked, want it listed", got)
	}
	r.choose("anna", storm, "INC-6")
	r.told("anna", "INC-6 gets a thread of its own")
	eventually(t, "INC-6 has its thread", func() bool {
		return slices.ContainsFunc(r.sim.Messages("incidents"), func(m snapshot.Message) bool {
			return m.TS != storm.TS && m.Replies >= 3 && strings.Contains(m.PlainText(), "INC-6")
		})
	})
	if got := r.incident(6).Show; got != incident.ShowAll {
		t.Errorf("INC-6 is shown %q, want all of it", got)
	}
	changes, err := r.store.Timeline(t.Context(), 6, 100)
	shown := slices.IndexFunc(changes, func(c incident.Change) bool { return c.Kind == incident.KindShown })
	anna, _ := r.sim.User("anna")
	if err != nil || shown < 0 || changes[shown].Via != "menu" || changes[shown].By.ID != anna.ID {
		t.Errorf("the timeline says %+v, %v, want that anna asked for it by the menu", changes, err)
	}

	// Who comes second, or chooses one that was always there, is told so.
	if got := r.find("ben", storm, "inc-6"); len(got) != 1 {
		t.Fatalf("got %v, want INC-6 still offered", got)
	}
	r.choose("ben", storm, "INC-6")
	r.told("ben", "INC-6 has its thread")
}

func TestStormMenuWithoutRedis(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	storm := r.blow()
	if got := r.find("anna", storm, "inc-5"); len(got) != 1 {
		t.Fatalf("got %v, want INC-5", got)
	}
	r.redis.Kill()
	if got := r.find("ben", storm, "inc-5"); len(got) != 0 {
		t.Errorf("with Redis down: got %v, want nothing", got)
	}
	r.choose("anna", storm, "INC-5")
	r.told("anna", "not known whether this was recorded")
}

func TestMenusThatMeanNothing(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	for _, s := range []slackapi.Suggestion{
		{}, {ActionID: "storm:pick"}, {ActionID: "storm:pick", BlockID: "pick:"}, {ActionID: "storm:pick", BlockID: "pick:-3"},
		{ActionID: "storm:pick", BlockID: "pick:99999999999999999999"}, {ActionID: "storm:pick", BlockID: "11"},
		{ActionID: "storm:pick", BlockID: "pick:11"}, // there is no such storm
		{ActionID: "other", BlockID: "pick:11"},
	} {
		if got := r.handler.Suggest(t.Context(), s); len(got) != 0 {
			t.Errorf("%+v: got %v, want nothing", s, got)
		}
	}
	anna, _ := r.sim.User("anna")
	channel, _ := r.sim.Channel("incidents")
	click := slackapi.Action{Op: "trigger:1", ActionID: "storm:pick", UserID: anna.ID, ChannelID: channel.ID, At: time.Now()}
	r.handler.Action(t.Context(), click) // Slack: a choice taken back has no option
	if got := r.heard("anna"); got != "" {
		t.Errorf("anna heard %q for a choice taken back, want nothing", got)
	}
	click.Op, click.Value = "trigger:2", "nonsense"
	r.handler.Action(t.Context(), click)
	r.told("anna", "belongs to no incident")
}

package interaction_test

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
)

// TestGroupThatIsNobody: whoever was in a user group may act as long as Slack cannot
// be asked; once Slack says that the group is disabled or empty it is nobody, in
// Redis too, and is mentioned no more.
func TestGroupThatIsNobody(t *testing.T) {
	r := startRig(t, "@db-oncall", "@db-leads", "@sre-oncall")
	r.timing.Groups = 50 * time.Millisecond
	r.keep()
	root, tier := r.open()
	if !strings.Contains(root.Text, "@sre-oncall") && !strings.Contains(root.PlainText(), "@sre-oncall") {
		t.Fatalf("the owners are not mentioned:\n%s", root.PlainText())
	}
	members := func(name string) (users []string) {
		users, _, err := r.store.Directory.Members(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return users
	}
	eventually(t, "all groups are known", func() bool {
		return len(members("@db-oncall")) == 1 && len(members("@db-leads")) == 1 && len(members("@sre-oncall")) == 1
	})

	r.sim.Faults.Fail(fault.Fault{Method: "usergroups.list", Kind: fault.HTTP503})
	if err := r.sim.Admin.DisableGroup("db-oncall"); err != nil {
		t.Fatal(err)
	}
	if err := r.sim.Admin.SetGroup("db-leads"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "Slack was asked in vain", func() bool { return r.sim.Faults.Strikes()[fault.HTTP503] > 2 })
	r.click("ben", tier, "step:ack", "INC-1/add-read-replicas")
	eventually(t, "ben has the step", func() bool { s, _, _ := r.incident(1).FindStep("1"); return s.State == "acknowledged" })

	r.sim.Faults.Clear()
	eventually(t, "the groups are nobody in Redis", func() bool { return len(members("@db-oncall")) == 0 && len(members("@db-leads")) == 0 })
	for _, user := range []string{"ben", "chris"} {
		r.click(user, tier, "step:ack", "INC-1/pool-connections")
		r.told(user, "only @db-oncall, @db-leads, @sre-oncall may act here")
	}
	r.click("anna", tier, "step:ack", "INC-1/pool-connections")
	eventually(t, "anna has the step", func() bool { s, _, _ := r.incident(1).FindStep("2"); return s.Holder.Name == "anna" })

	if err := r.sim.Admin.DisableGroup("sre-oncall"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the owners are nobody in Redis", func() bool { return len(members("@sre-oncall")) == 0 })
	r.fire("other", map[string]string{"alertname": "DatabaseHighCPU", "engine": "mysql"})
	eventually(t, "the next incident mentions nobody", func() bool {
		for _, m := range r.sim.Messages("incidents") {
			if m.Bot && m.TS != root.TS && m.Thread == "" && m.Replies >= 3 {
				if strings.Contains(m.Text, "<!subteam") {
					t.Errorf("a disabled group is still mentioned:\n%s", m.Text)
				}
				return true
			}
		}
		return false
	})
	r.click("anna", tier, "step:release", "INC-1/pool-connections")
	r.told("anna", "only @db-oncall, @db-leads, @sre-oncall may act here")
}

// TestGroupThatIsConfiguredNoMore: incidents of before a change of the configuration
// still go by the responders of then; whoever leaves such a group acts no more either.
func TestGroupThatIsConfiguredNoMore(t *testing.T) {
	t.Parallel()
	r := startRig(t, "@db-oncall")
	r.timing.Groups = 50 * time.Millisecond
	end := r.keep()
	_, tier := r.open()
	known := func() int {
		users, _, err := r.store.Directory.Members(t.Context(), "@db-oncall")
		if err != nil {
			t.Fatal(err)
		}
		return len(users)
	}
	eventually(t, "the group is known", func() bool { return known() == 1 })
	end()
	r.responders = nil
	r.keep()
	r.click("ben", tier, "step:ack", "INC-1/add-read-replicas")
	eventually(t, "ben has the step", func() bool { s, _, _ := r.incident(1).FindStep("1"); return s.State == "acknowledged" })
	if err := r.sim.Admin.DisableGroup("db-oncall"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the group is nobody in Redis", func() bool { return known() == 0 })
	r.click("ben", tier, "step:ack", "INC-1/pool-connections")
	r.told("ben", "only @db-oncall may act here")
}

package message

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/playbooks/library"
)

func TestShot(t *testing.T) {
	which := os.Getenv("SHOT")
	if which == "" {
		return
	}
	night = time.Now().Add(-20 * time.Minute).Truncate(time.Minute).UTC()
	sim := slacksim.New(slacksim.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	c := slack.New("xoxb-sim", slack.OptionAPIURL(server.URL+"/api/"))
	a, _ := sim.User("anna")
	b, _ := sim.User("ben")
	anna.ID, ben.ID = a.ID, b.ID
	g, _ := sim.Group("db-oncall")
	g2, _ := sim.Group("db-leads")
	v := situations(t)[which]
	if os.Getenv("LIB") != "" {
		for _, p := range library.All() {
			if p.Name == "database-cpu" {
				s := newScene(t, p).hears(database(night, "firing", "firing"))
				s.after(2*time.Minute).act(anna, "done", "1", "two replicas added").after(time.Minute).act(ben, "acknowledge", "2", "")
				v = s.view()
			}
		}
	}
	v.Names = Names{"@db-oncall": "<!subteam^" + g.ID + ">", "@db-leads": "<!subteam^" + g2.ID + ">"}
	ch, _ := sim.Channel("db-incidents")
	ts := ""
	for _, s := range Render(v) {
		opts := []slack.MsgOption{slack.MsgOptionText(s.Message.Text, false), slack.MsgOptionBlocks(s.Message.Blocks...)}
		if s.Thread {
			opts = append(opts, slack.MsgOptionTS(ts))
		}
		if s.Broadcast {
			opts = append(opts, slack.MsgOptionBroadcast())
		}
		_, got, err := c.PostMessage(ch.ID, opts...)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		if ts == "" {
			ts = got
		}
	}
	w := os.Getenv("SIZE")
	if w == "" {
		w = "1280,1600"
	}
	url := server.URL + os.Getenv("URLPATH")
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(), "--window-size="+w, "--virtual-time-budget=3000", "--timeout=8000", "--screenshot="+os.Getenv("OUT"), url)
	out, err := cmd.CombinedOutput()
	t.Log(string(out), err, ch.ID, ts)
}

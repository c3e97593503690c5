package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTwoPrometheusServers: two servers send one alert with different starts, beside
// one that has but one. Measured with Alertmanager 0.25: the later start is told
// first; once the other server has posted, firing notifications carry its earlier
// one, and so does the resolve. The incident ends all the same; and when it was
// resolved by hand, a start that moves reopens nothing.
func TestTwoPrometheusServers(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{})
	b := r.startBot()
	alertmanager := startAlertmanager(t, b.url, webhookToken)
	now := time.Now().UTC().Truncate(time.Millisecond)
	a := sender{alertmanager, "orders-0", now.Add(-10 * time.Minute)}
	late := sender{alertmanager, "orders-0", now.Add(-10 * time.Second)}
	alone := sender{alertmanager, "orders-1", now.Add(-time.Minute)}

	late.fires()
	alone.fires()
	root := r.root("incidents", 0)
	r.reads(root, "orders-0")
	a.fires()
	a.told(b)
	late.fires()
	a.told(b) // still: Alertmanager keeps the earliest
	late.ends()
	alone.ends()
	r.reads(root, "Resolved")

	again := sender{alertmanager, "orders-0", time.Now().UTC()}
	again.fires()
	r.reads(root, "Open again")
	if answer := r.slash("anna", "incidents", "/playbook resolve "+incidentOf(t, root)+" we know"); !strings.Contains(answer, "esolved") {
		t.Fatalf("resolve was answered %q", answer)
	}
	r.reads(root, "Resolved by hand, still firing")
	a.fires()
	a.told(b)
	b.settles()
	if got := r.now(root).PlainText(); !strings.Contains(got, "Resolved by hand, still firing") {
		t.Errorf("a start that moved reopened what was resolved by hand; the root reads:\n%s", got)
	}
	a.ends()
	eventually(t, "the root says that the alerts are resolved, too", func() bool {
		return !strings.Contains(r.now(root).PlainText(), "still firing")
	})
	b.settles()
	if roots := r.roots("incidents"); len(roots) != 1 {
		t.Errorf("got %d roots in the end, want 1", len(roots))
	}
}

// sender is a Prometheus server that sends one alert to Alertmanager.
type sender struct {
	to       *process
	instance string
	startsAt time.Time
}

func (p sender) fires() { p.post(time.Now().Add(10 * time.Minute)) }
func (p sender) ends()  { p.post(time.Now()) }

func (p sender) post(endsAt time.Time) {
	p.to.t.Helper()
	body, err := json.Marshal([]any{map[string]any{
		"labels":   map[string]string{"alertname": "DatabaseHighCPU", "engine": "postgres", "service": "orders-db", "instance": p.instance},
		"startsAt": p.startsAt, "endsAt": endsAt.UTC(),
	}})
	if err != nil {
		p.to.t.Fatal(err)
	}
	response, err := http.Post(p.to.url+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		p.to.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		p.to.t.Fatalf("Alertmanager answered %s, want 200", response.Status)
	}
}

// told waits until Alertmanager has told the bot that the alert fires since this
// server's start: it knows it so, and two notifications have come since.
func (p sender) told(b *process) {
	p.to.t.Helper()
	eventually(p.to.t, "Alertmanager takes "+p.startsAt.String()+" for the start", func() bool {
		body, _ := p.to.get("/api/v2/alerts")
		var known []struct {
			StartsAt time.Time         `json:"startsAt"`
			Labels   map[string]string `json:"labels"`
		}
		if err := json.Unmarshal([]byte(body), &known); err != nil {
			p.to.t.Fatalf("Alertmanager's alerts: %v", err)
		}
		for _, a := range known {
			if a.Labels["instance"] == p.instance {
				return a.StartsAt.Sub(p.startsAt).Abs() < time.Millisecond
			}
		}
		return false
	})
	before := b.counted("signalbook_notifications_total", `code="202"`)
	eventually(p.to.t, "Alertmanager repeats the group twice", func() bool {
		return b.counted("signalbook_notifications_total", `code="202"`) >= before+2
	})
}

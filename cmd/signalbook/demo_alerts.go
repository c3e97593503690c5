package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/slacksim/page"
)

// The bodies are captured from Alertmanager 0.34.0; only their times are moved
// to now.
//
//go:embed demo/*.json
var demoPayloads embed.FS

// demoAlerts plays the demo's alerts: it sends what Alertmanager would.
type demoAlerts struct {
	url         string
	emergencies []*emergency
	review      func(context.Context) error // posts the weekly digest

	mu sync.Mutex
}

// emergency is one of the three alerts, and where it stands.
type emergency struct {
	name, file string
	startsAt   time.Time
}

func newDemoAlerts(url string) *demoAlerts {
	return &demoAlerts{url: url, emergencies: []*emergency{
		{name: "Database CPU", file: "database"}, {name: "CDN cost", file: "cdn"}, {name: "Inference latency", file: "inference"},
	}}
}

// extras are the buttons on the page.
func (s *demoAlerts) extras() []page.Extra {
	var all []page.Extra
	for _, e := range s.emergencies {
		add := func(label string, run func(context.Context, *emergency) error) {
			all = append(all, page.Extra{Group: e.name, Label: label, Run: func(ctx context.Context) error { return run(ctx, e) }})
		}
		add("Fire", s.fire)
		add("Change", s.change)
		add("Resolve", s.resolve)
		add("Fire again", s.fireAgain)
	}
	return append(all, page.Extra{Group: "Cost review", Label: "Post", Run: func(ctx context.Context) error { return s.review(ctx) }})
}

// fire sends the alert as it fires; a second time it is a repeat.
func (s *demoAlerts) fire(ctx context.Context, e *emergency) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.startsAt.IsZero() {
		e.startsAt = time.Now().Add(-30 * time.Second)
	}
	return s.send(ctx, e, "firing", nil)
}

// fireAgain begins a new occurrence of the alert.
func (s *demoAlerts) fireAgain(ctx context.Context, e *emergency) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.startsAt = time.Now().Add(-30 * time.Second)
	return s.send(ctx, e, "firing", nil)
}

// change sends the group with one alert resolved where that was captured, else
// with one alert more.
func (s *demoAlerts) change(ctx context.Context, e *emergency) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.file == "database" {
		return s.send(ctx, e, "changed", nil)
	}
	return s.send(ctx, e, "firing", oneMore)
}

// resolve sends the group as resolved.
func (s *demoAlerts) resolve(ctx context.Context, e *emergency) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.send(ctx, e, "resolved", nil)
}

// oneMore adds a second alert to the group, on another cluster.
func oneMore(body map[string]any) {
	list, _ := body["alerts"].([]any)
	first, _ := list[0].(map[string]any)
	second := map[string]any{}
	maps.Copy(second, first)
	labels, set := map[string]any{}, model.LabelSet{}
	for name, value := range first["labels"].(map[string]any) {
		if name == "cluster" {
			value = "us-1"
		}
		labels[name] = value
		set[model.LabelName(name)] = model.LabelValue(fmt.Sprint(value))
	}
	second["labels"], second["fingerprint"] = labels, set.Fingerprint().String()
	body["alerts"] = append(list, second)
	if common, ok := body["commonLabels"].(map[string]any); ok {
		delete(common, "cluster")
	}
}

// send posts a captured body with its times moved to now.
func (s *demoAlerts) send(ctx context.Context, e *emergency, kind string, edit func(map[string]any)) error {
	data, err := demoPayloads.ReadFile("demo/" + e.file + "-" + kind + ".json")
	if err != nil {
		return err
	}
	var body map[string]any
	if err := json.Unmarshal(data, &body); err != nil {
		return err
	}
	list, _ := body["alerts"].([]any)
	for _, entry := range list {
		if alert, ok := entry.(map[string]any); ok {
			alert["startsAt"] = e.startsAt.UTC()
			if alert["status"] == "resolved" {
				alert["endsAt"] = time.Now().UTC()
			}
		}
	}
	if edit != nil {
		edit(body)
	}
	if data, err = json.Marshal(body); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1024))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusAccepted {
		return fmt.Errorf("the bot answered %s: %s", foreign.Text(response.Status, 100), foreign.Text(string(answer), 1000))
	}
	return nil
}

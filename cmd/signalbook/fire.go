package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/webhook"
	"github.com/signalbook/signalbook/bot/incident"
)

type fireCommand struct {
	URL             string `default:"http://127.0.0.1:9095/alertmanager/webhook" help:"Where the bot listens. Without a path it is the webhook's."`
	CredentialsFile string `help:"A file with the webhook's bearer token." type:"path"`
	Resolve         bool   `help:"Send the alert as resolved."`
	What            string `arg:"" name:"playbook-or-payload" help:"A playbook's name, or a file with a webhook body, as in: signalbook fire database-cpu"`
}

// Validate refuses what is no address of a bot.
func (c fireCommand) Validate() error {
	_, err := c.address()
	return err
}

// address is where the bot's webhook is: of an address without a path, where it always is.
func (c fireCommand) address() (*url.URL, error) {
	given := c.URL
	if !strings.Contains(given, "://") {
		given = "http://" + given
	}
	u, err := url.Parse(given)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("--url is %q, and should be the bot's address, as in http://127.0.0.1:9095", c.URL)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = webhook.Path
	}
	return u, nil
}

// Run sends the alert and says what the bot answered.
func (c fireCommand) Run(ctx context.Context, std streams) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body, named, err := c.body(time.Now())
	if err != nil {
		return err
	}
	to, err := c.bot()
	if err != nil {
		return err
	}
	if named {
		if err := to.knows(ctx, c.What); err != nil {
			return err
		}
	}
	status, answer, err := to.ask(ctx, http.MethodPost, "", body)
	switch {
	case err != nil:
		return fmt.Errorf("fire: %w: is the bot running, and is --url right?", err)
	case status != http.StatusAccepted:
		return to.refused(ctx, status, answer)
	}
	fmt.Fprintf(std.out, "sent to %s, marked %s=\"true\": the bot has stored it\n", to.webhook.Redacted(), incident.DrillLabel)
	return nil
}

// maxPayload bounds a payload that is marked, in bytes: 20,000 alerts are 14 MB, and
// take twenty times as much while each gets its label.
const maxPayload = 15 << 20

// body is the marked webhook body: of a file, or made for the playbook that is named.
func (c fireCommand) body(now time.Time) (body []byte, named bool, err error) {
	data, err := readWhole(c.What, maxPayload)
	switch {
	case err == nil:
	case !errors.Is(err, os.ErrNotExist) || strings.ContainsAny(c.What, "./\\"):
		return nil, false, fmt.Errorf("fire: read payload %s: %w", c.What, err)
	default:
		named = true
		if data, err = json.Marshal(testBody(c.What, now)); err != nil {
			return nil, false, fmt.Errorf("fire: %w", err)
		}
	}
	body, err = mark(data, c.Resolve, now)
	return body, named, err
}

// testBody is a webhook body of one alert that names a playbook.
func testBody(playbook string, now time.Time) map[string]any {
	labels := map[string]any{"alertname": "SignalbookTest", "playbook": playbook, "severity": "info"}
	return map[string]any{
		"version": "4", "receiver": "signalbook-fire", "status": "firing", "groupKey": `{}:{alertname="SignalbookTest", playbook="` + playbook + `"}`,
		"groupLabels": map[string]any{"alertname": "SignalbookTest"}, "commonLabels": labels, "commonAnnotations": map[string]any{"summary": "A test alert, sent by signalbook fire"},
		"externalURL": "", "truncatedAlerts": 0,
		"alerts": []any{map[string]any{
			"status": "firing", "labels": labels, "annotations": map[string]any{"summary": "A test alert, sent by signalbook fire"},
			// By the hour, so that firing twice repeats and --resolve finds what was fired.
			"startsAt": now.UTC().Truncate(time.Hour), "endsAt": time.Time{}, "generatorURL": "",
		}},
	}
}

// mark adds the drill label to every alert of a body, and keeps its group apart
// from the real one.
func mark(data []byte, resolve bool, now time.Time) ([]byte, error) {
	if _, err := alerts.Decode(bytes.NewReader(data), "default"); err != nil {
		return nil, fmt.Errorf("fire: this is no webhook body: %w", err)
	}
	var body map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return nil, fmt.Errorf("fire: this is no webhook body: %w", err)
	}
	body["groupKey"] = fmt.Sprintf("%v (%s)", body["groupKey"], incident.DrillLabel)
	if labels, ok := body["commonLabels"].(map[string]any); ok {
		labels[incident.DrillLabel] = "true"
	}
	if resolve {
		body["status"] = "resolved"
	}
	list, _ := body["alerts"].([]any)
	for _, entry := range list {
		alert, ok := entry.(map[string]any)
		if !ok {
			continue
		}
		labels, ok := alert["labels"].(map[string]any)
		if !ok {
			continue
		}
		labels[incident.DrillLabel] = "true"
		set := model.LabelSet{}
		for name, value := range labels {
			set[model.LabelName(name)] = model.LabelValue(fmt.Sprint(value))
		}
		alert["fingerprint"] = set.Fingerprint().String()
		if resolve {
			alert["status"], alert["endsAt"] = "resolved", now.UTC()
		}
	}
	return json.Marshal(body)
}

package incident_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// BenchmarkHandle is the price of one decision, beside the ceiling that every
// event pays anyway: decoding and encoding the incident's document.
func BenchmarkHandle(b *testing.B) {
	book, problems := playbooks.Parse("playbook.yml", []byte(`
name: hot
title: Hot
match: ['alertname="HighCPU"']
tiers: [{name: immediate, within: 1h, steps: [{id: one, title: One}, {id: two, title: Two}]}]
`))
	if err := problems.Err(); err != nil {
		b.Fatal(err)
	}
	filled, _ := book.Fill(playbooks.Data{})
	rules := incident.Rules{ReopenWithin: time.Hour, StaleAfter: 24 * time.Hour, SeverityLabel: "severity", SeverityOrder: []string{"critical"}}
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	firing := alerts.Notification{Source: "default", Receiver: "bot", GroupKey: "k", Status: alerts.Firing, Firing: 1, Alerts: []alerts.Alert{{
		Status: alerts.Firing, Fingerprint: "f", StartsAt: start, Labels: map[string]string{"alertname": "HighCPU", "severity": "critical"},
	}}}
	opened := rules.Handle(incident.StepInput{Next: 1, Loaded: incident.Loaded{Plan: &incident.Plan{Channel: "#c", Playbook: book, Hash: book.Hash(), Filled: filled}}}, incident.Event{At: start, Notification: &firing}).Results[0].Incident
	document, err := opened.Encode()
	if err != nil {
		b.Fatal(err)
	}

	in := incident.StepInput{Current: &opened}
	incident.Keep(&in.Loaded.Books, book.Hash(), book)
	b.Run("repeat", func(b *testing.B) {
		for b.Loop() {
			rules.Handle(in, incident.Event{At: start.Add(time.Minute), Notification: &firing})
		}
	})
	b.Run("click", func(b *testing.B) {
		act := incident.Act{Verb: incident.VerbDone, Incident: 1, Step: "1", User: incident.User{ID: "U1"}}
		for b.Loop() {
			rules.Handle(in, incident.Event{At: start.Add(time.Minute), Act: &act})
		}
	})
	b.Run("ceiling: plain json", func(b *testing.B) {
		for b.Loop() {
			var plain map[string]any
			if err := json.Unmarshal(document, &plain); err != nil {
				b.Fatal(err)
			}
			if _, err := json.Marshal(plain); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("document", func(b *testing.B) {
		for b.Loop() {
			i, err := incident.Decode(document)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := i.Encode(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

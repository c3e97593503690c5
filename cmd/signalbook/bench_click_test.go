package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
	"github.com/signalbook/signalbook/playbooks/library"
)

const (
	clickEach   = 2200 * time.Millisecond // Slack takes 50 edits a minute, and roots are edited too
	clickWithin = 20 * time.Second        // what takes longer counts as that long
)

// BenchmarkClick is how long it takes from a click on a step's button until the
// edited message stands in Slack: in normal running, and right after 1,000 other
// groups fired into the same channel, 1 of 40 of them critical. Its ceiling is a
// bare chat.update by slack-go against the same slacksim, one after each click.
func BenchmarkClick(b *testing.B) {
	for _, load := range []struct {
		name           string
		groups, clicks int
	}{{"normal", 0, 25}, {"storm of 1000", 1000, 15}} {
		b.Run(load.name, func(b *testing.B) { clicks(b, load.groups, load.clicks) })
	}
}

func clicks(b *testing.B, groups, count int) {
	r := startRig(b, options{})
	bot := r.startBot()
	var targets []target
	for k, name := range []string{"v0.34.0-e2e-1-database-high-cpu-firing", "v0.34.0-e2e-2-cdn-cost-spike-firing", "v0.34.0-e2e-3-inference-latency-firing"} {
		bot.mustNotify(payload(b, name))
		root := r.root("#incidents", k)
		targets = append(targets, r.targets(b, k+1, root, []string{"database-cpu", "cdn-cost", "inference-latency"}[k])...)
	}
	api := slack.New("xoxb-test", slack.OptionAPIURL(r.slackURL+"/api/"))
	channel, ts, err := api.PostMessageContext(b.Context(), targets[0].message.Channel, slack.MsgOptionText("bare", false))
	if err != nil {
		b.Fatal(err)
	}
	for k := range groups {
		bot.mustNotify(stormBody(k))
	}
	ticker := time.NewTicker(clickEach)
	defer ticker.Stop()
	var late, bare []time.Duration
	lost := 0
	for k := range count {
		<-ticker.C
		// Steps far from each other: a message is edited at most every 2 s.
		at := targets[(k*7)%len(targets)]
		took, ok := r.clickUntilEdited(b, at, k/len(targets))
		if !ok {
			lost++
		}
		late = append(late, took)
		began := time.Now()
		if _, _, _, err := api.UpdateMessageContext(b.Context(), channel, ts, slack.MsgOptionText(fmt.Sprintf("bare %d", k), false)); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(began))
	}
	b.Logf("%v", late)
	b.ReportMetric(milliseconds(percentile(late, .5)), "p50-ms")
	b.ReportMetric(milliseconds(percentile(late, .99)), "p99-ms")
	b.ReportMetric(milliseconds(percentile(bare, .5)), "ceiling-p50-ms")
	b.ReportMetric(float64(percentile(late, .5))/float64(percentile(bare, .5)), "x-ceiling")
	b.ReportMetric(float64(lost), "later-than-20s")
	b.ReportMetric(0, "ns/op")
}

// target is a step that can be clicked on.
type target struct {
	message snapshot.Message
	value   string
}

// targets are the steps of an incident, as its three tiers show them.
func (r *rig) targets(b *testing.B, number int, root snapshot.Message, playbook string) (targets []target) {
	b.Helper()
	replies := r.replies(root)
	for _, book := range library.All() {
		if book.Name != playbook {
			continue
		}
		for k, tier := range book.Tiers {
			for _, step := range tier.Steps {
				targets = append(targets, target{replies[k], fmt.Sprintf("INC-%d/%s", number, step.ID)})
			}
		}
	}
	return targets
}

// clickUntilEdited clicks and waits until the message reads otherwise.
func (r *rig) clickUntilEdited(b *testing.B, at target, round int) (took time.Duration, ok bool) {
	b.Helper()
	action := []string{"step:ack", "step:done", "step:undo"}[round%3]
	before := r.now(at.message).PlainText()
	ctx, cancel := context.WithTimeout(b.Context(), clickWithin)
	defer cancel()
	began := time.Now()
	r.click("anna", at.message, action, at.value)
	err := r.sim.WaitFor(ctx, func(*snapshot.View) bool { return r.now(at.message).PlainText() != before })
	if err != nil {
		return clickWithin, false
	}
	return time.Since(began), true
}

// stormBody is the notification of one of many groups.
func stormBody(k int) []byte {
	severity := "warning"
	if k%40 == 0 {
		severity = "critical"
	}
	labels := fmt.Sprintf(`{"alertname":"Storm","instance":"node-%d","severity":"%s"}`, k, severity)
	return []byte(strings.NewReplacer("LABELS", labels, "KEY", fmt.Sprintf("storm-%d", k)).Replace(
		`{"version":"4","groupKey":"KEY","status":"firing","receiver":"bot","groupLabels":LABELS,"commonLabels":LABELS,"commonAnnotations":{"summary":"node is hot"},` +
			`"externalURL":"http://alertmanager.example.com:9093","truncatedAlerts":0,` +
			`"alerts":[{"status":"firing","labels":LABELS,"annotations":{"summary":"node is hot"},"startsAt":"2026-11-23T09:10:05.286Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":""}]}`))
}

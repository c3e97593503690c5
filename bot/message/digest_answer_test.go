package message

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestDigestAnswers: what people are told about digests, and that nothing of it does harm.
func TestDigestAnswers(t *testing.T) {
	for want, a := range map[string]event.DigestAnswer{
		"Remembered: what CloudFront cost is meant.":                     {Kind: event.DigestApplied, Verb: report.VerbExpected, Title: "CloudFront"},
		"INC-7 is about CloudFront already; the digest names it now.":    {Kind: event.DigestApplied, Verb: report.VerbInvestigate, Title: "CloudFront", State: "INC-7"},
		"Adopted: Reserve. Thank you.":                                   {Kind: event.DigestApplied, Verb: report.VerbAdopt, Title: "Reserve"},
		"Put off: Reserve.":                                              {Kind: event.DigestApplied, Verb: report.VerbSnooze, Title: "Reserve"},
		"Taken back: Reserve is open.":                                   {Kind: event.DigestApplied, Verb: report.VerbUndo, Title: "Reserve"},
		"anna was first: <@U0SIM00001> adopted it (Reserve).":            {Kind: event.DigestTaken, Verb: report.VerbAdopt, Title: "Reserve", State: "adopt", Who: incident.User{ID: "U0SIM00001", Name: "anna"}},
		"This is done already: you put it off (Reserve).":                {Kind: event.DigestAlready, Verb: report.VerbSnooze, Title: "Reserve", State: "snooze"},
		"That needs a reason, so that the next reader knows.":            {Kind: event.DigestNoReason, Verb: report.VerbExpected},
		"That needs a date to come back at.":                             {Kind: event.DigestNoReason, Verb: report.VerbSnooze},
		"There is nothing to take back: Reserve is open.":                {Kind: event.DigestNothing, Verb: report.VerbUndo, Title: "Reserve"},
		"This digest, or this part of it, is not there any more.":        {Kind: event.DigestGone, Verb: report.VerbAdopt},
		"There is no digest “daily” in the configuration.":               {Kind: event.DigestGone, Verb: report.VerbPost, Text: "daily"},
		"Which digest? Name one of a, b: `/playbook digest post NAME`":   {Kind: event.DigestGone, Verb: report.VerbPost, Title: "a, b"},
		"No digest is configured: see `digests` in signalbook.yml.":      {Kind: event.DigestGone, Verb: report.VerbPost},
		"Only @db may act here. Nothing was changed.":                    {Kind: event.DigestForbidden, Verb: report.VerbAdopt, Text: "Only @db may act here"},
		"The digest weekly is being made; it follows in #cost-review.":   {Kind: event.DigestAsked, Verb: report.VerbPost, Title: "weekly", Text: "#cost-review"},
		"That did not work: it is broken. Nothing was changed.":          {Kind: event.DigestFailed, Verb: report.VerbAdopt, Text: "it is broken"},
		"The digest weekly is being made already; it follows in #costs.": {Kind: event.DigestSecond, Verb: report.VerbPost, Title: "weekly", Text: "#costs"},
	} {
		if got := Told(event.Answer{Digest: a}, "/playbook").Text; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		a.Title, a.State, a.Text, a.Who = blocktest.Hostile, blocktest.Hostile, blocktest.Hostile, incident.User{ID: blocktest.Hostile, Name: blocktest.Hostile}
		for _, problem := range blocktest.Problems(t, blockkit.TextMessage(DigestAnswer(a, "/playbook"))) {
			t.Errorf("%s %s: %s", a.Kind, a.Verb, problem)
		}
	}
	if got := DigestAnswer(event.DigestAnswer{Kind: event.DigestOlder}, "/playbook"); !strings.Contains(got, "older than what I remember") {
		t.Errorf("got %q", got)
	}
	taken := event.Answer{Digest: event.DigestAnswer{Kind: event.DigestTaken, State: "adopt", Title: "R", Who: incident.User{ID: "U0SIM00001", Name: "anna"}}}
	if got, want := PlainAnswer(taken, "/playbook"), "anna was first: anna adopted it (R)."; got != want {
		t.Errorf("got %q, want %q where Slack shows no markup", got, want)
	}
}

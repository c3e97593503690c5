package message

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestDescriptionIsShownBesideTheSummary: of one alert in the root, of several in their
// lines where they differ, once where they do not; and never twice.
func TestDescriptionIsShownBesideTheSummary(t *testing.T) {
	says := func(summary, description string) map[string]string {
		return map[string]string{"summary": summary, "description": description}
	}
	for name, c := range map[string]struct {
		common map[string]string
		alerts []map[string]string
		root   string // between the origin and the owners
		lines  []string
	}{
		"one alert":                           {says("CPU is hot", "94 % for ten minutes"), []map[string]string{says("CPU is hot", "94 % for ten minutes")}, "CPU is hot\n94 % for ten minutes", []string{"`A db-0` · since"}},
		"several that differ":                 {nil, []map[string]string{says("db-0 is hot", "94 %"), says("db-1 is hot", "91 %")}, "db-0 is hot", []string{"db-0` db-0 is hot · 94 % · since", "db-1` db-1 is hot · 91 % · since"}},
		"whole sentences":                     {nil, []map[string]string{says("db-0 is hot.", "It is at 94 %."), says("db-1 is hot.", "91 %...")}, "db-0 is hot.", []string{"db-0` db-0 is hot · It is at 94 % · since", "db-1` db-1 is hot · 91 %.. · since"}},
		"only descriptions do":                {map[string]string{"summary": "Hot"}, []map[string]string{says("Hot", "94 %"), says("Hot", "91 %")}, "Hot", []string{"db-0` · 94 % · since", "db-1` · 91 % · since"}},
		"several that are alike":              {says("Hot", "Databases burn"), []map[string]string{says("Hot", "Databases burn"), says("Hot", "Databases burn")}, "Hot\nDatabases burn", []string{"db-0` · since", "db-1` · since"}},
		"common to all in place of a summary": {map[string]string{"description": "Hot"}, []map[string]string{says("db-0", "Hot"), says("db-1", "Hot")}, "Hot", []string{"db-0` db-0 · since", "db-1` db-1 · since"}},
		"no summary":                          {map[string]string{"description": "94 %"}, []map[string]string{{"description": "94 %"}}, "94 %", []string{"`A db-0` · since"}},
		"the same twice":                      {says("Hot", "Hot"), []map[string]string{says("Hot", "Hot")}, "Hot", []string{"`A db-0` · since"}},
		"message and description":             {map[string]string{"message": "Hot", "description": "94 %"}, []map[string]string{{"message": "Hot", "description": "94 %"}}, "Hot\n94 %", []string{"`A db-0` · since"}},
	} {
		n := leading(alerts.Firing, c.alerts...)
		n.CommonAnnotations = c.common
		if len(c.alerts) == 1 {
			n.CommonLabels["instance"] = "db-0"
		}
		got := blockkit.Terminal(root(newScene(t, triage()).hears(n).view()))
		_, after, _ := strings.Cut(got, "playbook triage\n")
		words, _, _ := strings.Cut(after, "\n*Owners")
		if words != c.root {
			t.Errorf("%s: got %q, want %q", name, words, c.root)
		}
		for _, line := range c.lines {
			if !strings.Contains(got, line) {
				t.Errorf("%s: no line holds %q:\n%s", name, line, got)
			}
		}
	}
}

// TestLongDescriptionIsFolded: Slack folds what is longer than a few lines, and none is
// longer than a thousand characters.
func TestLongDescriptionIsFolded(t *testing.T) {
	annotations := map[string]string{"summary": "Hot", "description": blocktest.Hostile + strings.Repeat(" and more", 400)}
	n := leading(alerts.Firing, annotations)
	n.CommonAnnotations = annotations
	for _, b := range root(newScene(t, triage()).hears(n).view()).Blocks {
		if b.ID() != "description" {
			continue
		}
		s := b.(*slack.SectionBlock)
		if s.Expand || s.Text.Type != slack.PlainTextType || textutil.Units(s.Text.Text) > maxDescription || !strings.Contains(s.Text.Text, "characters in all)") {
			t.Errorf("got %+v, want plain text of at most %d characters, folded, and how long it was", s.Text, maxDescription)
		}
		return
	}
	t.Error("there is no description")
}

package message

import (
	"regexp"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

// TestDescriptionIsShownBesideTheSummary: in the root what all
// alerts say, and in status of each what it says itself; never twice.
func TestDescriptionIsShownBesideTheSummary(t *testing.T) {
	says := func(summary, description string) map[string]string {
		return map[string]string{"summary": summary, "description": description}
	}
	for name, c := range map[string]struct {
		common map[string]string
		alerts []map[string]string
		root   string // between the count and the lines
		lines  []string
	}{
		"one alert":                           {says("CPU is hot", "94 % for ten minutes"), []map[string]string{says("CPU is hot", "94 % for ten minutes")}, "CPU is hot\n94 % for ten minutes", nil},
		"several that differ":                 {nil, []map[string]string{says("db-0 is hot", "94 %"), says("db-1 is hot", "91 %")}, "", []string{"db-0` · db-0 is hot · 94 %", "db-1` · db-1 is hot · 91 %"}},
		"whole sentences":                     {nil, []map[string]string{says("db-0 is hot.", "It is at 94 %."), says("db-1 is hot.", "91 %...")}, "", []string{"db-0` · db-0 is hot · It is at 94 %", "db-1` · db-1 is hot · 91 %.."}},
		"only descriptions do":                {map[string]string{"summary": "Hot"}, []map[string]string{says("Hot", "94 %"), says("Hot", "91 %")}, "Hot", []string{"db-0` · 94 %", "db-1` · 91 %"}},
		"several that are alike":              {says("Hot", "Databases burn"), []map[string]string{says("Hot", "Databases burn"), says("Hot", "Databases burn")}, "Hot\nDatabases burn", []string{"db-0`", "db-1`"}},
		"common to all in place of a summary": {map[string]string{"description": "Hot"}, []map[string]string{says("db-0", "Hot"), says("db-1", "Hot")}, "Hot", []string{"db-0` · db-0", "db-1` · db-1"}},
		"no summary":                          {map[string]string{"description": "94 %"}, []map[string]string{{"description": "94 %"}}, "94 %", nil},
		"the same twice":                      {says("Hot", "Hot"), []map[string]string{says("Hot", "Hot")}, "Hot", nil},
		"message and description":             {map[string]string{"message": "Hot", "description": "94 %"}, []map[string]string{{"message": "Hot", "description": "94 %"}}, "Hot\n94 %", nil},
	} {
		n := leading(alerts.Firing, c.alerts...)
		n.CommonAnnotations = c.common
		if len(c.alerts) == 1 {
			n.CommonLabels["instance"] = "db-0"
		}
		got := blockkit.Terminal(root(newScene(t, triage()).hears(n).view()))
		_, after, _ := strings.Cut(got, "firing since ")
		_, after, _ = strings.Cut(after, "\n")
		words := regexp.MustCompile(`(?m)^(•|INC-142)(.|\n)*`).ReplaceAllString(after, "")
		if strings.TrimSpace(words) != c.root {
			t.Errorf("%s: got %q, want %q", name, words, c.root)
		}
		status := blockkit.Terminal(Status(newScene(t, triage()).hears(n).view(), night))
		for _, line := range c.lines {
			if !strings.Contains(status, line) {
				t.Errorf("%s: no line of status holds %q:\n%s", name, line, status)
			}
		}
	}
}

// TestLongDescriptionIsCut: the root shows what reads at a glance, status shows more.
func TestLongDescriptionIsCut(t *testing.T) {
	annotations := map[string]string{"summary": "Hot", "description": blocktest.Hostile + strings.Repeat(" and more", 400)}
	n := leading(alerts.Firing, annotations)
	n.CommonAnnotations = annotations
	v := newScene(t, triage()).hears(n).view()
	if got := blockkit.Terminal(root(v)); strings.Count(got, "and more") > maxDescription/len(" and more") || !strings.Contains(got, "…") {
		t.Errorf("the root says all of it:\n%s", got)
	}
	if got := blockkit.Terminal(Status(v, night)); !strings.Contains(got, "characters in all)") || strings.Count(got, "and more") < 50 {
		t.Errorf("status does not say how long it was:\n%s", got)
	}
}

package playbooktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/signalbook/signalbook/bot/message"
)

// pings judges who was told what and when, over the whole test.
func (p *player) pings(at path) {
	e := &p.test.Expect
	if e.Reminders != nil {
		var want, got []string
		for _, r := range *e.Reminders {
			want = append(want, pingLine(r.At.String(), r.To, " about "+bracketed(r.Steps)))
		}
		for _, ping := range p.stage.Pings() {
			if ping.Slot == message.DeadlinePing {
				got = append(got, pingLine(since(ping.At), ping.To, " about "+bracketed(ping.Steps)))
			}
		}
		p.lines(at.at("reminders"), "reminders differ", want, got)
	}
	if e.Escalations != nil {
		var want, got []string
		for k, x := range *e.Escalations {
			level := x.Level
			if level == 0 {
				level = k + 1
			}
			want = append(want, pingLine(x.At.String(), x.To, fmt.Sprintf(", level %d", level)))
		}
		for _, ping := range p.stage.Pings() {
			if level, ok := strings.CutPrefix(ping.Slot, "escalation:"); ok {
				got = append(got, pingLine(since(ping.At), ping.To, ", level "+level))
			}
		}
		p.lines(at.at("escalations"), "escalations differ", want, got)
	}
}

func pingLine(at string, to []string, rest string) string { return at + " to " + bracketed(to) + rest }

// lines judges a list that reads best as one entry a line.
func (p *player) lines(at path, what string, want, got []string) {
	if !slices.Equal(want, got) {
		p.failf(at, "the %s (-want +got)\n%s", what, difference(want, got))
	}
}

// difference shows two texts by line: " " in both, "-" wanted only, "+" there only.
func difference(want, got []string) string {
	text := func(lines []string) []byte {
		if len(lines) == 0 {
			return nil
		}
		return []byte(strings.Join(lines, "\n") + "\n")
	}
	_, rest, _ := strings.Cut(string(diff.Diff("want", text(want), "got", text(got))), "\n+++ got\n")
	var kept []string
	for line := range strings.Lines(rest) {
		if line = strings.TrimRight(line, "\n"); !strings.HasPrefix(line, "@@ ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

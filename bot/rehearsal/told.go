package rehearsal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/signalbook/signalbook/bot/incident"
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

// messages judges golden texts by slot.
func (p *player) messages(at path, i incident.Incident, want map[string]string) {
	if len(want) == 0 {
		return
	}
	slots := map[string]string{}
	var names []string
	for _, s := range p.stage.Messages(i) {
		slots[s.Name] = message.Terminal(s.Message)
		names = append(names, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, there := slots[name]
		if !there {
			p.failf(at.at(name), "there is no message %q%s", short(name), nearest(name, names))
			continue
		}
		w, g := textLines(want[name]), textLines(got)
		if !fits(w, g) {
			p.failf(at.at(name), "message %s differs (-want +got)\n%s", name, difference(w, closest(w, g)))
		}
	}
}

// anything is the line that stands for any lines, or none.
const anything = "..."

func textLines(s string) []string {
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	for k, l := range lines {
		lines[k] = strings.TrimRight(l, " \t")
	}
	return lines
}

// fits reports whether got is what want says. Between two of its "..." the wanted
// lines must follow one another; taking the first place where a part fits leaves
// the most room to the next.
func fits(want, got []string) bool {
	parts := split(want)
	for k, part := range parts {
		first, last := k == 0, k == len(parts)-1
		switch {
		case first && last:
			return slices.Equal(part, got)
		case first:
			if len(got) < len(part) || !slices.Equal(part, got[:len(part)]) {
				return false
			}
			got = got[len(part):]
		case last:
			return len(got) >= len(part) && slices.Equal(part, got[len(got)-len(part):])
		default:
			at := index(got, part)
			if at < 0 {
				return false
			}
			got = got[at+len(part):]
		}
	}
	return true
}

// split divides lines at "...".
func split(lines []string) [][]string {
	parts := [][]string{nil}
	for _, l := range lines {
		if l == anything {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], l)
	}
	return parts
}

// index is where part begins in lines, -1 when it is not there.
func index(lines, part []string) int {
	for k := 0; k+len(part) <= len(lines); k++ {
		if slices.Equal(lines[k:k+len(part)], part) {
			return k
		}
	}
	return -1
}

// closest is got as it is compared line by line with a text that has "..." in it:
// all of got when there is none, else with the same "..." where lines were left
// out, as far as they can be told.
func closest(want, got []string) []string {
	parts := split(want)
	var out []string
	for k, part := range parts {
		if k > 0 {
			out = append(out, anything)
		}
		at := index(got, part)
		if at < 0 || len(parts) == 1 {
			return append(out, got...)
		}
		out = append(out, got[at:at+len(part)]...)
		got = got[at+len(part):]
	}
	return out
}

package playbooktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// messages judges golden texts by slot.
func (p *player) messages(at path, i incident.Incident, want map[string]string) {
	if len(want) == 0 {
		return
	}
	slots := map[string]string{}
	var names []string
	for _, s := range p.stage.Messages(i) {
		slots[s.Name] = blockkit.Terminal(s.Message)
		names = append(names, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, there := slots[name]
		if !there {
			p.failf(at.at(name), "there is no message %q%s", textutil.Cut(name, 60), nearest(name, names))
			continue
		}
		w, g := textLines(want[name]), textLines(got)
		if !fits(w, g) {
			p.failf(at.at(name), "message %s differs (-want +got)\n%s", name, elide(difference(w, g)))
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

// elide shortens the difference of a text that has "..." in it: lines that a "..."
// stands for are no difference. Where more than a "..." differs, the lines that may
// have been meant are shown, and the rest counted.
func elide(difference string) string {
	const around = 2
	var out []string
	lines := strings.Split(difference, "\n")
	for k := 0; k < len(lines); {
		end := k
		for end < len(lines) && strings.HasPrefix(lines[end], "-") {
			end++
		}
		wanted := lines[k:end]
		for end < len(lines) && strings.HasPrefix(lines[end], "+") {
			end++
		}
		there := lines[k+len(wanted) : end]
		missing := without(wanted, []string{"-" + anything})
		switch {
		case end == k:
			out = append(out, lines[k])
			end++
		case len(missing) == len(wanted):
			out = append(out, lines[k:end]...)
		case len(missing) == 0:
			out = append(out, " "+anything)
		default:
			out = append(out, wanted...)
			shown := min(len(there), len(missing)+around)
			out = append(out, there[:shown]...)
			if rest := len(there) - shown; rest > 1 {
				out = append(out, fmt.Sprintf("+(%d more lines)", rest))
			} else {
				out = append(out, there[shown:]...)
			}
		}
		k = end
	}
	return strings.Join(out, "\n")
}

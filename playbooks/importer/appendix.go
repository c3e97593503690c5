package importer

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxAppendix bounds the comments at the end, in bytes: it is more than any
// source that is read.
const maxAppendix = 300 << 10

// appendix is what the playbook does not hold, as comments of at most so many
// bytes or a few more.
func (d *Draft) appendix(most int) string {
	if len(d.lost) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n# Not carried over. Take from here what is needed, and delete the rest.\n")
	for i, l := range d.lost {
		if b.Len() > most {
			fmt.Fprintf(&b, "# And %d more: see the source.\n", len(d.lost)-i)
			break
		}
		where := ""
		if l.line > 0 {
			where = fmt.Sprintf("line %d: ", l.line)
		}
		text := strings.TrimSpace(clean(l.text))
		end := ""
		if text != "" {
			end = ":"
		}
		b.WriteString("#\n# " + where + oneLine(clean(l.what)) + end + "\n")
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, " \t\n")
			if b.Len()+len(line) > most {
				b.WriteString("#   (the rest is left out: see the source)\n")
				break
			}
			b.WriteString(strings.TrimRight("#   "+line, " ") + "\n")
		}
	}
	return b.String()
}

// standIns are characters of the basic plane that stand for those beyond it
// (pictures, mostly) while the YAML is written: the library would write
// "\U0001F6A8" for them, and a whole text in quotes.
type standIns struct{ back map[rune]rune }

// newStandIns puts stand-ins into all texts below a node. They are taken from
// the private use area, of what no text uses.
func newStandIns(root *yaml.Node) standIns {
	used, beyond := map[rune]bool{}, map[rune]bool{}
	texts(root, func(s string) string {
		for _, r := range s {
			used[r] = true
			beyond[r] = beyond[r] || r > 0xffff
		}
		return s
	})
	in := standIns{map[rune]rune{}}
	to := map[rune]rune{}
	next := rune(0xe000)
	for r := range beyond {
		for beyond[r] && next <= 0xf8ff && used[next] {
			next++
		}
		if beyond[r] && next <= 0xf8ff {
			to[r], in.back[next] = next, r
			next++
		}
	}
	texts(root, func(s string) string { return mapped(s, to) })
	return in
}

func (in standIns) restore(s string) string { return mapped(s, in.back) }

func mapped(s string, to map[rune]rune) string {
	if len(to) == 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if t, ok := to[r]; ok {
			return t
		}
		return r
	}, s)
}

func texts(n *yaml.Node, f func(string) string) {
	n.Value, n.HeadComment = f(n.Value), f(n.HeadComment)
	for _, c := range n.Content {
		texts(c, f)
	}
}

package importer

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	yamlMatter = regexp.MustCompile(`(?s)^---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)`)
	tomlMatter = regexp.MustCompile(`(?s)^\+\+\+[ \t]*\n(.*?\n)\+\+\+[ \t]*(?:\n|$)`)
	tomlPair   = regexp.MustCompile(`^\s*([\w.-]+)\s*=\s*(.*)$`)
	alertKeys  = regexp.MustCompile(`(?i)^(alert[_-]?names?|alerts?)$`)
)

// frontMatter takes a block of YAML or TOML at the beginning off the text:
// title, description and the names of alerts are used, the rest is told.
// above is how many lines it had.
func (d *Draft) frontMatter(src string) (rest string, above int) {
	m := tomlMatter.FindStringSubmatch(src)
	if m != nil {
		for i, line := range strings.Split(m[1], "\n") {
			if pair := tomlPair.FindStringSubmatch(line); pair != nil {
				var value yaml.Node // TOML's texts, numbers and lists of them are YAML's
				if yaml.Unmarshal([]byte(pair[2]), &value) == nil && len(value.Content) == 1 {
					d.matter(i+2, pair[1], value.Content[0])
					continue
				}
			}
			if strings.TrimSpace(line) != "" {
				d.lose(i+2, "front matter", line)
			}
		}
	} else if m = yamlMatter.FindStringSubmatch(src); m != nil {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(m[1]), &doc); err != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
			return src, 0 // two rules with text between
		}
		d.remarks(&doc, map[*yaml.Node]bool{})
		pairs := doc.Content[0].Content
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i].Kind != yaml.ScalarNode {
				key, _ := yaml.Marshal(pairs[i])
				d.lose(pairs[i].Line+1, "front matter", clean(string(key)))
			}
			d.matter(pairs[i+1].Line+1, pairs[i].Value, pairs[i+1])
		}
	} else {
		return src, 0
	}
	return src[len(m[0]):], strings.Count(m[0], "\n")
}

// matter takes one value.
func (d *Draft) matter(line int, key string, value *yaml.Node) {
	said := oneLine(clean(value.Value))
	scalar := value.Kind == yaml.ScalarNode
	switch {
	case scalar && key == "title" && d.title == "":
		d.title = said
	case scalar && (key == "description" || key == "summary") && d.description == "":
		d.description = entities.Replace(said)
	case alertKeys.MatchString(key) && (scalar && alertName.MatchString(said) || value.Kind == yaml.SequenceNode && allNames(value.Content)):
		if scalar {
			d.alerts = append(d.alerts, said)
		}
		for _, c := range value.Content {
			d.alerts = append(d.alerts, c.Value)
		}
	case scalar:
		d.lose(line, "front matter", clean(key)+": "+said)
	default:
		text, _ := yaml.Marshal(value)
		d.lose(line, "front matter", clean(key+": "+string(text)))
	}
}

// remarks tells the comments of front matter.
func (d *Draft) remarks(n *yaml.Node, seen map[*yaml.Node]bool) {
	if n == nil || seen[n] {
		return
	}
	seen[n] = true
	for _, remark := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		if remark != "" {
			d.lose(n.Line+1, "a comment in the front matter", clean(remark))
		}
	}
	for _, c := range n.Content {
		d.remarks(c, seen)
	}
}

func allNames(nodes []*yaml.Node) bool {
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode || !alertName.MatchString(n.Value) {
			return false
		}
	}
	return len(nodes) > 0
}

var (
	fenceLine  = regexp.MustCompile("^[ \t>]*(?:[-*+] |[0-9]+[.)] )?[ \t]*(```+|~~~+)")
	tocMark    = regexp.MustCompile(`(?i)^\s*(?:\[\[?_?TOC_?\]\]?|\{:?\.?toc\}|\$\{toc\}|<!-- *toc *-->)\s*$`)
	divMark    = regexp.MustCompile(`^\s*:{3,}\s*(.*?)\s*$`)
	attributes = regexp.MustCompile(`^(|\s{0,3}#{1,6}\s.*?|[^\s{].*?)\s*(\{:?\s?[#.][^{}]*\})\s*#*\s*$`)
	ofSpan     = regexp.MustCompile(`\]\{[#.][^{}]*\}`)
	ofDiv      = regexp.MustCompile(`\{[^{}]*\}`)
	underline  = regexp.MustCompile(`^\s{0,3}(=+|-+)\s*$`)
	shortcode  = regexp.MustCompile(`\{\{[<%]\s*/?\s*([\w./-]+)([^{}]*?)\s*/?[%>]\}\}`)
	quotation  = regexp.MustCompile(`"([^"]*)"`)
	admonition = regexp.MustCompile(`^(\s*)(?:!!!|\?\?\?\+?)\s+(\w+)(?:\s+"([^"]*)")?\s*$`)
	callout    = regexp.MustCompile(`(?i)^(\s*(?:>\s*)+)\[!(\w+)\]`)
)

// unmark takes out what other programs than Markdown's read: marks of a table
// of contents, ids and classes of headings, shortcodes, the edges of boxes.
// The number of lines stays.
func (d *Draft) unmark(src string, above int) string {
	lines := strings.Split(src, "\n")
	open := ""
	box := "" // what the text of an admonition is indented by
	for i, line := range lines {
		switch inside, ok := strings.CutPrefix(line, box); {
		case ok && box != "":
			line = box[:len(box)-4] + inside
		case strings.TrimSpace(line) != "":
			box = ""
		}
		if m := admonition.FindStringSubmatch(line); m != nil && open == "" {
			box = m[1] + "    "
			line = strings.TrimSpace(m[1] + "**" + m[2] + ":** " + m[3])
		}
		lines[i] = line
		if m := fenceLine.FindStringSubmatch(line); m != nil {
			switch {
			case open == "":
				open = m[1]
			case strings.HasPrefix(m[1], open):
				open = ""
			}
			continue
		}
		if open != "" || strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "\t") {
			continue
		}
		if tocMark.MatchString(line) {
			lines[i] = ""
			continue
		}
		tell := func(mark string) {
			if strings.ContainsAny(strings.Trim(mark, "]{: }"), " =") {
				d.lose(above+i+1, "attributes", mark)
			}
		}
		if m := divMark.FindStringSubmatch(line); m != nil {
			tell(ofDiv.FindString(m[1]))
			line = ofDiv.ReplaceAllString(m[1], "")
		}
		line = callout.ReplaceAllString(line, "$1**$2:**")
		heading := strings.HasPrefix(strings.TrimLeft(line, " "), "#") || i+1 < len(lines) && underline.MatchString(lines[i+1])
		if m := attributes.FindStringSubmatch(line); m != nil && (heading || m[1] == "") {
			tell(m[2])
			line = m[1]
		}
		for _, mark := range ofSpan.FindAllString(line, -1) {
			tell(mark)
		}
		line = ofSpan.ReplaceAllString(line, "]")
		lines[i] = shortcode.ReplaceAllStringFunc(line, func(code string) string {
			m := shortcode.FindStringSubmatch(code)
			var said []string
			for _, q := range quotation.FindAllStringSubmatch(m[2], -1) {
				said = append(said, q[1])
			}
			d.lose(above+i+1, "a shortcode", code)
			return strings.Join(said, " ")
		})
	}
	return strings.Join(lines, "\n")
}

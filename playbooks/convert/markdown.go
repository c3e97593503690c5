package convert

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"gopkg.in/yaml.v3"
)

// Markdown reads a runbook: headings make sections, the numbered and checkbox
// lists below them steps (where there are none, other lists, or sections with
// commands). file is only its name in errors, which begin with its place.
func Markdown(file string, data []byte) (*Draft, error) {
	src, err := readable(file, data)
	if err != nil {
		return nil, err
	}
	if line := tooDeep(src); line > 0 {
		return nil, problem(file, line, 1, "lists or quotations are nested deeper than %d levels: flatten them", maxNesting)
	}
	if line := tooDense(src); line > 0 {
		return nil, problem(file, line, 1, "more than %d signs of formatting (%s) without an empty line between: part the text", maxSigns, signs)
	}
	d := &Draft{file: file}
	src, above := d.frontMatter(src)
	r := &runbook{draft: d, page: parse(src, d.lose)}
	r.page.above = above
	r.read()
	r.unused()
	if d.title == "" {
		d.title = r.title
	} else if r.title != "" && r.title != d.title {
		d.lose(0, "the first heading, because the front matter gives a title", r.title)
	}
	if err := d.steps("no list was found that could be steps: write them as a numbered list (1. Look at …) or with boxes (- [ ] Look at …) below a heading"); err != nil {
		return nil, err
	}
	return d, nil
}

// maxNesting bounds lists inside lists and quotations inside quotations.
const maxNesting = 30

var marker = regexp.MustCompile(`^[ \t]*(>|[-+*][ \t]|[0-9]{1,9}[.)][ \t])`)

// tooDeep returns the first line, from 1, that begins deeper than anybody
// writes, or 0. Parsing such lines takes time with the square of their depth.
func tooDeep(src string) int {
	n := 0
	for line := range strings.Lines(src) {
		n++
		depth, rest := 0, line
		for depth <= maxNesting {
			at := marker.FindStringIndex(rest)
			if at == nil {
				break
			}
			depth, rest = depth+1, rest[at[1]:]
		}
		if depth > maxNesting || depth > 0 && len(line)-len(strings.TrimLeft(line, " ")) > 8*maxNesting {
			return n
		}
	}
	return 0
}

// maxSigns bounds the signs of formatting in one paragraph. Parsing them takes
// time with the square of their number (goldmark 1.8: 50 s for 65,000 links).
const (
	maxSigns = 2000
	signs    = "[*_~"
)

// tooDense returns the line, from 1, that passes maxSigns, or 0.
func tooDense(src string) int {
	n, found := 0, 0
	for line := range strings.Lines(src) {
		n++
		if strings.TrimSpace(line) == "" {
			found = 0
		}
		for _, sign := range signs {
			found += strings.Count(line, string(sign))
		}
		if found > maxSigns {
			return n
		}
	}
	return 0
}

var fence = regexp.MustCompile(`(?s)^---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)`)

// frontMatter takes a YAML block at the beginning off the text: title and
// description are used. above is how many lines it had.
func (d *Draft) frontMatter(src string) (rest string, above int) {
	m := fence.FindStringSubmatch(src)
	if m == nil {
		return src, 0
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(m[1]), &doc); err != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return src, 0 // two rules with text between
	}
	pairs := doc.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		key, value := pairs[i].Value, pairs[i+1]
		said := oneLine(clean(value.Value))
		switch {
		case value.Kind == yaml.ScalarNode && key == "title" && d.title == "":
			d.title = said
		case value.Kind == yaml.ScalarNode && (key == "description" || key == "summary") && d.description == "":
			d.description = entities.Replace(said)
		case value.Kind == yaml.ScalarNode:
			d.lose(value.Line+1, "front matter", clean(key)+": "+said)
		default:
			text, _ := yaml.Marshal(value)
			d.lose(value.Line+1, "front matter", clean(key+": "+string(text)))
		}
	}
	return src[len(m[0]):], strings.Count(m[0], "\n")
}

// runbook is a page being cut into sections.
type runbook struct {
	*page
	draft   *Draft
	title   string
	parts   []part
	pending []string // what was said above a deeper heading, for the first step below it
	bullets bool     // the page has no numbered and no checkbox list
}

// part is a heading and the blocks below it, up to the next heading.
type part struct {
	heading *ast.Heading // nil above the first one
	title   string
	level   int
	blocks  []ast.Node
	above   []string // titles of the headings that it is below, the nearest first
}

// split cuts the page at its headings.
func (r *runbook) split() {
	r.parts = []part{{}}
	var open []part // the headings that the next one can be below
	for _, n := range children(r.doc) {
		if _, ok := n.(*ast.LinkReferenceDefinition); ok {
			continue // seen where it is used
		}
		h, ok := n.(*ast.Heading)
		if !ok {
			last := &r.parts[len(r.parts)-1]
			last.blocks = append(last.blocks, n)
			continue
		}
		p := part{heading: h, title: r.plain(h), level: h.Level}
		for len(open) > 0 && open[len(open)-1].level >= p.level {
			open = open[:len(open)-1]
		}
		for i := len(open) - 1; i >= 0; i-- {
			p.above = append(p.above, open[i].title)
		}
		open = append(open, p)
		r.parts = append(r.parts, p)
	}
	// The only heading of the highest level, before any list, is the title.
	if len(r.parts) > 1 && !r.hasSteps(r.parts[0].blocks) {
		first, alone := &r.parts[1], true
		for _, p := range r.parts[2:] {
			alone = alone && p.level > first.level
		}
		if alone && (len(r.parts) > 2 || tierOf(first.title) == "") || !r.hasSteps(first.blocks) && len(codes(first.blocks)) == 0 && tierOf(first.title) == "" {
			r.title = first.title
			for i := range r.parts[2:] {
				if above := r.parts[2+i].above; len(above) > 0 && above[len(above)-1] == first.title {
					r.parts[2+i].above = above[:len(above)-1]
				}
			}
			first.heading, first.title = nil, ""
		}
	}
}

// isSteps tells whether a block is a numbered or checkbox list.
func isSteps(n ast.Node) bool {
	list, ok := n.(*ast.List)
	if !ok {
		return false
	}
	if list.IsOrdered() {
		return true
	}
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if box(item) != nil {
			return true
		}
	}
	return false
}

func isList(n ast.Node) bool { _, ok := n.(*ast.List); return ok }

func (r *runbook) hasSteps(blocks []ast.Node) bool {
	for _, n := range blocks {
		if isSteps(n) || r.bullets && isList(n) {
			return true
		}
	}
	return false
}

// codes are the code blocks among blocks.
func codes(blocks []ast.Node) []ast.Node {
	var all []ast.Node
	for _, n := range blocks {
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			all = append(all, n)
		}
	}
	return all
}

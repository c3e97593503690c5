package importer

import (
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Markdown reads a runbook. Headings make sections; below them prose is a step
// with its code as commands, and the items of lists are steps. What only says
// something (Meaning, Impact) is the description. file is named in errors, which
// begin with its place, and names the playbook where the text does not.
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
	if jsontext.Value(src).IsValid() {
		return nil, problem(file, 0, 0, "this is JSON, no Markdown: an export from Mattermost is read by: signalbook import mattermost")
	}
	d := outline(file, src, false)
	if len(d.sections) == 0 {
		d = outline(file, src, true)
	}
	d.fold()
	if err := d.steps("nothing was found that could be a step: write headings with text, commands or lists below them"); err != nil {
		return nil, err
	}
	return d, nil
}

// outline reads a text. With everything, what is only said becomes steps too.
func outline(file, src string, everything bool) *Draft {
	d := &Draft{file: file}
	src, above := d.frontMatter(src)
	r := &runbook{draft: d, page: parse(d.unmark(src, above), d.lose), everything: everything}
	r.page.above = above
	r.read()
	r.unused()
	r.propose()
	switch {
	case d.title == "":
		d.title = r.title
	case r.title != "" && slug(dashed(r.title)) != slug(dashed(d.title)):
		d.lose(0, "the first heading, because the front matter gives a title", r.title)
	}
	return d
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

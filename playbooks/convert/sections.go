package convert

import (
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/signalbook/signalbook/playbooks"
)

// read cuts the page into sections and makes steps of them.
func (r *runbook) read() {
	r.bullets = !slices.ContainsFunc(children(r.doc), isSteps)
	r.split()
	for i, p := range r.parts {
		s := section{title: p.path()}
		for _, title := range append([]string{p.title}, p.above...) {
			if s.tier == "" {
				s.tier = tierOf(title)
			}
		}
		if links := r.links(p); links != nil {
			r.draft.links = append(r.draft.links, links...)
			continue
		}
		switch {
		case r.hasSteps(p.blocks):
			if p.title == "" {
				p.blocks = r.describe(p.blocks)
			}
			s.items = r.listed(p.blocks, isSteps)
			if len(s.items) == 0 {
				s.items = r.listed(p.blocks, isList)
			}
		case s.tier != "" && slices.ContainsFunc(p.blocks, isList):
			s.items = r.listed(p.blocks, isList)
			if len(s.items) > 0 {
				s.items[0].decide = append(s.items[0].decide, "this list has neither numbers nor boxes: are these steps?")
			}
		case p.title != "" && (len(codes(p.blocks)) > 0 || numbered.MatchString(p.title) && len(p.blocks) > 0):
			s.items = []item{r.whole(p)}
		default:
			r.said(i, p)
			continue
		}
		if len(s.items) == 0 {
			continue
		}
		if len(r.pending) > 0 {
			first := &s.items[0]
			first.detail = join(append(r.pending, first.detail)...)
			r.pending = nil
		}
		r.draft.sections = append(r.draft.sections, s)
	}
	for _, text := range r.pending {
		r.draft.lose(0, "text above a heading without steps", text)
	}
	r.draft.place()
}

// path is a part's title below those that it stands under.
func (p *part) path() string {
	path := slices.Concat([]string{p.title}, p.above)
	slices.Reverse(path)
	return strings.Join(slices.DeleteFunc(path, func(s string) bool { return s == "" }), " / ")
}

// describe takes what stands under the title and above the first list into the
// description, and returns the other blocks.
func (r *runbook) describe(blocks []ast.Node) []ast.Node {
	first := slices.IndexFunc(blocks, func(n ast.Node) bool { return r.hasSteps([]ast.Node{n}) })
	r.draft.description = join(r.draft.description, r.detail(blocks[:first], false))
	return blocks[first:]
}

func join(texts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }), "\n")
}

// said keeps the text of a part without steps: in the description when it
// comes before the steps, with the first step below it, or among what is lost.
func (r *runbook) said(i int, p part) {
	text := r.detail(p.blocks, false)
	below := i+1 < len(r.parts) && len(r.parts[i+1].above) > 0 && p.heading != nil && r.parts[i+1].above[0] == p.title
	switch {
	case text == "" && (p.title == "" || below):
	case text == "":
		r.draft.lose(r.line(p.heading), "a heading without steps", p.title)
	case below:
		r.pending = append(r.pending, text)
	case len(r.draft.sections) == 0:
		if p.title != "" {
			text = "*" + entities.Replace(strings.ReplaceAll(p.title, "*", "∗")) + "*\n" + text
		}
		r.draft.description = join(r.draft.description, text)
	case p.heading != nil:
		r.draft.lose(r.line(p.heading), "a section without steps", p.title+"\n"+text)
	default:
		r.draft.lose(r.line(p.blocks[0]), "text without steps", text)
	}
}

// listed makes a step of each item of the lists that steps picks. What stands
// between the lists goes with the step before it, what stands above them with
// the first.
func (r *runbook) listed(blocks []ast.Node, steps func(ast.Node) bool) []item {
	var items []item
	var intro []ast.Node
	for _, n := range blocks {
		switch {
		case steps(n):
			for li := n.FirstChild(); li != nil; li = li.NextSibling() {
				it := r.item(li)
				if it.title == "" && it.detail == "" && len(it.commands) == 0 {
					continue // an empty item
				}
				if len(items) == 0 {
					it.detail = join(r.detailOf(&it, intro), it.detail)
				}
				items = append(items, it)
			}
		case len(items) == 0:
			intro = append(intro, n)
		default:
			last := &items[len(items)-1]
			last.detail = join(last.detail, r.detailOf(last, []ast.Node{n}))
		}
	}
	return items
}

// detailOf writes blocks for a step, which gets their commands.
func (r *runbook) detailOf(it *item, blocks []ast.Node) string {
	r.commands = nil
	text := r.detail(blocks, true)
	it.commands = append(it.commands, r.commands...)
	r.commands = nil
	return text
}

// lead is how long a first paragraph may be to be a title as a whole, when it
// begins with bold words or a sentence that can be one instead.
const lead = 80

var sentence = regexp.MustCompile(`^(.{10,100}?[.?!:]) `)

// item makes a step of a list item: its first paragraph is the title.
func (r *runbook) item(li ast.Node) item {
	it := item{line: r.line(li)}
	blocks := children(li)
	if len(blocks) == 0 {
		return it
	}
	first := blocks[0]
	switch first.(type) {
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
		blocks = blocks[1:]
		r.rich = false
		it.title = r.plain(first)
		whole := it.title
		if len([]rune(whole)) > lead {
			bold, ok := first.FirstChild().(*ast.Emphasis)
			if ok && bold.Level == 2 && r.plain(bold) != "" {
				it.title = r.plain(bold)
			} else if m := sentence.FindStringSubmatch(whole); m != nil {
				it.title = m[1]
			}
		}
		if r.rich || it.title != whole || len([]rune(it.title)) > playbooks.MaxTitle {
			it.detail = r.mrkdwn(first)
		}
		if title := strings.TrimRight(it.title, " .:"); title != "" && !strings.HasSuffix(it.title, "..") {
			it.title = title
		}
	}
	it.detail = join(it.detail, r.detailOf(&it, blocks))
	return it
}

var numbered = regexp.MustCompile(`(?i)^(step\s+)?[0-9]{1,3}\s*[.:)–-]\s*`)

// whole makes one step of a part: "Step 2: Restart the service" with text and
// commands below.
func (r *runbook) whole(p part) item {
	it := item{line: r.line(p.heading), title: numbered.ReplaceAllString(p.title, "")}
	it.detail = r.detailOf(&it, p.blocks)
	return it
}

var linksTitle = regexp.MustCompile(`(?i)\b(links?|dashboards?|references?|see also|further reading|resources)\b`)

// links reads a part that is nothing but a list of links; else it is nil.
func (r *runbook) links(p part) []link {
	if !linksTitle.MatchString(p.title) || len(p.blocks) != 1 || isSteps(p.blocks[0]) || !isList(p.blocks[0]) {
		return nil
	}
	var all []link
	for li := p.blocks[0].FirstChild(); li != nil; li = li.NextSibling() {
		if li.ChildCount() != 1 || li.FirstChild().ChildCount() != 1 {
			return nil
		}
		var l link
		switch n := li.FirstChild().FirstChild().(type) {
		case *ast.Link:
			l = link{r.plain(n), r.unescape(n.Destination, false)}
		case *ast.AutoLink:
			l = link{string(n.Label(r.src)), string(n.URL(r.src))}
		default:
			return nil
		}
		if lower := strings.ToLower(l.url); !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
			return nil
		}
		all = append(all, l)
	}
	return all
}

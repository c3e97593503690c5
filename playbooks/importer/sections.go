package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"github.com/signalbook/signalbook/playbooks"
)

// runbook is a page being cut into sections.
type runbook struct {
	*page
	draft *Draft
	title string
	parts []part
	// everything: what is only said becomes steps too, because nothing else does.
	everything bool
}

// aboutTitle are the headings of what one knows rather than does.
var aboutTitle = regexp.MustCompile(`(?i)^(meaning|impact|overview|summary|description|introduction|intro|background|context|full context|purpose|scope|about\b.*|why|details|symptoms?|` +
	`what (happens|happened|it means|does (this|the) alert mean)\??|(possible |common |known |potential |root |likely )?causes?|severit(y|ies)|alert|alert (details|behaviou?r|rule|definition|information)|` +
	`services?|metrics?|metadata|definitions?|glossary|owners?|ownership|contacts?|prerequisites?|pre-?requisites?|requirements?|assumptions|architecture|dependencies|` +
	`(additional |release |important |other )?notes?|references?|(related|helpful|useful|external) .*|see also|further (reading|info.*)|resources?|links?.*|dashboards?|documentation|what'?s ?next|` +
	`recent changes|previous incidents|past incidents|history|(revision|change|version) history|changelog|false positives|owner and .*|detection|last updated)$`)

// read cuts the page into sections and makes steps of them.
func (r *runbook) read() {
	r.adopt()
	r.split()
	for i := range r.parts {
		p := &r.parts[i]
		if p.struck {
			r.draft.lose(r.line(p.heading), "a section that is struck out", join(r.mrkdwn(p.heading), r.detail(p.blocks)))
			continue
		}
		had := len(p.blocks)
		p.blocks = r.takeLinks(p.blocks)
		if had > 0 && len(p.blocks) == 0 {
			r.draft.linksFrom = append(r.draft.linksFrom, p.path())
			continue
		}
		if p.title == "" { // what stands above the first list is about the page
			if at := slices.IndexFunc(p.blocks, isSteps); at > 0 {
				if lead := (&part{blocks: p.blocks[:at]}); r.isAbout(lead) && r.say("", r.detail(lead.blocks)) {
					p.blocks = p.blocks[at:]
				}
			}
		}
		if r.isAbout(p) && len(p.blocks) > 0 && r.say(p.path(), join(r.more(p.heading), r.detail(p.blocks))) {
			continue
		}
		s := section{title: p.path(), above: p.outer(), tier: p.tier(), items: r.items(p)}
		switch below := i+1 < len(r.parts) && len(r.parts[i+1].above) > 0 && p.heading != nil && r.parts[i+1].above[0] == p.title; {
		case len(s.items) > 0:
			r.draft.sections = append(r.draft.sections, s)
		case p.heading != nil && !below:
			r.draft.lose(r.line(p.heading), "a heading without text", join(p.path(), r.more(p.heading)))
		}
	}
	r.draft.place()
}

// more is what a heading says beyond its words: a link, something struck out.
func (r *runbook) more(heading ast.Node) string {
	r.rich = false
	if heading == nil || r.plain(heading) == "" || !r.rich {
		return ""
	}
	return r.mrkdwn(heading)
}

// isAbout tells whether a part says something and gives nothing to do: what
// stands above the first heading, and headings such as Meaning. With commands,
// a part is to be done, whatever it is called.
func (r *runbook) isAbout(p *part) bool {
	if r.everything || slices.ContainsFunc(p.blocks, isSteps) && p.title == "" {
		return false
	}
	if title := numbered.ReplaceAllString(p.title, ""); title != "" && (!aboutTitle.MatchString(strings.Trim(title, " :?")) || p.tier() != "") {
		return false
	}
	_, commands := r.withCommands(p.blocks)
	return len(commands) == 0
}

// say adds to the description, when there is room.
func (r *runbook) say(title, text string) bool {
	if title != "" && text != "" {
		text = bold(title) + "\n" + text
	}
	whole := join(r.draft.description, text)
	if utf8.RuneCountInString(apart(whole)) > playbooks.MaxDetail {
		return false
	}
	r.draft.description = whole
	return true
}

func join(texts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }), "\n")
}

// items makes the steps of a part: its prose one, with its code as commands,
// and each item of its lists one. Prose after a list is a step of its own.
func (r *runbook) items(p *part) []item {
	var items []item
	var prose []ast.Node
	title := strings.TrimSpace(numbered.ReplaceAllString(p.title, ""))
	if title == "" && len(p.blocks) > 0 && p.blocks[0].Kind() != ast.KindParagraph && !r.isDoing(p.blocks[0]) {
		title = r.title // a table or code right below it
	}
	flush := func() {
		if len(prose) > 0 && len(items) > 0 && prose[0].Kind() == ast.KindParagraph {
			title = "" // the list before has what the heading says
		}
		if it := r.prose(prose, title); it.detail != "" || it.title != title || len(it.commands) > 0 {
			if it.line == 0 && p.heading != nil {
				it.line = r.line(p.heading)
			}
			items, title = append(items, it), ""
		}
		prose = nil
	}
	if r.more(p.heading) != "" {
		prose = append(prose, p.heading)
	}
	for _, n := range p.blocks {
		if r.isStruck(n) {
			r.draft.lose(r.line(n), "a paragraph that is struck out", r.detail([]ast.Node{n}))
			continue
		}
		if !r.isDoing(n) {
			prose = append(prose, n)
			continue
		}
		flush()
		for li := n.FirstChild(); li != nil; li = li.NextSibling() {
			if it := r.item(li); it.title != "" || it.detail != "" || len(it.commands) > 0 {
				items = append(items, it)
			}
		}
	}
	flush()
	return items
}

// isDoing tells whether a block is a list whose items are things to do. One of
// bare words (kafka, ceph, minio) belongs to the text.
func (r *runbook) isDoing(n ast.Node) bool {
	list, ok := n.(*ast.List)
	if !ok || r.allLinks(list) {
		return false
	}
	if isSteps(n) {
		return true
	}
	for li := n.FirstChild(); li != nil; li = li.NextSibling() {
		if li.FirstChild() == nil {
			continue
		}
		if li.ChildCount() != 1 || len(strings.Fields(r.plain(li.FirstChild()))) > 1 || r.isStruck(li.FirstChild()) {
			return true
		}
	}
	return false
}

// withCommands writes blocks for a step, and returns their commands.
func (r *runbook) withCommands(blocks []ast.Node) (text string, commands []string) {
	r.commands, r.collect = nil, true
	text = r.detail(blocks)
	commands, r.commands, r.collect = r.commands, nil, false
	return text, commands
}

// prose makes a step of blocks that are no list. Without a title it is called
// by its first sentence.
func (r *runbook) prose(blocks []ast.Node, title string) item {
	it := item{title: title}
	if len(blocks) == 0 {
		return it
	}
	it.line = r.line(blocks[0])
	it.detail, it.commands = r.withCommands(blocks)
	if p, ok := blocks[0].(*ast.Paragraph); ok && title == "" {
		r.rich = false
		whole := r.plain(p)
		it.title = firstSentence(whole)
		if len(blocks) == 1 && it.title == whole && !r.rich {
			it.detail = ""
		}
		it.title = trimmed(it.title)
	}
	return it
}

// lead is how long a first paragraph may be to be a title as a whole, when it
// begins with bold words or a sentence that can be one instead.
const lead = 80

func firstSentence(s string) string {
	if m := sentence.FindStringSubmatch(s); m != nil && len([]rune(s)) > lead {
		return m[1]
	}
	return s
}

// trimmed is a title without what ends a sentence.
func trimmed(s string) string {
	if title := strings.TrimRight(s, " .:,;"); title != "" && !strings.HasSuffix(s, "..") {
		return title
	}
	return s
}

// item makes a step of a list item: its first paragraph is the title.
func (r *runbook) item(li ast.Node) item {
	it := item{line: r.line(li)}
	blocks := children(li)
	if len(blocks) == 0 {
		return it
	}
	first := blocks[0]
	if r.isStruck(first) {
		r.draft.lose(it.line, "an item that is struck out", r.detail(blocks))
		return item{}
	}
	detail := blocks
	switch first.(type) {
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
		r.rich = false
		whole := r.plain(first)
		it.title = whole
		if len([]rune(whole)) > lead {
			bold, ok := first.FirstChild().(*ast.Emphasis)
			if ok && bold.Level == 2 && r.plain(bold) != "" {
				it.title = r.plain(bold)
			} else {
				it.title = firstSentence(whole)
			}
		}
		if !r.rich && it.title == whole && len([]rune(whole)) <= playbooks.MaxTitle {
			detail = blocks[1:]
		}
		it.title = trimmed(it.title)
	}
	it.detail, it.commands = r.withCommands(detail)
	if len(detail) < len(blocks) {
		_, own := r.withCommands(blocks[:1]) // commands of the title
		it.commands = append(own, it.commands...)
	}
	return it
}

var numbered = regexp.MustCompile(`(?i)^(?:(?:step|phase)\s+[0-9a-z]{1,3}|[0-9]{1,3}(?:\.[0-9]{1,3})*)\s*(?:[.:)–—-]\s*|\s+)`)

package convert

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/signalbook/signalbook/playbooks"
)

// fitted is a draft whose texts are as a playbook allows them.
type fitted struct {
	draft *Draft
	book  playbooks.Playbook
	// comments are what stands above the steps, by tier and step.
	comments [][][]string
	// dues are the latest deadlines of items, by tier.
	dues  []dues
	notes []string // about the file as a whole
}

// dues is what the source said about a tier's deadlines, in Prometheus' form.
type dues struct{ latest playbooks.Duration }

// fit makes the draft's texts fit. What is too much goes to draft.lost.
func (d *Draft) fit() *fitted {
	f := &fitted{draft: d}
	f.head()
	taken := map[string]bool{}
	for _, name := range playbooks.TierNames() {
		tier := playbooks.Tier{Name: name}
		var comments [][]string
		latest := dues{}
		for _, s := range d.sections {
			if s.tier != name {
				continue
			}
			for i := range s.items {
				step, about := f.step(&s.items[i], taken)
				if i == 0 {
					about = append(s.about(), about...)
				}
				tier.Steps = append(tier.Steps, step)
				comments = append(comments, about)
				latest.latest = max(latest.latest, playbooks.Duration(s.items[i].due))
			}
		}
		if len(tier.Steps) > 0 {
			f.book.Tiers = append(f.book.Tiers, tier)
			f.comments = append(f.comments, comments)
			f.dues = append(f.dues, latest)
		}
	}
	return f
}

// about says where a section's steps come from, and what is not sure about
// their tier.
func (s *section) about() []string {
	var lines []string
	if s.title != "" {
		lines = append(lines, "from: "+cut(s.title, 200))
	}
	if s.why != "" {
		what := "decide: is this the right tier for these steps?"
		if s.title != "" {
			what = "decide: is this the right tier for " + quoted(s.title) + "?"
		}
		lines = append(lines, what+" "+strings.ToUpper(s.why[:1])+s.why[1:])
	}
	return lines
}

func quoted(s string) string { return `"` + cut(s, 60) + `"` }

// head fits what stands above the tiers.
func (f *fitted) head() {
	d := f.draft
	title, rest := fit(oneLine(d.title), playbooks.MaxTitle, apart)
	if rest != "" {
		d.lose(0, "the end of a title that is too long", d.title)
	}
	if title == "" {
		base := path.Base(strings.ReplaceAll(d.file, `\`, "/"))
		title, _ = fit(oneLine(clean(strings.TrimSuffix(base, path.Ext(base)))), playbooks.MaxTitle, apart)
		f.notes = append(f.notes, "decide: the source has no title, so the file's name is taken")
	}
	if strings.Trim(title, " .-") == "" {
		title = "Imported playbook"
	}
	f.book.Title = apart(title)
	f.book.Name = slug(title)
	switch f.book.Name {
	case "":
		f.book.Name = "imported"
		f.notes = append(f.notes, "decide: a name; none could be made of the title")
	case playbooks.Triage:
		f.book.Name = "imported-triage"
		f.notes = append(f.notes, "decide: a name; the playbook called triage is for alerts that match no other one")
	}
	description, rest := fit(d.description, playbooks.MaxDetail, apart)
	if rest != "" {
		d.lose(0, "the end of a description that is too long", rest)
	}
	f.book.Description = apart(description)
	for _, l := range d.links {
		url := linkSafe.Replace(l.url)
		title, long := fit(oneLine(clean(l.title)), playbooks.MaxTitle, escape)
		if title == "" {
			title, long = "Link", ""
		}
		if len(f.book.Links) == playbooks.MaxLinks || long != "" || len(url) > playbooks.MaxURL || !isURL(url) {
			d.lose(0, "a link", l.title+" "+l.url)
			continue
		}
		f.book.Links = append(f.book.Links, playbooks.Link{Title: escape(title), URL: url})
	}
}

// step fits one step; taken holds the ids so far.
func (f *fitted) step(it *item, taken map[string]bool) (step playbooks.Step, about []string) {
	d := f.draft
	about = make([]string, 0, len(it.decide))
	for _, what := range it.decide {
		about = append(about, "decide: "+what)
	}
	title, detail := oneLine(it.title), it.detail
	if title == "" { // an item that begins with a command or a list
		title, _, _ = strings.Cut(strings.TrimLeft(detail, "•◦☐>_* "), "\n")
		if title = oneLine(title); title == "" && len(it.commands) > 0 {
			title = "Run: " + oneLine(it.commands[0])
		}
		if title == "" {
			title = "Step without a title"
		}
		about = append(about, "decide: a title; the source gives none")
	}
	head, rest := fit(title, playbooks.MaxTitle, escape)
	if rest != "" {
		if !strings.Contains(detail, rest) && it.title != "" {
			detail = join(entities.Replace(title), detail)
		}
		about = append(about, "decide: a shorter title")
		title, _ = fit(title, playbooks.MaxTitle-1, escape)
		head = title + "…"
	}
	step.Title = escape(head)
	step.ID = unique(slug(head), taken)
	step.Detail, rest = fit(detail, playbooks.MaxDetail, escape)
	step.Detail = escape(step.Detail)
	if rest != "" {
		about = append(about, fmt.Sprintf("decide: the detail is cut, a playbook allows %d characters; the rest is at the end of this file", playbooks.MaxDetail))
		d.lose(it.line, "the rest of the detail of step "+step.ID, rest)
	}
	for i, command := range it.commands {
		switch n := utf8.RuneCountInString(escape(command)); {
		case n > playbooks.MaxCommand:
			about = append(about, fmt.Sprintf("decide: command %d has %d characters, a playbook allows %d: keep it as a script; it is at the end of this file", i+1, n, playbooks.MaxCommand))
			d.lose(it.line, fmt.Sprintf("command %d of step %s, which is too long", i+1, step.ID), command)
		case len(step.Commands) == playbooks.MaxCommands:
			about = append(about, fmt.Sprintf("decide: command %d is one too many, a playbook allows %d; it is at the end of this file", i+1, playbooks.MaxCommands))
			d.lose(it.line, fmt.Sprintf("command %d of step %s, which is one too many", i+1, step.ID), command)
		default:
			step.Commands = append(step.Commands, escape(command))
		}
	}
	if it.due > 0 {
		about = append(about, fmt.Sprintf("decide: it was due after %s; steps have no deadline of their own, a tier has", playbooks.Duration(it.due)))
	}
	return step, about
}

// unique makes an id that no step has yet.
func unique(id string, taken map[string]bool) string {
	switch {
	case id == "":
		id = "step"
	case strings.Trim(id, "0123456789") == "":
		id = "step-" + id
	}
	for n, base := 2, id; taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", base, n)
	}
	taken[id] = true
	return id
}

package importer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/alerts/textutil"
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
	room  int      // steps that the playbook may still have beyond one for each item
}

// dues is what the source said about a tier's deadlines, in Prometheus' form.
type dues struct{ latest playbooks.Duration }

// fit makes the draft's texts fit. What is too much goes to draft.lost.
func (d *Draft) fit() *fitted {
	f := &fitted{draft: d, room: playbooks.MaxSteps - d.total()}
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
				steps, about := f.steps(&s.items[i], taken)
				if i == 0 {
					about = append(s.about(), about...)
				}
				tier.Steps = append(tier.Steps, steps...)
				comments = append(comments, about)
				comments = append(comments, make([][]string, len(steps)-1)...)
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
		lines = append(lines, "from: "+s.title)
	}
	if s.why != "" {
		what := "decide: is this the right tier for these steps?"
		if s.title != "" {
			what = "decide: is this the right tier for " + quoted(s.title) + "?"
		}
		lines = append(lines, what+" "+textutil.Capital(s.why))
	}
	return lines
}

func quoted(s string) string { return `"` + textutil.Cut(s, 60) + `"` }

// head fits what stands above the tiers.
func (f *fitted) head() {
	d := f.draft
	title, rest := fit(oneLine(d.title), playbooks.MaxTitle, apart)
	if rest != "" {
		d.lose(0, "the end of a title that is too long", d.title)
	}
	if title == "" {
		title, _ = fit(fileTitle(d.file), playbooks.MaxTitle, apart)
		f.notes = append(f.notes, "decide: the source has no title, so the file's name is taken")
	}
	if strings.Trim(title, " .-") == "" {
		title = "Imported playbook"
	}
	f.book.Title = apart(title)
	f.book.Name = slug(dashed(title))
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
	for _, name := range d.alerts {
		f.book.Match = append(f.book.Match, fmt.Sprintf("alertname=%q", name))
	}
	for _, l := range d.links {
		target, web := address(l.url)
		title, long := fit(oneLine(clean(l.title)), playbooks.MaxTitle, escape)
		if title == "" {
			title, long = "Link", ""
		}
		if len(f.book.Links) == playbooks.MaxLinks || long != "" || !web {
			d.lose(0, "a link", l.title+" "+l.url)
			continue
		}
		f.book.Links = append(f.book.Links, playbooks.Link{Title: escape(title), URL: target})
	}
}

// steps fits one item; taken holds the ids so far. What one step cannot hold
// goes on in steps after it, as long as there is room.
func (f *fitted) steps(it *item, taken map[string]bool) (steps []playbooks.Step, about []string) {
	d, step := f.draft, playbooks.Step{}
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
	commands := make([]string, 0, len(it.commands))
	for _, c := range it.commands {
		if n := utf8.RuneCountInString(escape(c)); n > playbooks.MaxCommand {
			about = append(about, fmt.Sprintf("decide: a command has %d characters, a playbook allows %d: keep it as a script; it stands in the text", n, playbooks.MaxCommand))
			detail = join(detail, fenced(c))
			continue
		}
		commands = append(commands, escape(c))
	}
	for {
		step.Detail, detail = piece(detail)
		step.Commands = commands[:min(len(commands), playbooks.MaxCommands)]
		if commands = commands[len(step.Commands):]; len(step.Commands) == 0 {
			step.Commands = nil
		}
		steps = append(steps, step)
		if detail == "" && len(commands) == 0 || f.room <= 0 || step.Detail == "" && len(step.Commands) == 0 {
			break
		}
		f.room--
		more, _ := fit(head, playbooks.MaxTitle-len(" (continued)"), escape)
		step = playbooks.Step{Title: escape(more) + " (continued)", ID: unique(slug(more), taken)}
	}
	if detail != "" {
		about = append(about, fmt.Sprintf("decide: the detail is cut, a playbook allows %d characters; the rest is at the end of this file", playbooks.MaxDetail))
		d.lose(it.line, "the rest of the detail of step "+step.ID, detail)
	}
	if len(commands) > 0 {
		about = append(about, fmt.Sprintf("decide: %d commands more than the %d that a step may have are at the end of this file", len(commands), playbooks.MaxCommands))
		d.lose(it.line, "the rest of the commands of step "+step.ID, strings.Join(commands, "\n\n"))
	}
	if it.due > 0 {
		about = append(about, fmt.Sprintf("decide: it was due after %s; steps have no deadline of their own, a tier has", playbooks.Duration(it.due)))
	}
	return steps, about
}

// piece is the beginning of a detail that a step can hold, and the rest. Code
// that is cut is closed, and opened again.
func piece(detail string) (head, rest string) {
	const fence = "```"
	if head, rest = fit(detail, playbooks.MaxDetail, escape); rest == "" {
		return escape(head), ""
	}
	head, rest = fit(detail, playbooks.MaxDetail-len("\n"+fence), escape)
	if strings.Count(head, fence)%2 == 1 {
		head, rest = head+"\n"+fence, fence+"\n"+rest
		head = strings.TrimSuffix(head, fence+"\n"+fence) // nothing was left of it
	}
	return escape(head), rest
}

// fileTitle makes a title of a file's name.
func fileTitle(file string) string {
	title := oneLine(clean(fileBase(file)))
	if strings.Contains(title, " ") || dashed(title) != title {
		return title
	}
	title = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(title))
	if first, size := utf8.DecodeRuneInString(title); size > 0 {
		title = string(unicode.ToUpper(first)) + title[size:]
	}
	return title
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

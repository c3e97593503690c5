package importer

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Result is a playbook file.
type Result struct {
	Name   string // the playbook's
	YAML   []byte
	Decide int // comments that begin "decide:"
	// Lost is what the playbook does not hold, as warnings placed in the
	// source. Its text stands in comments at the end of the YAML.
	Lost yamlfile.Problems
}

// Playbook writes the draft as a playbook file that passes the check of
// playbooks.Parse. An error says that it would be too large, or is a mistake
// of this package.
func (d *Draft) Playbook() (Result, error) {
	own := *d // fitting adds to what is lost
	own.lost, own.told = append([]loss(nil), d.lost...), nil
	f := own.fit()
	root := f.yaml()
	var out bytes.Buffer
	hidden := newStandIns(root)
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return Result{}, fmt.Errorf("write the playbook of %s: %w", d.file, err)
	}
	text := hidden.restore(out.String())
	if len(text) > yamlfile.MaxSize-maxAppendix {
		return Result{}, problem(d.file, 0, 0, "the playbook would have %d bytes, more than the %d that a playbook file may: split the source", len(text), yamlfile.MaxSize-maxAppendix)
	}
	r := Result{Name: f.book.Name, Decide: strings.Count(text, "# decide: "), YAML: []byte(text + own.appendix(maxAppendix-4096))}
	book, problems := playbooks.Parse(r.Name+".yml", r.YAML)
	err := problems.Err()
	if err == nil && book.Hash() != f.book.Hash() {
		err = errors.New("it reads differently from what was written")
	}
	if err != nil {
		return Result{}, fmt.Errorf("the playbook made of %s does not pass the check, which is a mistake of signalbook, please report it: %w", d.file, err)
	}
	for _, l := range own.lost {
		what := "not carried over: " + l.what
		if l.text != "" {
			what += ": " + textutil.Cut(oneLine(l.text), 80)
		}
		r.Lost = append(r.Lost, yamlfile.Problem{File: d.file, Line: l.line, Column: min(l.line, 1), Text: oneLine(what), Warning: true})
	}
	return r, nil
}

// yaml builds the file.
func (f *fitted) yaml() *yaml.Node {
	root := mapping()
	root.add("name", scalar(f.book.Name), f.notes...)
	root.add("title", scalar(f.book.Title))
	if f.book.Description != "" {
		root.add("description", scalar(f.book.Description))
	}
	match := []string{
		`decide: which alerts is it for? One entry for each kind of alert, as in: - alertname="HighCPU",tier="database"`,
		fmt.Sprintf("Until then it is used only where an alert has the label or annotation playbook: %s", f.book.Name),
	}
	if words := f.draft.keywords; len(words) > 0 {
		match = append(match, "In Mattermost these words called for it: "+textutil.Cut(oneLine(clean(strings.Join(words, ", "))), 500))
	}
	entries := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	if len(f.book.Match) > 0 {
		match[0], match[1] = "decide: is it for these alerts? The source names them", "Any entry is enough, and inside one all matchers must hold, as in: - alertname=\"HighCPU\",tier=\"database\""
		entries.Style = 0
	}
	for _, m := range f.book.Match {
		entries.Content = append(entries.Content, scalar(m))
	}
	root.add("match", entries, match...)
	if len(f.book.Links) > 0 {
		links := &yaml.Node{Kind: yaml.SequenceNode}
		for _, l := range f.book.Links {
			m := mapping()
			m.add("title", scalar(l.Title))
			m.add("url", scalar(l.URL))
			links.Content = append(links.Content, m.Node)
		}
		from := make([]string, 0, len(f.draft.linksFrom))
		for _, title := range f.draft.linksFrom {
			if title != "" {
				from = append(from, "from: "+title)
			}
		}
		root.add("links", links, from...)
	}
	tiers := &yaml.Node{Kind: yaml.SequenceNode}
	deadline := playbooks.Duration(0)
	for i := range f.book.Tiers {
		tiers.Content = append(tiers.Content, f.tier(i, &deadline))
	}
	root.add("tiers", tiers)
	return root.Node
}

// tier builds a tier; deadline is that of the tier before, and becomes its own.
func (f *fitted) tier(i int, deadline *playbooks.Duration) *yaml.Node {
	t, m := f.book.Tiers[i], mapping()
	m.add("name", scalar(string(t.Name)))
	var d playbooks.Duration
	_ = d.UnmarshalText([]byte(within(t.Name))) // a constant
	why := "decide: the deadline, counted from the opening; " + d.String() + " is only what is usual"
	if due := f.dues[i].latest; due > 0 {
		d, why = due, "decide: the deadline, counted from the opening; the latest of its steps in the source was due after "+due.String()
	}
	if d < *deadline {
		d, why = *deadline, why+"; it must not be shorter than that of the tier before"
	}
	*deadline, f.book.Tiers[i].Within = d, d
	m.add("within", scalar(d.String()), why)
	steps := &yaml.Node{Kind: yaml.SequenceNode}
	for j, s := range t.Steps {
		step := mapping()
		step.HeadComment = comment(f.comments[i][j])
		step.add("id", scalar(s.ID))
		step.add("title", scalar(s.Title))
		if s.Detail != "" {
			step.add("detail", scalar(s.Detail))
		}
		if len(s.Commands) > 0 {
			commands := &yaml.Node{Kind: yaml.SequenceNode}
			for _, c := range s.Commands {
				commands.Content = append(commands.Content, scalar(c))
			}
			step.add("commands", commands)
		}
		steps.Content = append(steps.Content, step.Node)
	}
	m.add("steps", steps, `decide: who owns these steps? As in: owners: ["@your-oncall"]. Without that line the route's owners do`)
	return m.Node
}

// pairs is a mapping under construction.
type pairs struct{ *yaml.Node }

func mapping() pairs { return pairs{&yaml.Node{Kind: yaml.MappingNode}} }

func (p pairs) add(key string, value *yaml.Node, comments ...string) {
	p.Content = append(p.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key, HeadComment: comment(comments)}, value)
}

// scalar is a text: several lines as a block where YAML can hold them so.
func scalar(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.Contains(s, "\n") {
		n.Style = yaml.LiteralStyle
		for line := range strings.Lines(s) {
			line = strings.TrimSuffix(line, "\n")
			if strings.TrimRight(line, " \t") != line {
				n.Style = yaml.DoubleQuotedStyle
			}
		}
		if strings.TrimSpace(s[:1]) == "" || strings.HasSuffix(s, "\n") {
			n.Style = yaml.DoubleQuotedStyle
		}
	}
	return n
}

func comment(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("# " + oneLine(clean(l)) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

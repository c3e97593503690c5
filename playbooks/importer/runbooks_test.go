package importer_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/importer"
)

// expectation is what a runbook of testdata/runbooks should become. Its
// lines, which were written before the converter could do it:
//
//	name NAME          the playbook's
//	match MATCHER      an entry of match; without such a line there is none
//	link URL           a link of the playbook
//	step HEADING       this section is in the steps; without a heading, the text above the first
//	c COMMAND          a command of the section above; "+ " continues it
//	o TEXT             output: shown, and in no command
//	x TEXT             struck out: in no step
type expectation struct {
	name                         string
	match, links, output, struck []string
	steps                        map[string][]string // commands by heading
}

func expected(t *testing.T, text string) expectation {
	t.Helper()
	e := expectation{steps: map[string][]string{}}
	heading := ""
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "name":
			e.name = value
		case "match":
			e.match = append(e.match, value)
		case "link":
			e.links = append(e.links, value)
		case "step":
			heading = value
			e.steps[heading] = nil
		case "c":
			e.steps[heading] = append(e.steps[heading], value)
		case "+":
			commands := e.steps[heading]
			commands[len(commands)-1] += "\n" + value
		case "o":
			e.output = append(e.output, value)
		case "x":
			e.struck = append(e.struck, value)
		default:
			t.Fatalf("expectation %q begins with no known word", line)
		}
	}
	return e
}

// written is a section as a person sees it in the source.
type written struct {
	heading string
	words   []string
	code    bool
}

var (
	atx      = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*(\{[#.][^}]*\})?\s*$`)
	bars     = regexp.MustCompile(`^(=+|-+)\s*$`)
	markup   = regexp.MustCompile(`(?i)table of contents|^- \[[^\]]*\]\(#.*\)|<[^<>]*>|\]\([^)]*\)|\]:.*|:[a-z_]+:|\{\{.*?\}\}|\[\[?_?TOC_?\]\]?|\{[#.][^}]*\}|~~.*?~~|^:::.*|` + "``` ?\\{.*")
	aWord    = regexp.MustCompile(`[\pL\pN]{3,}`)
	matter   = regexp.MustCompile(`(?s)^(---|\+\+\+)\n.*?\n(---|\+\+\+)\n`)
	comments = regexp.MustCompile(`(?s)<!--.*?-->`)
	struckBy = regexp.MustCompile(`(?s)<del>.*?</del>`)
)

// sections reads a source line by line, without the converter's library. What
// is struck out, and code, has no words here: the expectation has it.
func sections(source string) []written {
	source = struckBy.ReplaceAllString(comments.ReplaceAllString(matter.ReplaceAllString(source, ""), ""), "")
	all := []written{{}}
	lines := strings.Split(source, "\n")
	fenced := false
	for i, line := range lines {
		last := &all[len(all)-1]
		trimmed := strings.TrimSpace(line)
		switch m := atx.FindStringSubmatch(line); {
		case strings.HasPrefix(trimmed, "```"):
			fenced = !fenced
			last.code = true
		case fenced:
		case m != nil:
			all = append(all, written{heading: m[2]})
		case i+1 < len(lines) && trimmed != "" && bars.MatchString(lines[i+1]) && line == trimmed:
			all = append(all, written{heading: trimmed})
		case bars.MatchString(line):
		case strings.HasPrefix(line, "    ") && !strings.HasPrefix(trimmed, "- ") || strings.HasPrefix(line, "\t\t"):
			last.code = true
		default:
			last.words = append(last.words, aWord.FindAllString(markup.ReplaceAllString(line, " "), -1)...)
		}
	}
	return all
}

// withText are the sections that say something, and are not struck out.
func withText(all []written) []written {
	return slices.DeleteFunc(slices.Clone(all), func(s written) bool {
		return len(s.words) == 0 && !s.code || strings.HasPrefix(s.heading, "~~")
	})
}

// made is a playbook's text by the sections it comes from.
type made struct {
	playbook playbooks.Playbook
	about    string              // title, description, links
	steps    map[string]string   // titles and details
	commands map[string][]string // in order
}

// places reads a playbook file with the comments that say where steps come from.
func places(t *testing.T, data []byte) made {
	t.Helper()
	m := made{steps: map[string]string{}, commands: map[string][]string{}}
	book, problems := playbooks.Parse("f.yml", data)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v\nin\n%s", problems, data)
	}
	m.playbook = *book
	m.about = book.Title + " " + book.Description
	for _, l := range book.Links {
		m.about += " " + l.Title + " " + l.URL
	}
	var doc struct {
		Tiers []struct{ Steps []yaml.Node }
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	from := ""
	for i, tier := range doc.Tiers {
		for j := range tier.Steps {
			head := tier.Steps[j].HeadComment + "\n" + tier.Steps[j].Content[0].HeadComment
			for line := range strings.Lines(head) {
				if title, ok := strings.CutPrefix(strings.TrimSpace(line), "# from: "); ok {
					from = title
				}
			}
			step := book.Tiers[i].Steps[j]
			m.steps[from] += step.Title + "\n" + step.Detail + "\n"
			m.commands[from] = append(m.commands[from], step.Commands...)
		}
	}
	return m
}

// of gathers what comes from a heading: all whose path ends in it, or goes on
// with lines that are no headings of the source.
func (m *made) of(heading string, others []written) (text string, commands []string) {
	for _, from := range slices.Sorted(maps.Keys(m.steps)) {
		path := strings.Split(from, " / ")
		for len(path) > 1 && !slices.ContainsFunc(others, func(o written) bool { return plainly(o.heading) == plainly(path[len(path)-1]) }) {
			path = path[:len(path)-1]
		}
		isHeading := func(o written) bool { return o.heading != "" && plainly(o.heading) == plainly(path[0]) }
		own := plainly(path[len(path)-1]) == plainly(heading)
		if own || isTitle(heading, others) && !slices.ContainsFunc(others, isHeading) {
			text += from + "\n" + m.steps[from]
			commands = append(commands, m.commands[from]...)
		}
	}
	return text, commands
}

// isTitle tells whether a heading is the first, or none.
func isTitle(heading string, all []written) bool {
	return heading == "" || len(all) > 1 && heading == all[1].heading && len(all[0].words) == 0
}

// plainly is a heading without signs.
func plainly(s string) string {
	return strings.Join(aWord.FindAllString(markup.ReplaceAllString(strings.ToLower(s), " "), -1), " ")
}

func spaces(s string) string { return strings.Join(strings.Fields(s), " ") }

// faults compares a playbook with what its runbook should become: of each
// section what is not in its place, and what is wrong about the whole.
func faults(source string, want expectation, got made) (sectionsWrong map[string]string, whole []string) {
	wrong := map[string]string{}
	in := sections(source)
	all := spaces(got.about)
	var live strings.Builder
	for from, text := range got.steps {
		live.WriteString(spaces(text) + " " + spaces(strings.Join(got.commands[from], " ")) + " ")
	}
	for _, s := range withText(in) {
		commands, isStep := want.steps[s.heading]
		text, have := got.of(s.heading, in)
		text = spaces(text)
		where := text + " " + spaces(strings.Join(have, " "))
		if !isStep || len(want.links) > 0 || isTitle(s.heading, in) {
			where += " " + all
		}
		var missing []string
		for _, w := range s.words {
			if !strings.Contains(strings.ToLower(where+" "+s.heading), strings.ToLower(w)) {
				missing = append(missing, w)
			}
		}
		switch {
		case isStep && text == "" && len(have) == 0:
			wrong[s.heading] = "is in no step"
		case len(missing) > 0:
			wrong[s.heading] = fmt.Sprintf("text is not in its place: %s", strings.Join(missing, " "))
		case isStep && !slices.Equal(commands, have):
			wrong[s.heading] = fmt.Sprintf("commands are\n%q, want\n%q", have, commands)
		}
	}
	for _, o := range want.output {
		o = spaces(o)
		if !strings.Contains(strings.ReplaceAll(live.String()+all, "&gt;", ">"), o) {
			whole = append(whole, fmt.Sprintf("output %q is nowhere", o))
		}
		for _, commands := range got.commands {
			if strings.Contains(spaces(strings.Join(commands, " ")), o) {
				whole = append(whole, fmt.Sprintf("output %q is in a command", o))
			}
		}
	}
	for _, x := range want.struck {
		if strings.Contains(live.String(), spaces(x)) {
			whole = append(whole, fmt.Sprintf("struck out %q is in a step", x))
		}
	}
	if got.playbook.Name != want.name {
		whole = append(whole, fmt.Sprintf("name %q, want %q", got.playbook.Name, want.name))
	}
	if !slices.Equal(got.playbook.Match, want.match) {
		whole = append(whole, fmt.Sprintf("match %q, want %q", got.playbook.Match, want.match))
	}
	for _, url := range want.links {
		if !slices.ContainsFunc(got.playbook.Links, func(l playbooks.Link) bool { return l.URL == url }) {
			whole = append(whole, fmt.Sprintf("no link %s", url))
		}
	}
	return wrong, whole
}

// TestRunbooksKeepTextAndCommandsInPlace: forty runbooks in the styles that
// people write them in. Each section's words are in the steps that come from
// it, or in the description, and its commands are the commands of those steps.
func TestRunbooksKeepTextAndCommandsInPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/runbooks/*.txtar")
	if err != nil || len(files) != 40 {
		t.Fatalf("%d runbooks, want 40 (%v)", len(files), err)
	}
	total, kept, asSteps, keptAsSteps, refused, whole := 0, 0, 0, 0, 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		archive := txtar.Parse(data)
		name, source := archive.Files[0].Name, string(archive.Files[0].Data)
		want := expected(t, string(archive.Files[1].Data))
		total += len(withText(sections(source)))
		asSteps += len(want.steps)
		t.Run(filepath.Base(file)+" "+name, func(t *testing.T) {
			draft, err := importer.Markdown("runbooks/"+name, []byte(source))
			if err != nil {
				refused++
				t.Fatal(err)
			}
			result, err := draft.Playbook()
			if err != nil {
				t.Fatal(err)
			}
			bySection, others := faults(source, want, places(t, result.YAML))
			for _, heading := range slices.Sorted(maps.Keys(bySection)) {
				t.Errorf("section %q: %s", heading, bySection[heading])
			}
			for _, o := range others {
				t.Error(o)
			}
			if len(others) == 0 {
				whole++
			}
			kept += len(withText(sections(source))) - len(bySection)
			for heading := range want.steps {
				if _, bad := bySection[heading]; !bad {
					keptAsSteps++
				}
			}
		})
	}
	t.Logf("%d of %d sections keep their text and commands in place, %d of the %d that are to be done; %d of %d runbooks are refused; %d have the right name, match, links and output",
		kept, total, keptAsSteps, asSteps, refused, len(files), whole)
}

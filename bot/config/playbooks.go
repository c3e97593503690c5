package config

import (
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// LoadPlaybooks reads the playbook files and puts the built-in ones behind them;
// without built_in that is triage alone. The problems are those of all files, and
// names that two files share. The Set holds what could be read, and is usable
// when Problems.Err is nil.
func (c *Config) LoadPlaybooks() (*playbooks.Set, yamlfile.Problems) {
	l := &playbookLoader{taken: map[string]string{}}
	paths, problems := matching(c.path, c.Playbooks.Files, c.globsAt)
	l.problems = problems
	for _, path := range paths {
		l.read(path)
	}
	builtIn := library.All()
	if !c.Playbooks.BuiltIn {
		builtIn = slices.DeleteFunc(builtIn, func(p *playbooks.Playbook) bool { return p.Name != playbooks.Triage })
	}
	set, warnings := playbooks.NewSet(l.files, builtIn)
	for _, text := range warnings {
		warning := c.playbooksAt
		warning.Text, warning.Warning = text, true
		l.problems = append(l.problems, warning)
	}
	return set, l.problems
}

type playbookLoader struct {
	files    []*playbooks.Playbook
	taken    map[string]string // name to the file that has it
	problems yamlfile.Problems
}

func (l *playbookLoader) add(at yamlfile.Problem, warning bool, format string, args ...any) {
	at.Text, at.Warning = fmt.Sprintf(format, args...), warning
	l.problems = append(l.problems, at)
}

func (l *playbookLoader) read(path string) {
	text, err := readAtMost(path, yamlfile.MaxSize)
	if err != nil {
		l.add(yamlfile.Problem{File: path}, false, "the playbook cannot be read: %v", err)
		return
	}
	p, problems := playbooks.Parse(path, []byte(text))
	l.problems = append(l.problems, problems...)
	// The name is looked for in broken playbooks too: a second one of the name is
	// a problem either way.
	var named struct {
		Name string `yaml:"name"`
	}
	doc, _ := yamlfile.Decode(path, []byte(text), &named)
	if named.Name == "" {
		return
	}
	if first, twice := l.taken[named.Name]; twice {
		l.add(doc.Problem("", "name"), false, "the name %q is taken by %s: a name belongs to one file", named.Name, first)
		return
	}
	l.taken[named.Name] = path
	if p != nil {
		l.files = append(l.files, p)
	}
}

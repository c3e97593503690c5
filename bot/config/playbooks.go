package config

import (
	"fmt"
	"path/filepath"
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
	paths, problems := c.PlaybookFiles()
	l := &playbookLoader{taken: map[string]string{}, problems: problems}
	for _, path := range paths {
		l.read(path)
	}
	set, warnings := playbooks.NewSet(l.files, c.BuiltIn())
	for _, text := range warnings {
		warning := c.playbooksAt
		warning.Text, warning.Warning = text, true
		l.problems = append(l.problems, warning)
	}
	return set, l.problems
}

// OfPlaybooks is the configuration that there is without a file, with the playbooks of
// some files.
func OfPlaybooks(files []string) *Config {
	c := Default()
	c.Playbooks.Files = files
	c.playbooksAt.File = "playbooks"
	for _, file := range files {
		c.globsAt = append(c.globsAt, yamlfile.Problem{File: file})
	}
	return c
}

// BuiltIn are the built-in playbooks that the configuration takes: without
// built_in triage alone.
func (c *Config) BuiltIn() []*playbooks.Playbook {
	all := library.All()
	if !c.Playbooks.BuiltIn {
		all = slices.DeleteFunc(all, func(p *playbooks.Playbook) bool { return p.Name != playbooks.Triage })
	}
	return all
}

type playbookLoader struct {
	files    []*playbooks.Playbook
	taken    map[string]string // name to the file that has it
	problems yamlfile.Problems
}

// PlaybookFiles lists the files that the patterns name, in the order of the
// patterns and then of names, each once. Unit tests, which stand beside them, are
// only meant by their own names. The problems are patterns that name none.
func (c *Config) PlaybookFiles() ([]string, yamlfile.Problems) {
	paths, problems := matching(c.path, c.Playbooks.Files, c.globsAt)
	paths = slices.DeleteFunc(paths, func(path string) bool {
		return playbooks.IsTest(path) && !slices.ContainsFunc(c.Playbooks.Files, func(pattern string) bool { return filepath.Base(pattern) == filepath.Base(path) })
	})
	return paths, problems
}

func (l *playbookLoader) add(at yamlfile.Problem, format string, args ...any) {
	at.Text = fmt.Sprintf(format, args...)
	l.problems = append(l.problems, at)
}

func (l *playbookLoader) read(path string) {
	text, err := readAtMost(path, yamlfile.MaxSize)
	if err != nil {
		l.add(yamlfile.Problem{File: path}, "the playbook cannot be read: %v", err)
		return
	}
	source, problems := playbooks.Read(path, []byte(text))
	l.problems = append(l.problems, problems...)
	// The name is looked for in broken playbooks too: a second one of the name is
	// a problem either way.
	name := source.Playbook.Name
	if first, twice := l.taken[name]; twice && name != "" {
		l.add(source.Problem("", "name"), "the name %q is taken by %s: a name belongs to one file", name, first)
		return
	}
	l.taken[name] = path
	if problems.Err() == nil {
		l.files = append(l.files, source.Playbook)
	}
}

package playbooktest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Base is what a test file stands on where it does not say: a configuration and
// its playbooks. Both are nil when there is none.
type Base struct {
	Config    *config.Config
	Playbooks *playbooks.Set
}

// Load reads a test file and the playbooks that it names. All problems are
// returned, those of the playbooks too; the File can be played when Problems.Err
// is nil.
func Load(path string, base Base) (*File, yamlfile.Problems) {
	f := &File{path: path}
	data, err := read(path)
	if err != nil {
		return f, yamlfile.Problems{{File: path, Text: fmt.Sprintf("the test file cannot be read: %v", err)}}
	}
	doc, problems := yamlfile.Decode(path, data, f)
	f.doc = doc
	if !doc.Readable() {
		return f, problems
	}
	c := f.config(base)
	problems = append(problems, c.CheckDecisions(doc, problems)...)
	set, more := f.load(base)
	problems = append(problems, more...)
	problems = append(problems, f.check(problems)...)
	problems.Sort()
	f.settings = SettingsOf(c, set)
	return f, problems
}

// read reads a file of at most the size that yamlfile takes.
func read(path string) ([]byte, error) {
	data, whole, err := config.ReadAtMost(path, yamlfile.MaxSize)
	if err == nil && !whole {
		err = fmt.Errorf("it is larger than %d bytes: split it", yamlfile.MaxSize)
	}
	return data, err
}

// config is the configuration that the tests depend on.
func (f *File) config(base Base) *config.Config {
	c := config.Default()
	c.Routes.Channel = "#incidents"
	if base.Config != nil {
		copied := *base.Config
		c = &copied
	}
	if f.Route != nil {
		c.Routes = *f.Route
		if c.Routes.Channel == "" {
			c.Routes.Channel = "#incidents"
		}
	}
	if f.Severities != nil {
		c.Severities = *f.Severities
	}
	if i := f.Incidents; i != nil {
		if i.ReopenWithin != 0 {
			c.Incidents.ReopenWithin = i.ReopenWithin
		}
		if i.StaleAfter != 0 {
			c.Incidents.StaleAfter = i.StaleAfter
		}
	}
	return c
}

// load reads the playbooks of the list, in its order.
func (f *File) load(base Base) (*playbooks.Set, yamlfile.Problems) {
	if f.Playbooks == nil {
		if base.Playbooks != nil {
			return base.Playbooks, nil
		}
		set, _ := playbooks.NewSet(nil, library.All())
		return set, nil
	}
	var books, behind []*playbooks.Playbook
	var problems yamlfile.Problems
	taken := map[string]string{}
	for i, entry := range f.Playbooks {
		at := f.doc.Problem("", "playbooks", i)
		if entry == builtIn {
			behind = library.All()
			continue
		}
		paths, err := f.find(entry)
		if err != nil {
			at.Text = err.Error()
			problems = append(problems, at)
		}
		for _, path := range paths {
			book, found := readPlaybook(path, at)
			problems = append(problems, slices.DeleteFunc(found, func(p yamlfile.Problem) bool { return p.Warning })...)
			switch {
			case book == nil:
			case taken[book.Name] == path:
			case taken[book.Name] != "":
				at.Text = fmt.Sprintf("playbook %q is in %s and in %s: a name belongs to one file", book.Name, taken[book.Name], path)
				problems = append(problems, at)
			default:
				taken[book.Name] = path
				books = append(books, book)
			}
		}
	}
	if behind == nil {
		behind = slices.DeleteFunc(library.All(), func(p *playbooks.Playbook) bool { return p.Name != playbooks.Triage })
	}
	set, _ := playbooks.NewSet(books, behind)
	return set, problems
}

// find lists the playbook files that an entry names; patterns leave out tests.
func (f *File) find(entry string) ([]string, error) {
	full := entry
	if !filepath.IsAbs(full) {
		full = filepath.Join(filepath.Dir(f.path), full)
	}
	if !strings.ContainsAny(entry, `*?[`) {
		return []string{full}, nil
	}
	found, err := filepath.Glob(full)
	if err != nil {
		return nil, fmt.Errorf("%q is not a file pattern", entry)
	}
	found = slices.DeleteFunc(found, playbooks.IsTest)
	if len(found) == 0 {
		return nil, fmt.Errorf("no playbook matches %q", entry)
	}
	return found, nil
}

// readPlaybook reads a playbook; at is where the test file names it.
func readPlaybook(path string, at yamlfile.Problem) (*playbooks.Playbook, yamlfile.Problems) {
	data, err := read(path)
	if err != nil {
		at.Text = fmt.Sprintf("the playbook cannot be read: %v: playbooks are relative to the test file; %q stands for the built-in ones", err, builtIn)
		return nil, yamlfile.Problems{at}
	}
	return playbooks.Parse(path, data)
}

package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// matching lists the files that a configuration's patterns name, in the order of
// the patterns and then of names, each once; at is where each pattern stands. A
// pattern that matches nothing is a warning, a plain name a problem.
func matching(config string, patterns []string, at []yamlfile.Problem) (paths []string, problems yamlfile.Problems) {
	known := map[string]bool{}
	for i, pattern := range patterns {
		full := pattern
		if !filepath.IsAbs(full) {
			full = filepath.Join(filepath.Dir(config), full)
		}
		found, err := filepath.Glob(full)
		switch {
		case err != nil:
			// Load has told of it.
		case len(found) > 0:
		case strings.ContainsAny(pattern, `*?[`):
			p := at[i]
			p.Text, p.Warning = fmt.Sprintf("no file matches %q", pattern), true
			problems = append(problems, p)
		default:
			p := at[i]
			p.Text = fmt.Sprintf("there is no file %q", pattern)
			problems = append(problems, p)
		}
		for _, path := range found {
			if !known[path] {
				known[path] = true
				paths = append(paths, path)
			}
		}
	}
	return paths, problems
}

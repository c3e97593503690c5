// Package library holds the built-in playbooks: YAML files, embedded in the
// binary. It never decides anything and has no playbook that is not a file.
package library

import (
	"embed"
	"fmt"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

//go:embed *.yml
var files embed.FS

// order is the order in which the playbooks are tried; triage is for what
// none of the others matches.
var order = [...]string{"database-cpu.yml", "cdn-cost.yml", "inference-latency.yml", "cost-optimisation.yml", "signalbook.yml", "triage.yml"}

// All returns the built-in playbooks, read anew, in the order in which they
// are tried. The package's tests prove that every file can be read; one that
// could not would be left out.
func All() []*playbooks.Playbook {
	out, _ := read()
	return out
}

func read() ([]*playbooks.Playbook, yamlfile.Problems) {
	var out []*playbooks.Playbook
	var problems yamlfile.Problems
	for _, name := range order {
		data, err := files.ReadFile(name)
		if err != nil {
			problems = append(problems, yamlfile.Problem{File: name, Text: fmt.Sprintf("cannot be opened: %v", err)})
			continue
		}
		p, found := playbooks.Parse(name, data)
		problems = append(problems, found...)
		if p != nil {
			out = append(out, p)
		}
	}
	return out, problems
}

package config

import (
	"github.com/signalbook/signalbook/playbooks/handbook"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// LoadHandbook reads the files with the team's own facts and lays them over the
// sheet, in the order of the patterns and then of names. The problems are those
// of all files; the handbook is never nil, lacks what a file with problems says,
// and is good for use when Problems.Err is nil.
func (c *Config) LoadHandbook() (*handbook.Handbook, yamlfile.Problems) {
	book := handbook.Default()
	paths, problems := matching(c.path, c.Handbook.Files, c.factsAt)
	for _, path := range paths {
		text, err := readAtMost(path, yamlfile.MaxSize)
		if err != nil {
			problems = append(problems, yamlfile.Problem{File: path, Text: "the team's facts cannot be read: " + err.Error()})
			continue
		}
		own, found := book.With(path, []byte(text))
		problems = append(problems, found...)
		if own != nil {
			book = own
		}
	}
	return book, problems
}

// Package importer makes a playbook file of what a team has already: a
// playbook exported from Mattermost, or a runbook in Markdown. It opens no
// files, asks nobody, and never drops a text silently: what a playbook cannot
// hold stands in comments at the end of the file and in Result.Lost.
package importer

import (
	"fmt"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// MaxSize is the largest file that is read, in bytes. A runbook of a hundred
// pages is smaller.
const MaxSize = 256 << 10

// Draft is what was read: a playbook before its texts are made to fit.
type Draft struct {
	file        string
	title       string // plain text; empty when the source has none
	description string // mrkdwn
	keywords    []string
	alerts      []string // that the source is for
	links       []link
	linksFrom   []string // headings of which nothing else was taken
	sections    []section
	lost        []loss
	told        map[loss]bool
}

type link struct{ title, url string }

// section is a checklist, or the steps below one heading.
type section struct {
	title string   // plain text, for comments: the headings down to it, with " / " between
	above []string // the headings that it is below, from the top
	tier  playbooks.TierName
	why   string // why it is that tier, where its title does not say
	items []item
}

// item is a step to be. Its texts have no bound yet and no template.
type item struct {
	title    string // plain text
	detail   string // mrkdwn
	commands []string
	decide   []string      // what a person must decide about it
	due      time.Duration // after the beginning; 0: not said
	line     int           // in the source, from 1; 0: not known
}

// loss is something that a playbook cannot hold.
type loss struct {
	line int // in the source, from 1; 0: the file as a whole
	what string
	text string // all of it; may be empty
}

func (d *Draft) lose(line int, what, text string) {
	l := loss{line, what, text}
	if d.told == nil {
		d.told = map[loss]bool{}
	}
	if !d.told[l] {
		d.told[l] = true
		d.lost = append(d.lost, l)
	}
}

// problem is an error of reading, placed as compilers do it.
func problem(file string, line, column int, format string, args ...any) error {
	p := yamlfile.Problem{File: file, Line: line, Column: column, Text: fmt.Sprintf(format, args...)}
	return yamlfile.Problems{p}.Err()
}

// steps refuses a draft that no playbook can hold, or with nothing to hold.
func (d *Draft) steps(none string) error {
	total, most := d.total(), section{}
	for _, s := range d.sections {
		if len(s.items) > len(most.items) {
			most = s
		}
	}
	switch {
	case total == 0:
		return problem(d.file, 0, 0, "%s", none)
	case total > playbooks.MaxSteps && len(most.items) == 1:
		return problem(d.file, 0, 0, "%d sections with steps: a playbook holds at most %d steps: split the file, one playbook for each kind of trouble", total, playbooks.MaxSteps)
	case total > playbooks.MaxSteps:
		return problem(d.file, 0, 0, "%d steps, %d of them in %q: a playbook holds at most %d: split the file, one playbook for each kind of trouble",
			total, len(most.items), textutil.Cut(most.title, 60), playbooks.MaxSteps)
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// outputFormat is how the problems of a check are told.
type outputFormat string

// verdict is the last line of a check.
type verdict struct {
	good string                   // on stdout, when there is nothing but warnings and notes
	bad  func(some string) string // on stderr, with the number of "3 problems"
}

// report tells the problems: as text on stderr, or for machines on stdout. The
// error is not nil when there is more than warnings and notes.
func (f outputFormat) report(std streams, problems yamlfile.Problems, v verdict) error {
	switch f {
	case "json":
		if err := writeJSON(std.out, problems); err != nil {
			return err
		}
	case "github":
		for _, p := range problems {
			fmt.Fprintln(std.out, githubCommand(p))
		}
	default:
		printProblems(std, problems)
	}
	errors := 0
	for _, p := range problems {
		if p.Severity() == "error" {
			errors++
		}
	}
	if errors > 0 {
		return &findingsError{v.bad(textutil.Count(errors, "problem")) + "\n"}
	}
	if f != "json" {
		fmt.Fprintln(std.out, v.good)
	}
	return nil
}

// printProblems prints problems, warnings and notes as file:line:column: text.
func printProblems(std streams, problems yamlfile.Problems) {
	for _, p := range problems {
		fmt.Fprintln(std.err, p)
	}
}

// writeJSON writes the problems as one list, empty when there are none.
func writeJSON(w io.Writer, problems yamlfile.Problems) error {
	type problem struct {
		File     string `json:"file,omitempty"`
		Line     int    `json:"line,omitempty"`
		Column   int    `json:"column,omitempty"`
		Severity string `json:"severity"`
		Text     string `json:"text"`
	}
	list := make([]problem, len(problems))
	for k, p := range problems {
		list[k] = problem{p.File, p.Line, p.Column, p.Severity(), p.Text}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(list)
}

// What must not stand in GitHub's workflow commands as it is (actions/toolkit,
// packages/core/src/command.ts: escapeData and escapeProperty).
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// githubCommand makes an annotation of a problem: ::error file=...,line=...,col=...::text.
func githubCommand(p yamlfile.Problem) string {
	command := map[string]string{"error": "error", "warning": "warning", "note": "notice"}[p.Severity()]
	var place []string
	if p.File != "" {
		place = append(place, "file="+githubProperty.Replace(p.File))
		if p.Line > 0 {
			place = append(place, fmt.Sprintf("line=%d,col=%d", p.Line, p.Column))
		}
	}
	if len(place) > 0 {
		command += " " + strings.Join(place, ",")
	}
	return "::" + command + "::" + githubData.Replace(p.Text)
}

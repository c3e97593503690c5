package yamlfile

import (
	"bytes"
	"regexp"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

var syntaxError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(?s:(.*))$`)

// syntaxProblem places an error of the YAML parser. The parser names the line
// where the surrounding list or mapping began, which is rarely where the
// mistake is; but it reads from front to back, so the first line with which
// the file fails in just this way is the line of the mistake.
func (d *decoder) syntaxProblem(data []byte, err error) *Problem {
	lines := bytes.SplitAfter(data, []byte("\n"))
	at := sort.Search(len(lines)-1, func(i int) bool {
		end := 0
		for _, l := range lines[:i+1] {
			end += len(l)
		}
		prefixErr := parseAll(data[:end])
		return prefixErr != nil && prefixErr.Error() == err.Error()
	})
	line := strings.TrimRight(string(lines[at]), "\r\n")
	body := strings.TrimLeft(line, " \t")
	column := len(line) - len(body) + 1

	text := err.Error()
	if m := syntaxError.FindStringSubmatch(text); m != nil {
		text = m[2]
	}
	return &Problem{File: d.doc.file, Line: at + 1, Column: column, Text: "not valid YAML: " + text + hint(line, text)}
}

// parseAll reads every document, as far as the first error.
func parseAll(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for range 2 {
		var n yaml.Node
		if err := decodeNode(dec, &n); err != nil {
			if err.Error() == "EOF" {
				return nil
			}
			return err
		}
	}
	return nil
}

// hint says how to mend the mistakes that people make most.
func hint(line, text string) string {
	indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indent, "\t"):
		return ": a tab is used for indentation, use spaces"
	case strings.Contains(text, "cannot start any token"):
		return ": put a value that begins with @, ` or % in quotes"
	case strings.Contains(text, "mapping values are not allowed"):
		return `: put a value that contains ": " in quotes, or mend the indentation`
	case strings.Contains(text, "did not find expected key"),
		strings.Contains(text, "did not find expected '-' indicator"):
		return ": look at the indentation and at quotes inside quotes"
	case strings.Contains(text, "did not find expected ',' or"):
		return ": a bracket or brace is not closed, or a comma is missing"
	}
	return ""
}

package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// The parts of JUnit's XML that CI systems read (the schema of Jenkins' xUnit
// plugin, junit-10.xsd, in its order of elements and with its attributes).
type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name     string         `xml:"name,attr"`
		Class    string         `xml:"classname,attr"`
		Time     string         `xml:"time,attr"`
		Errors   []junitTrouble `xml:"error"`
		Failures []junitTrouble `xml:"failure"`
	}
	junitTrouble struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the report. A file that could not be run is a test case with
// an error, so that CI counts it.
func writeJUnit(w io.Writer, suites []suite) error {
	report := junitReport{Name: "signalbook test"}
	var total time.Duration
	for _, s := range suites {
		suite := junitSuite{Name: s.file}
		var took time.Duration
		if len(s.problems) > 0 {
			c := junitCase{Name: "the file can be read", Class: s.file, Time: seconds(0)}
			for _, p := range s.problems {
				c.Errors = append(c.Errors, trouble("problem", p.Text, p.String()))
			}
			suite.Cases, suite.Errors = append(suite.Cases, c), 1
		}
		for _, t := range s.tests {
			took += t.took
			c := junitCase{Name: testName(t.Name), Class: s.file, Time: seconds(t.took)}
			for _, f := range t.Failures {
				c.Failures = append(c.Failures, trouble("expectation", f.Text, failure(t.Name, f)))
			}
			suite.Cases = append(suite.Cases, c)
		}
		suite.Tests, suite.Failures, suite.Time = len(suite.Cases), s.failed(), seconds(took)
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Errors += suite.Errors
		total += took
		report.Suites = append(report.Suites, suite)
	}
	report.Time = seconds(total)
	data, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return fmt.Errorf("write the JUnit report: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, data)
	return err
}

func trouble(kind, text, whole string) junitTrouble {
	first, _, _ := strings.Cut(text, "\n")
	return junitTrouble{Message: first, Type: kind, Text: whole}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

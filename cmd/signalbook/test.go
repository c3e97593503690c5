package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/playbooktest"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

type testCommand struct {
	Config string   `name:"config.file" help:"Take routes, severities and playbooks from this configuration where a test file does not give them."`
	Only   string   `name:"run" help:"Run only the tests whose name matches this regular expression."`
	Output string   `default:"text" enum:"text,junit" help:"One of text, junit (XML for CI, on stdout)."`
	Paths  []string `arg:"" help:"Test files, or folders with *_test.yml, as in: signalbook test playbooks/"`

	only *regexp.Regexp
}

// Validate refuses what is no regular expression.
func (c *testCommand) Validate() (err error) {
	if c.only, err = regexp.Compile(c.Only); err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	return nil
}

// suite is what came of one test file.
type suite struct {
	file     string
	problems yamlfile.Problems // why it could not be run
	tests    []tested
}

type tested struct {
	playbooktest.Result
	took time.Duration
}

func (s suite) failed() int {
	n := 0
	for _, t := range s.tests {
		if len(t.Failures) > 0 {
			n++
		}
	}
	return n
}

// Run plays every test of every file, and says what failed.
func (c *testCommand) Run(std streams) error {
	files, err := filesBelow(c.Paths, "tests", "*_test.yml", playbooks.IsTest)
	if err != nil {
		return err
	}
	base, err := c.base(std)
	if err != nil {
		return err
	}
	var suites []suite
	for _, file := range files {
		s := c.play(file, base)
		suites = append(suites, s)
		c.tell(std, s)
	}
	if c.Output == "junit" {
		if err := writeJUnit(std.out, suites); err != nil {
			return err
		}
	}
	return c.sum(std, suites)
}

// base reads the configuration, when one is given.
func (c *testCommand) base(std streams) (playbooktest.Base, error) {
	if c.Config == "" {
		return playbooktest.Base{}, nil
	}
	loaded, set, err := readDecisions(std, c.Config)
	return playbooktest.Base{Config: loaded, Playbooks: set}, err
}

// readDecisions reads what of a configuration decides about an incident. Secrets
// are not read, so that it works in CI.
func readDecisions(std streams, path string) (*config.Config, *playbooks.Set, error) {
	loaded, problems := config.LoadDecisions(path)
	set, more := loaded.LoadPlaybooks()
	problems = append(problems, more...)
	printProblems(std, problems)
	if problems.Err() != nil {
		return nil, nil, &findingsError{fmt.Sprintf("%s: %s\n", path, textutil.Count(len(problems)-len(problems.Warnings()), "problem"))}
	}
	return loaded, set, nil
}

func (c *testCommand) play(file string, base playbooktest.Base) suite {
	s := suite{file: file}
	f, problems := playbooktest.Load(file, base)
	if problems.Err() != nil {
		s.problems = problems
		return s
	}
	for k, t := range f.Tests {
		if !c.only.MatchString(t.Name) {
			continue
		}
		began := time.Now()
		result := f.Play(k)
		s.tests = append(s.tests, tested{result, time.Since(began)})
	}
	return s
}

// tell prints one file: what passed and failed to stdout, but for JUnit, and why to
// stderr.
func (c *testCommand) tell(std streams, s suite) {
	out, problems := newPaint(std.out), newPaint(std.err)
	for _, p := range s.problems {
		fmt.Fprintln(std.err, blockkit.Clean(p.String()))
	}
	text := c.Output == "text"
	if text && len(s.tests) > 0 {
		fmt.Fprintln(std.out, s.file)
	}
	for _, t := range s.tests {
		word := out.green("ok  ")
		if len(t.Failures) > 0 {
			word = out.red("FAIL")
		}
		if text {
			fmt.Fprintf(std.out, "  %s  %s\n", word, testName(t.Name))
		}
		for _, f := range t.Failures {
			fmt.Fprintln(std.err, problems.failure(failure(t.Name, f)))
		}
	}
}

// failure is a failed expectation as it is printed: its place, the test's name, and
// below what was wanted and what there was.
func failure(name string, p yamlfile.Problem) string {
	p.Text = fmt.Sprintf("test %q: %s", testName(name), strings.ReplaceAll(p.Text, "\n", "\n    "))
	return blockkit.Clean(p.String())
}

func testName(s string) string { return strings.Join(strings.Fields(blockkit.Clean(s)), " ") }

// sum prints the count, and fails when anything did.
func (c *testCommand) sum(std streams, suites []suite) error {
	tests, failed, broken := 0, 0, 0
	for _, s := range suites {
		tests += len(s.tests)
		failed += s.failed()
		if len(s.problems) > 0 {
			broken++
		}
	}
	if c.Output == "text" && tests > 0 {
		fmt.Fprintf(std.out, "%s in %s: %d ok, %d failed\n", textutil.Count(tests, "test"), textutil.Count(len(suites)-broken, "file"), tests-failed, failed)
	}
	var wrong []string
	if failed > 0 {
		wrong = append(wrong, fmt.Sprintf("%d of %s failed", failed, textutil.Count(tests, "test")))
	}
	if broken > 0 {
		wrong = append(wrong, textutil.Count(broken, "test file")+" cannot be run")
	}
	if tests == 0 && broken == 0 {
		wrong = append(wrong, fmt.Sprintf("no test matches --run=%q", c.Only))
	}
	if len(wrong) == 0 {
		return nil
	}
	return &findingsError{strings.Join(wrong, ", ") + "\n"}
}

// Command signalbook opens one Slack thread per incident with a tiered playbook,
// and keeps hold of every step until somebody has done it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/foreign"
)

// The exit codes.
const (
	exitDone     = 0
	exitFindings = 1 // findings, failed tests, not ready, not sent
	exitUsage    = 2
)

// streams are where a command reads and writes: results on stdout, problems on
// stderr.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

type commands struct {
	Serve    serveCommand    `cmd:"" help:"Run the bot: take notifications, keep incidents, answer in Slack."`
	Demo     demoCommand     `cmd:"" help:"The whole product on one machine, with a local Slack look-alike in the browser."`
	Check    checkCommand    `cmd:"" help:"Check a configuration or playbooks: every problem at once, as file:line:column."`
	Test     testCommand     `cmd:"" help:"Run unit tests of playbooks: alerts, acts and time in, steps, reminders and messages out."`
	Explain  explainCommand  `cmd:"" help:"Say which route and playbook alerts get and why, and show the messages."`
	Import   importCommand   `cmd:"" help:"Make a playbook of what you have: a Mattermost export, a runbook in Markdown."`
	Fire     fireCommand     `cmd:"" help:"Send a marked test alert to a running bot."`
	Digest   digestCommand   `cmd:"" help:"Print the cost review of a week; needs neither Slack nor Redis."`
	Handbook handbookCommand `cmd:"" help:"Ask the scaling sheet: tiers, thresholds, stack, patterns, targets, costs, alert rules."`
	Export   exportCommand   `cmd:"" help:"Print the post-mortem of an incident as Markdown or JSON; it reads Redis."`
	Dead     deadCommand     `cmd:"" help:"Events that could not be handled: look at them, try them again, delete them."`
	Slack    slackCommand    `cmd:"" help:"What Slack needs: the app's manifest."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

const description = `When an alert fires, Signalbook opens one Slack thread with the right playbook and keeps hold of every step until somebody has done it.

Examples:
  signalbook demo
  signalbook check config signalbook.yml
  signalbook test playbooks/
  signalbook explain --config.file=signalbook.yml payload.json
  signalbook serve --config.file=signalbook.yml
  signalbook import markdown runbooks/kafka-disk.md --out=playbooks/kafka-disk.yml
  signalbook fire database-cpu
  signalbook handbook scale 75M
  signalbook handbook ask "when should we move to microservices?"
  signalbook digest --config.file=signalbook.yml --week=2026-W47 --png=out.png
  signalbook export --config.file=signalbook.yml INC-142`

// memoryGoal is when garbage is collected more eagerly, in bytes: what the bounds of
// all inputs leave room for. GOMEMLIMIT overrides it.
const memoryGoal = 400 << 20

func main() {
	start(app.Timing{})
}

// start is main; tests start a bot that waits for less.
func start(timing app.Timing) {
	stampVersion()
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}, timing))
}

// run is the whole program but for its exit.
func run(args []string, std streams, timing app.Timing) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	code, ended, results := exitDone, false, std.out
	if len(args) == 0 {
		// Who types the bare name wants to know what there is.
		args, code, results = []string{"--help"}, exitUsage, std.err
	}
	parser, err := kong.New(&cli, kong.Name("signalbook"), kong.Description(description), kong.Writers(results, std.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Exit(func(c int) { code, ended = max(code, c), true }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(std, timing))
	if err != nil {
		fmt.Fprintln(std.err, "signalbook:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if ended {
		return code // --help has answered
	}
	if err != nil {
		fmt.Fprintf(std.err, "signalbook: %v\nRun `signalbook --help` for the commands.\n", err)
		return exitUsage
	}
	err = parsed.Run()
	var findings *findingsError
	var usage *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintln(std.err, "signalbook:", foreign.Error(err))
		return exitUsage
	case errors.As(err, &findings):
		fmt.Fprint(std.err, foreign.Clean(findings.text))
		return exitFindings
	}
	fmt.Fprintln(std.err, "signalbook:", foreign.Error(err))
	return exitFindings
}

// usageError is what was typed wrong in a way that only the command itself can
// tell.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }

// findingsError carries problems that are printed as they are.
type findingsError struct{ text string }

func (e *findingsError) Error() string { return e.text }

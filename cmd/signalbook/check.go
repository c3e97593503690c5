package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/lint"
	"github.com/signalbook/signalbook/playbooks/library"
)

type checkCommand struct {
	Config    checkConfig    `cmd:"" help:"Check a configuration and the playbooks it names."`
	Playbooks checkPlaybooks `cmd:"" help:"Check playbook files, or all *.yml of folders."`
}

type checkConfig struct {
	Online bool         `help:"Ask Slack and Redis too: token, channels, people, durability."`
	Output outputFormat `default:"text" enum:"text,json,github" help:"How problems are told: text (file:line:column on stderr), json (a list on stdout), github (workflow commands on stdout)."`
	File   string       `arg:"" help:"The configuration."`
}

// Help is shown by --help.
func (checkConfig) Help() string {
	return `Tells every problem of the file, of the secret files and of the playbooks it names at once. Warnings and notes do not fail the check.

Examples:
  signalbook check config signalbook.yml
  signalbook check config --online signalbook.yml
  signalbook check config --output=github deploy/signalbook.yml

Exit codes: 0 nothing wrong, 1 findings, 2 wrong usage.`
}

// Run prints every problem, and what was found good.
func (c checkConfig) Run(ctx context.Context, std streams) error {
	loaded, problems := config.Load(c.File)
	files, more := loaded.PlaybookFiles()
	found := lint.Playbooks(files, readPlaybook, loaded.BuiltIn())
	_, facts := loaded.LoadHandbook()
	problems = slices.Concat(problems, more, found.Problems, facts)
	v := verdict{
		good: fmt.Sprintf("%s: ok, %s", c.File, textutil.Count(len(found.Set.All()), "playbook")),
		bad:  func(some string) string { return c.File + ": " + some },
	}
	if !c.Online || problems.Err() != nil {
		return c.Output.report(std, problems, v)
	}
	good, bad, err := online(ctx, loaded, found.Owners)
	if err != nil {
		return err
	}
	if c.Output == "text" {
		for _, line := range good {
			fmt.Fprintln(std.out, line)
		}
	}
	return c.Output.report(std, append(problems, bad...), v)
}

type checkPlaybooks struct {
	ConfigFile string       `name:"config.file" help:"A configuration whose Slack is asked whether it knows the owners." placeholder:"FILE"`
	Output     outputFormat `default:"text" enum:"text,json,github" help:"How problems are told: text (file:line:column on stderr), json (a list on stdout), github (workflow commands on stdout)."`
	Paths      []string     `arg:"" help:"Files, or folders with *.yml and *.yaml."`
}

// Help is shown by --help.
func (checkPlaybooks) Help() string {
	return `Tells every problem of every file at once: keys and values, matchers, templates (tried on sample alerts that the playbook's own matchers make up), PromQL, texts that Slack's messages would cut or leave out, playbooks that match the same alerts or are never chosen, deadlines out of order. Warnings and notes do not fail the check.

Examples:
  signalbook check playbooks playbooks/
  signalbook check playbooks --config.file=signalbook.yml playbooks/
  signalbook check playbooks --output=github playbooks/
  signalbook check playbooks --output=json playbooks/ | jq -r '.[].text'

Exit codes: 0 nothing wrong, 1 findings, 2 wrong usage.`
}

// Run prints every problem of every file.
func (c checkPlaybooks) Run(ctx context.Context, std streams) error {
	files, err := playbookFiles(c.Paths)
	if err != nil {
		return err
	}
	found := lint.Playbooks(files, readPlaybook, library.All())
	if c.ConfigFile != "" {
		unknown, err := unknownOwners(ctx, c.ConfigFile, found.Owners)
		if err != nil {
			return err
		}
		found.Problems = append(found.Problems, unknown...)
		found.Problems.Sort()
	}
	return c.Output.report(std, found.Problems, verdict{
		good: textutil.Count(len(files), "playbook") + ": ok",
		bad:  func(some string) string { return some + " in " + textutil.Count(len(files), "file") },
	})
}

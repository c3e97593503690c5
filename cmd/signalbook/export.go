package main

import (
	"context"
	"fmt"
	"os"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction/command"
	threads "github.com/signalbook/signalbook/bot/sender"
)

type exportCommand struct {
	Config   string `name:"config.file" default:"signalbook.yml" help:"The configuration of the bot; it may be running."`
	Output   string `default:"markdown" enum:"markdown,json" help:"One of markdown, json."`
	Out      string `help:"Write to this file instead of stdout; what it holds is replaced."`
	Incident string `arg:"" help:"Which incident: INC-142, or just 142."`
}

// Help is shown under the command's own help.
func (exportCommand) Help() string {
	return `It reads Redis, and asks Slack nothing. Times stand in UTC and in incidents.time_zone.

Example:
  signalbook export --config.file=/etc/signalbook/signalbook.yml INC-142 --out=INC-142.md`
}

// Run prints the post-mortem of an incident.
func (c exportCommand) Run(ctx context.Context, std streams) error {
	n, ok := command.ParseID(c.Incident)
	if !ok {
		return &usageError{fmt.Errorf("%.40q is no incident: write INC-142, or just 142", c.Incident)}
	}
	w, end, err := openWorkspace(ctx, c.Config)
	if err != nil {
		return err
	}
	defer end()
	ctx, cancel := context.WithTimeout(ctx, deadWithin)
	defer cancel()
	report, ok, err := threads.Postmortem(ctx, w.Store, n, w.Config.Incidents.Zone())
	switch {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("there is no %s here: it never was, or it has left Redis (incidents.retention, incidents.archive)", incident.ID(n))
	}
	data := report.Markdown()
	if c.Output == "json" {
		if data, err = report.JSON(); err != nil {
			return err
		}
	}
	if c.Out != "" {
		return os.WriteFile(c.Out, data, 0o640)
	}
	_, err = std.out.Write(data)
	return err
}

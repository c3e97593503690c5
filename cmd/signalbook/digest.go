package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/chart"
	"github.com/signalbook/signalbook/bot/costreview/ingest"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/foreign"
)

type digestCommand struct {
	Config string `name:"config.file" default:"signalbook.yml" help:"The configuration; Slack's section is not needed."`
	Name   string `help:"Which of several digests, as in: --name=weekly-cost-review"`
	Week   string `help:"The week under review, as in: --week=2026-W47; without it the last one that has ended."`
	PNG    string `name:"png" help:"Write the chart to this file, as in: --png=out.png"`
}

// redisWithin is how long a store that may not be there is waited for.
const redisWithin = 3 * time.Second

// Run prints the digest. What is missing is named in it, and is no error.
func (c digestCommand) Run(ctx context.Context, std streams) error {
	loaded, problems := config.LoadDigests(c.Config)
	book, more := loaded.LoadHandbook()
	problems = append(problems, more...)
	printProblems(std, problems)
	if problems.Err() != nil {
		return &findingsError{fmt.Sprintf("%s: %s\n", c.Config, textutil.Count(len(problems)-len(problems.Warnings()), "problem"))}
	}
	d, err := c.chosen(loaded)
	if err != nil {
		return err
	}
	now := time.Now()
	week := report.WeekBefore(d.In(now))
	last := week
	if c.Week != "" {
		if week, err = money.ParseWeek(c.Week); err != nil {
			return &usageError{fmt.Errorf("--week: %w", err)}
		}
		if week > last {
			return &usageError{fmt.Errorf("--week: %s has not ended yet; the last one that has is %s", week, last)}
		}
	}
	s, err := app.Connect(loaded, book)
	if err != nil {
		return err
	}
	about := s.About(d.Name, now)
	about.Week = week
	in, err := c.gather(ctx, std, s, about)
	if err != nil {
		return err
	}
	told := report.Judge(in)
	if _, err := io.WriteString(std.out, report.Text(told)); err != nil {
		return err
	}
	return c.draw(told)
}

func (c digestCommand) chosen(loaded *config.Config) (config.Digest, error) {
	var names []string
	for _, d := range loaded.Digests {
		if d.Name == c.Name || c.Name == "" && len(loaded.Digests) == 1 {
			return d, nil
		}
		names = append(names, d.Name)
	}
	switch {
	case len(names) == 0:
		return config.Digest{}, fmt.Errorf("%s configures no digest: add one under `digests:`", c.Config)
	case c.Name == "":
		return config.Digest{}, &usageError{fmt.Errorf("%s configures several digests: choose one with --name=%s", c.Config, strings.Join(names, " or --name="))}
	}
	return config.Digest{}, &usageError{fmt.Errorf("%s has no digest %q: there is %s", c.Config, c.Name, strings.Join(names, ", "))}
}

// gather takes what the store has, when there is one that knows its workspace;
// else it asks the sources themselves, and says what is absent.
func (c digestCommand) gather(ctx context.Context, std streams, s *app.Settings, a ingest.About) (report.Input, error) {
	in, err := c.fromStore(ctx, s, a)
	if err == nil || ctx.Err() != nil {
		return in, err
	}
	bar := newProgress(std.err)
	readings, errRead := ingest.ReadAll(ctx, a.Sources, a.Week.Add(-ingest.WeeksBack).Monday(), a.Now, bar.show)
	bar.end()
	if errRead != nil {
		return in, errRead
	}
	in = report.Input{Name: a.Digest, Week: a.Week, Now: a.Now, Readings: readings, Settings: a.Settings, Filter: a.Filter, Handbook: a.Handbook, Organisation: s.Organisation().Ask(ctx, a.Now)}
	units, errUnits := ingest.Units(ctx, nil, s.Organisation().Prometheus, a.Units, a.Week)
	if errUnits != nil {
		return in, errUnits
	}
	in.Units = units
	in.Absent = append(in.Absent,
		"Without Redis ("+foreign.Text(err.Error(), 500)+") these sections are absent: the week's incidents, overdue steps, adopted cost steps, what was expected, restated weeks, days of earlier weeks that have settled since, measured growth.")
	return in, nil
}

// errNoStore says why there is no store to ask.
var errNoStore = errors.New("redis.addresses is not configured")

func (c digestCommand) fromStore(ctx context.Context, s *app.Settings, a ingest.About) (report.Input, error) {
	if len(s.Config.Redis.Addresses) == 0 {
		return report.Input{}, errNoStore
	}
	full, problems := config.Load(c.Config) // with Slack's token, which the workspace is remembered under
	if problems.Err() != nil {
		return report.Input{}, errors.New("the configuration lacks what the bot needs")
	}
	redis, err := app.OpenRedis(full, nil)
	if err != nil {
		return report.Input{}, err
	}
	defer redis.Close()
	asked, cancel := context.WithTimeout(ctx, redisWithin)
	id, known, err := redis.Identity(asked, string(full.Slack.BotToken))
	cancel()
	switch {
	case err != nil:
		return report.Input{}, fmt.Errorf("it does not answer: %w", err)
	case !known:
		return report.Input{}, errors.New("no bot with this token has used it yet")
	}
	return ingest.Gather(ctx, redis.Workspace(id.TeamID), s.Organisation(), a)
}

// draw writes the chart.
func (c digestCommand) draw(told report.Report) error {
	if c.PNG == "" {
		return nil
	}
	if len(told.Money) == 0 {
		return fmt.Errorf("write %s: there are no costs to draw", c.PNG)
	}
	picture, err := chart.PNG(told.Money[0])
	if err == nil {
		err = os.WriteFile(c.PNG, picture, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", c.PNG, err)
	}
	return nil
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
)

type deadCommand struct {
	List   deadList   `cmd:"" help:"List the events that could not be handled (dead letters): id, when, what, why."`
	Replay deadReplay `cmd:"" help:"Put dead letters back into the inbox: the bot handles them again."`
	Drop   deadDrop   `cmd:"" help:"Delete dead letters for good."`
}

// deadWithin is how long Redis may take for one dead letter, or for reading all.
const deadWithin = 30 * time.Second

// deadConfig opens the workspace whose dead letters these are.
type deadConfig struct {
	Config string `name:"config.file" default:"signalbook.yml" help:"The configuration of the bot; it may be running."`
}

func (c deadConfig) open(ctx context.Context) (*store.DeadLetters, func(), error) {
	w, end, err := openWorkspace(ctx, c.Config)
	if err != nil {
		return nil, nil, err
	}
	return w.Store.Dead, end, nil
}

type deadList struct {
	deadConfig
	Output string `default:"text" enum:"text,json" help:"One of text, json (one object a line, with the event as it came)."`
}

// Help is shown under the command's own help.
func (deadList) Help() string {
	return `Example:
  signalbook dead list --config.file=/etc/signalbook/signalbook.yml --output=json`
}

// letter is a dead letter as JSON.
type letter struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	What  string    `json:"what"`
	Why   string    `json:"why"`
	Event any       `json:"event"` // as it came: an object, or text when it is no JSON
}

// Run prints the dead letters.
func (c deadList) Run(ctx context.Context, std streams) error {
	dead, end, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	ctx, cancel := context.WithTimeout(ctx, deadWithin)
	defer cancel()
	table := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	found := 0
	for d, err := range dead.Each(ctx) {
		if err != nil {
			return err
		}
		if found++; c.Output == "json" {
			if err := printLetter(std.out, d); err != nil {
				return err
			}
			continue
		}
		if found == 1 {
			fmt.Fprintln(table, "ID\tWHEN\tWHAT\tWHY")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", d.ID, d.At.Format(time.RFC3339), what(d), foreign.Text(d.Why, 120))
	}
	if found == 0 && c.Output == "text" {
		fmt.Fprintln(std.out, "no dead letters")
	}
	return table.Flush()
}

func printLetter(out io.Writer, d store.DeadLetter) error {
	shown := letter{ID: d.ID, At: d.At, What: what(d), Why: foreign.Clean(d.Why), Event: d.Raw}
	if json.Valid([]byte(d.Raw)) {
		shown.Event = json.RawMessage(d.Raw)
	}
	return json.NewEncoder(out).Encode(shown)
}

// what says in a few words which event it was.
func what(d store.DeadLetter) string {
	e := d.Event
	switch {
	case errors.Is(d.Err, compat.ErrNewer):
		return "of a newer signalbook"
	case d.Err != nil:
		return "unreadable"
	case e.Notification != nil:
		return foreign.Text(fmt.Sprintf("notification %s %s", e.Notification.Status, e.Notification.GroupKey), 80)
	case e.Act != nil:
		return strings.TrimSpace(fmt.Sprintf("%s %s %s", e.Act.Verb, incident.ID(e.Act.Incident), foreign.Text(e.Act.Step, 40))) + by(e.Act.User)
	case e.Start != nil:
		return "start " + foreign.Text(e.Start.Playbook, 60) + by(e.Start.User)
	case e.Digest != nil && e.Digest.Digest > 0:
		return foreign.Text(fmt.Sprintf("%s %s %s", e.Digest.Verb, report.ID(e.Digest.Digest), e.Digest.Subject), 80) + by(e.Digest.User)
	case e.Digest != nil:
		return foreign.Text(fmt.Sprintf("%s digest %s", e.Digest.Verb, e.Digest.Name), 80) + by(e.Digest.User)
	case !e.Due().IsZero():
		return "timer of " + e.Due().String()
	}
	return "says nothing"
}

func by(u incident.User) string {
	if u.ID == "" {
		return ""
	}
	return " by " + foreign.Text(cmp.Or(u.Name, "somebody"), 40) // an id tells people nothing
}

// letterIDs are the dead letters that replay and drop work on.
type letterIDs struct {
	All bool     `help:"All that are there now."`
	IDs []string `arg:"" optional:"" name:"id" help:"As dead list shows them."`
}

var letterID = regexp.MustCompile(`^[0-9]{1,19}-[0-9]{1,19}$`)

// Validate wants ids or --all, and not both.
func (l letterIDs) Validate() error {
	if l.All == (len(l.IDs) > 0) {
		return errors.New("give the ids that `signalbook dead list` shows, or --all")
	}
	for _, id := range l.IDs {
		if !letterID.MatchString(id) {
			return fmt.Errorf("%q is no id of a dead letter: `signalbook dead list` shows them, as in 1795426245123-0", id)
		}
	}
	return nil
}

// each does something with every letter, and tells of those with which it could
// not be done.
func (l letterIDs) each(ctx context.Context, std streams, c deadConfig, done string, do func(*store.DeadLetters, context.Context, string) error) error {
	dead, end, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	ids := l.IDs
	if l.All {
		reading, cancel := context.WithTimeout(ctx, deadWithin)
		defer cancel()
		if ids, err = dead.IDs(reading); err != nil {
			return err
		}
	}
	worked := 0
	var failed []string
	for _, id := range ids {
		attempt, cancel := context.WithTimeout(ctx, deadWithin)
		err := do(dead, attempt, id)
		cancel()
		if err != nil {
			failed = append(failed, "signalbook: "+err.Error()+"\n")
			if !errors.Is(err, store.ErrNoLetter) {
				break // Redis is in trouble: the rest would fare no better
			}
			continue
		}
		worked++
	}
	fmt.Fprintf(std.out, "%s %s\n", textutil.Count(worked, "dead letter"), done)
	if len(failed) > 0 {
		return &findingsError{strings.Join(failed, "")}
	}
	return nil
}

type deadReplay struct {
	deadConfig
	letterIDs
}

// Help is shown under the command's own help.
func (deadReplay) Help() string {
	return `Each keeps the time at which it first came. One that fails again comes back as a new dead letter, with the new reason. What
people did meanwhile stands: an old click counts as a late one, and a notification that is
older than what the bot has heard of its alerts since then changes nothing in them.

Examples:
  signalbook dead replay 1795426245123-0
  signalbook dead replay --all --config.file=/etc/signalbook/signalbook.yml`
}

// Run moves dead letters back to the inbox.
func (c deadReplay) Run(ctx context.Context, std streams) error {
	return c.each(ctx, std, c.deadConfig, "put back into the inbox; `signalbook dead list` shows those that fail again", (*store.DeadLetters).Replay)
}

type deadDrop struct {
	deadConfig
	letterIDs
}

// Help is shown under the command's own help.
func (deadDrop) Help() string {
	return `What is dropped is gone: "signalbook dead list --output=json" prints it before, to be kept.

Examples:
  signalbook dead drop 1795426245123-0
  signalbook dead drop --all --config.file=/etc/signalbook/signalbook.yml`
}

// Run deletes dead letters.
func (c deadDrop) Run(ctx context.Context, std streams) error {
	return c.each(ctx, std, c.deadConfig, "deleted", (*store.DeadLetters).Drop)
}

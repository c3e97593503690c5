package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/playbooktest"
	"github.com/signalbook/signalbook/playbooks"
)

type explainCommand struct {
	Config   string   `name:"config.file" help:"The configuration; signalbook.yml for a payload. Without it labels meet the built-in playbooks."`
	Playbook string   `help:"Explain this playbook, whichever would be chosen, as in: --playbook=database-cpu"`
	Blocks   bool     `help:"Print the messages as Block Kit JSON, and nothing else."`
	Folded   bool     `help:"Show steps as the thread does, folded by what is needed now; without it every step is shown whole."`
	What     []string `arg:"" optional:"" name:"payload-or-labels" help:"A file with a webhook body of Alertmanager or Grafana, - for stdin, or the labels of one alert, as in: alertname=HighCPU team=db. Without --config.file also playbook files (*.yml), tried before the built-in ones."`
}

// files are the arguments that are playbooks.
func (c explainCommand) files() (files []string) {
	for _, word := range c.What {
		if isPlaybookFile(word) {
			files = append(files, word)
		}
	}
	return files
}

// isPlaybookFile tells a playbook from a payload and from a label: by its name alone.
func isPlaybookFile(word string) bool {
	return !strings.Contains(word, "=") && (strings.HasSuffix(word, ".yml") || strings.HasSuffix(word, ".yaml"))
}

// alerts are the other arguments: a payload or labels.
func (c explainCommand) alerts() []string {
	return slices.DeleteFunc(slices.Clone(c.What), isPlaybookFile)
}

// Validate tells a payload from labels.
func (c explainCommand) Validate() error {
	_, err := c.labels()
	switch {
	case len(c.What) == 0 && c.Playbook == "":
		return errors.New("nothing to explain: give a payload, labels as in alertname=HighCPU, a playbook file, or --playbook=NAME")
	case len(c.files()) > 0 && c.Config != "":
		return fmt.Errorf("give playbook files (%s) or --config.file, which names its own", c.files()[0])
	case c.Playbook != "" && err != nil:
		return fmt.Errorf("--playbook takes labels beside it, as in team=db: %w", err)
	case len(c.alerts()) == 0 && c.Playbook == "" && len(c.files()) > 1:
		return errors.New("which of these playbooks? Give a payload, labels as in alertname=HighCPU, or --playbook=NAME beside them")
	case len(c.alerts()) > 1 && err != nil:
		return fmt.Errorf("give one payload, or labels only: %w", err)
	}
	return nil
}

// labels reads the arguments as labels.
func (c explainCommand) labels() (map[string]string, error) {
	labels := map[string]string{}
	for _, word := range c.alerts() {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is no label, which is name=value", word)
		}
		if had, twice := labels[name]; twice {
			return nil, fmt.Errorf("label %s is given twice, as %q and %q", name, had, value)
		}
		labels[name] = value
	}
	return labels, nil
}

// explained is all that there is to say of one notification.
type explained struct {
	config       *config.Config
	settings     playbooktest.Settings
	notification alerts.Notification
	at           time.Time
	outcome      incident.Outcome
	stage        *playbooktest.Stage
}

// Run explains on stdout. It opens the incident as the bot would, and asks nobody.
func (c explainCommand) Run(std streams) error {
	x := explained{}
	var err error
	if x.notification, x.at, err = c.notification(std.in, time.Now().UTC().Truncate(time.Minute)); err != nil {
		return err
	}
	loaded, set, err := c.decisions(std)
	if err != nil {
		return err
	}
	x.config, x.settings = loaded, playbooktest.SettingsOf(loaded, set)
	if len(c.alerts()) == 0 && c.Playbook == "" {
		c.Playbook = set.All()[0].Name // of the one file
	}
	if c.Playbook != "" {
		if err := c.named(&x); err != nil {
			return err
		}
	}
	x.settings.Folded = c.Folded
	x.stage = playbooktest.NewStage(x.settings)
	x.outcome = x.stage.Handle(incident.Event{At: x.at, Notification: &x.notification})
	if c.Blocks {
		return x.blocks(std.out)
	}
	x.print(std.out)
	return nil
}

// decisions reads the configuration; labels need none.
func (c explainCommand) decisions(std streams) (*config.Config, *playbooks.Set, error) {
	file := c.Config
	files := c.files()
	if _, err := c.labels(); file == "" && len(files) == 0 && err != nil {
		file = "signalbook.yml"
	}
	if file != "" {
		return readDecisions(std, file)
	}
	loaded := config.OfPlaybooks(files)
	loaded.Routes.Channel = "#incidents"
	set, problems := loaded.LoadPlaybooks()
	if err := problems.Err(); err != nil {
		return nil, nil, &findingsError{err.Error() + "\n"}
	}
	for _, warning := range problems.Warnings() {
		fmt.Fprintln(std.err, warning)
	}
	return loaded, set, nil
}

// notification is the payload, or one firing alert with the labels. A payload is
// taken as if it came when its newest alert changed, so that explaining it again
// says the same.
func (c explainCommand) notification(in io.Reader, now time.Time) (alerts.Notification, time.Time, error) {
	if labels, err := c.labels(); err == nil {
		n := alerts.Notification{Source: "explain", Receiver: "explain", GroupKey: "explain", Alerts: []alerts.Alert{{
			Status: alerts.Firing, Labels: labels, Annotations: map[string]string{}, StartsAt: now, Fingerprint: playbooktest.Fingerprint(labels),
		}}}
		return playbooktest.Gather(n, []string{"alertname"}), now, nil
	}
	path, body := c.alerts()[0], in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return alerts.Notification{}, now, fmt.Errorf("explain: read payload: %w (labels are written like alertname=HighCPU)", err)
		}
		defer file.Close()
		body = file
	}
	n, err := alerts.Decode(body, "default")
	if err != nil {
		return n, now, fmt.Errorf("explain: %s: %w", path, err)
	}
	var at time.Time
	for _, a := range n.Alerts {
		for _, changed := range []time.Time{a.StartsAt, a.EndsAt} {
			if changed.After(at) {
				at = changed
			}
		}
	}
	return n, at.UTC(), nil
}

// named makes the alerts name the playbook that was asked for. An annotation of the
// first alert does, and is shown nowhere.
func (c explainCommand) named(x *explained) error {
	set := x.settings.Playbooks
	if _, known := set.Find(c.Playbook); !known {
		names := slices.Collect(set.Names())
		hint := ": there are " + strings.Join(names, ", ")
		if best, ok := textutil.Nearest(c.Playbook, names); ok {
			hint = fmt.Sprintf(": did you mean %q?", best)
		}
		return fmt.Errorf("explain: there is no playbook %q%s", blockkit.Clean(c.Playbook), hint)
	}
	first := &x.notification.Alerts[0]
	if other := first.Labels["playbook"]; other != "" && other != c.Playbook {
		return fmt.Errorf("explain: --playbook=%s and the label playbook=%s are two: keep one", c.Playbook, blockkit.Clean(other))
	}
	first.Annotations["playbook"] = c.Playbook
	return nil
}

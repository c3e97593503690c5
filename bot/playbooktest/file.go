package playbooktest

import (
	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// builtIn stands for the built-in playbooks in a test file's list of playbooks.
const builtIn = "built-in"

// File is a test file: its playbooks, what of the configuration its tests depend
// on, and the tests. All times are durations from the beginning of a test.
type File struct {
	// Playbooks are files, relative to this one, or patterns; builtIn stands for the built-in ones. Without the key they
	// are those of the configuration when one is given, else the built-in ones.
	Playbooks  []string           `yaml:"playbooks"`
	Route      *config.Route      `yaml:"route"` // instead of the configuration's
	Severities *config.Severities `yaml:"severities"`
	Incidents  *Incidents         `yaml:"incidents"`
	GroupBy    []string           `yaml:"group_by"` // of every test that gives none; [alertname] when absent
	Tests      []Test             `yaml:"tests"`

	path     string
	doc      *yamlfile.Document
	settings Settings
}

// Incidents are the spans of time of the configuration that tests depend on.
type Incidents struct {
	ReopenWithin config.Duration `yaml:"reopen_within"`
	StaleAfter   config.Duration `yaml:"stale_after"`
}

// Test is one story of one alert group.
type Test struct {
	Name    string             `yaml:"name"`
	GroupBy []string           `yaml:"group_by"`
	Alerts  []TestAlert        `yaml:"alerts"`
	Events  []TestEvent        `yaml:"events"`
	Until   playbooks.Duration `yaml:"until"` // played at least so far; as far as its times go in any case
	Expect  Expect             `yaml:"expect"`
}

// TestAlert is an alert of the group. The same labels may come again later.
type TestAlert struct {
	Labels       map[string]string   `yaml:"labels"`
	Annotations  map[string]string   `yaml:"annotations"`
	Starts       playbooks.Duration  `yaml:"starts"`
	ResolvedAt   *playbooks.Duration `yaml:"resolved_at"` // absent: it goes on firing
	GeneratorURL string              `yaml:"generator_url"`
}

// TestEvent is what somebody does: exactly one of the verbs, or Note alone. A verb
// on a step takes its number or id; acknowledge without one is the incident's.
// resolve takes a reason, a note or nothing, as the command does.
type TestEvent struct {
	At          playbooks.Duration `yaml:"at"`
	By          string             `yaml:"by"`
	Acknowledge yaml.Node          `yaml:"acknowledge"`
	Done        yaml.Node          `yaml:"done"`
	Skip        yaml.Node          `yaml:"skip"` // needs a note
	Release     yaml.Node          `yaml:"release"`
	Undo        yaml.Node          `yaml:"undo"`
	Resolve     yaml.Node          `yaml:"resolve"`
	Reopen      yaml.Node          `yaml:"reopen"`
	Note        string             `yaml:"note"`
	Says        string             `yaml:"says"` // with done: the answer to what the step asks
	// Answer is what the person must be told when it is not applied: taken, already, over, not_yours, ...
	Answer string `yaml:"answer"`
}

// Expect is what must come of it. What is absent is not looked at; an empty list
// is looked at. Playbook to Messages are judged at the opening, the others at
// their times.
type Expect struct {
	Playbook string                          `yaml:"playbook"`
	Title    string                          `yaml:"title"`
	Severity string                          `yaml:"severity"`
	Channel  string                          `yaml:"channel"`
	Owners   *[]string                       `yaml:"owners"` // of the immediate tier, else of the first, else the route's
	Steps    map[playbooks.TierName][]string `yaml:"steps"`  // that apply, all of a tier in order
	NotSteps []string                        `yaml:"not_steps"`
	Messages map[string]string               `yaml:"messages"` // by slot; a line "..." stands for any lines

	Overdue *Overdue `yaml:"overdue"`
	Moments []Moment `yaml:"moments"`
	// Reminders are the pings about a passed deadline, Escalations those that nobody has acknowledged: all of the test.
	Reminders   *[]Reminder   `yaml:"reminders"`
	Escalations *[]Escalation `yaml:"escalations"`
}

// Overdue are the steps of any tier that are overdue at a time, all of them.
type Overdue struct {
	At    playbooks.Duration `yaml:"at"`
	Steps []string           `yaml:"steps"`
}

// Moment is how the newest incident stands at a time.
type Moment struct {
	At       playbooks.Duration            `yaml:"at"`
	State    incidentState                 `yaml:"state"`
	Lead     *string                       `yaml:"lead"` // "" for nobody
	Severity string                        `yaml:"severity"`
	Steps    map[string]stepState          `yaml:"steps"` // id or number to state
	Overdue  *[]string                     `yaml:"overdue"`
	Progress map[playbooks.TierName]string `yaml:"progress"` // "2/3"
	// Shown are the steps that are shown, all of a tier in order, and Answers what was answered so far, all of it.
	Shown    map[playbooks.TierName][]string `yaml:"shown"`
	Answers  *map[string]string              `yaml:"answers"`
	Incident int                             `yaml:"incident"` // its number: 2 after a new one has followed the first
	Opening  int                             `yaml:"opening"`  // 2 after it was reopened once
	Messages map[string]string               `yaml:"messages"`
}

// Reminder is a ping that tells owners which steps are overdue.
type Reminder struct {
	At    playbooks.Duration `yaml:"at"`
	To    []string           `yaml:"to"`
	Steps []string           `yaml:"steps"`
}

// Escalation is a ping that tells a level that nobody has acknowledged.
type Escalation struct {
	At    playbooks.Duration `yaml:"at"`
	Level int                `yaml:"level"` // from 1; absent: any
	To    []string           `yaml:"to"`
}

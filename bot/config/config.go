// Package config reads signalbook.yml: it decodes strictly, checks everything and
// reports every problem at once with its line, reads the secret files, and
// answers which route a set of labels takes. It never connects to anything and
// never prints a secret.
package config

import (
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Config is the whole configuration, defaults filled in. What a file does not
// have is nil in Alertmanager, Prometheus, Drills and Organisation.
type Config struct {
	Slack        Slack         `yaml:"slack"`
	Redis        Redis         `yaml:"redis"`
	Webhook      Webhook       `yaml:"webhook"`
	Alertmanager *Service      `yaml:"alertmanager"`
	Prometheus   *Service      `yaml:"prometheus"`
	Playbooks    Playbooks     `yaml:"playbooks"`
	Routes       Route         `yaml:"route"`
	Roles        Roles         `yaml:"roles"`
	Severities   Severities    `yaml:"severities"`
	Incidents    Incidents     `yaml:"incidents"`
	FollowUps    FollowUps     `yaml:"follow_ups"`
	Webhooks     []FeedHook    `yaml:"webhooks"`
	Drills       *Drills       `yaml:"drills"`
	Digests      []Digest      `yaml:"digests"`
	Organisation *Organisation `yaml:"organisation"`
	Handbook     Handbook      `yaml:"handbook"`

	path        string
	globsAt     []yamlfile.Problem          // where each of Playbooks.Files stands
	factsAt     []yamlfile.Problem          // where each of Handbook.Files stands
	playbooksAt yamlfile.Problem            // where the section stands
	named       map[string]yamlfile.Problem // where channels and people are first named
}

// Playbooks says where playbooks come from.
type Playbooks struct {
	// Files are glob patterns, relative to the configuration file.
	Files []string `yaml:"files"`
	// BuiltIn is whether the built-in playbooks stand behind the files; triage
	// always does.
	BuiltIn bool `yaml:"built_in"`
}

// Handbook says where the team's own facts come from.
type Handbook struct {
	// Files are glob patterns, relative to the configuration file.
	Files []string `yaml:"files"`
}

// Incidents are the spans of time that rule an incident's life.
type Incidents struct {
	ReopenWithin Duration `yaml:"reopen_within"` // a re-fire within it reopens the thread
	StaleAfter   Duration `yaml:"stale_after"`   // nothing heard of a firing group
	Retention    Duration `yaml:"retention"`     // since it closed; then it leaves Redis
	// Archive is a folder that gets the incidents that leave Redis, as JSON lines;
	// empty: they are gone. Once loaded it is usable from the working directory.
	Archive string `yaml:"archive"`
	Storm   *Storm `yaml:"storm"` // never nil once loaded
	// Remind is how long before the deadline of a later tier its people are told; 0: they are told when it has passed.
	Remind Duration `yaml:"remind"`
	// Details is how much of steps Slack shows where their playbook does not say it: playbooks.DetailsFolded, playbooks.DetailsFull.
	Details string `yaml:"details"`
	// TimeZone is the IANA name of the zone whose time stands beside UTC in post-mortems; UTC when the file gives none.
	TimeZone string `yaml:"time_zone"`
}

// Zone is the zone of TimeZone.
func (i Incidents) Zone() *time.Location {
	zone, err := time.LoadLocation(i.TimeZone)
	if err != nil {
		return time.UTC // the file was checked
	}
	return zone
}

// Storm is how many incidents in a channel are too many: more than Above within Per.
type Storm struct {
	Above Count    `yaml:"above"`
	Per   Duration `yaml:"per"`
}

// FollowUps says what stays open of an incident that is over.
type FollowUps struct {
	// After is how long an incident that nobody touches must last for its follow-ups to stay when it ends by itself.
	After Duration `yaml:"after"`
}

func (f *FollowUps) fill() { setDefault(&f.After, Duration(15*time.Minute)) }

// Drills says how exercises differ from what is real.
type Drills struct {
	Channel string `yaml:"channel"` // instead of their routes'
}

// Default is the configuration of an empty file. It is not usable as it is:
// Slack, Redis and the route's channel have no defaults.
func Default() *Config {
	return &Config{
		Slack:      Slack{APIURL: "https://slack.com/api/", Command: "/playbook", ExternalUsers: ExternalDeny},
		Redis:      Redis{Prefix: "signalbook"},
		Webhook:    Webhook{MaxBody: 64 << 20},
		Playbooks:  Playbooks{BuiltIn: true},
		Severities: Severities{Label: "severity", Order: []string{"critical", "warning", "info"}},
	}
}

// fill sets what the file did not give.
func (i *Incidents) fill() {
	const day = 24 * time.Hour
	setDefault(&i.ReopenWithin, Duration(4*time.Hour))
	setDefault(&i.StaleAfter, Duration(day))
	setDefault(&i.Retention, Duration(400*day))
	if i.Storm == nil {
		i.Storm = &Storm{}
	}
	setDefault(&i.Details, playbooks.DetailsFolded)
	setDefault(&i.Storm.Above, 10)
	setDefault(&i.Storm.Per, Duration(time.Minute))
}

// setDefault relies on Duration and Count refusing zero in the file.
func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

func (d *Drills) check(p place) {
	if d.Channel == "" {
		p.at("channel").missing(`where drills go instead of their routes' channels, such as "#drills"`)
		return
	}
	p.at("channel").channel(d.Channel)
}

func (i *Incidents) check(p place) {
	i.fill()
	if i.Details != playbooks.DetailsFolded && i.Details != playbooks.DetailsFull {
		p.at("details").problem("%q is neither folded, which shows of each step what is needed now, nor full, which shows every step whole", textutil.Cut(i.Details, 60))
	}
	checkTimeZone(p.at("time_zone"), &i.TimeZone)
	if i.Retention < i.ReopenWithin {
		p.at("retention").problem("%s is shorter than incidents.reopen_within (%s): an incident must be kept as long as it can reopen", i.Retention, i.ReopenWithin)
	}
	if i.Archive == "" {
		return
	}
	i.Archive = p.at("archive").resolve(i.Archive)
	if err := writable(i.Archive); err != nil {
		p.at("archive").problem("incidents.archive cannot be written: %s: %v: give a folder that exists and that the bot may write to", i.Archive, err)
	}
}

package config

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Load reads and checks the configuration file at path, and the secret files that
// it names. Relative paths in it are relative to its own directory. All problems
// are returned, warnings among them; the Config is usable when Problems.Err is
// nil, and otherwise still good for LoadPlaybooks, so that one run can tell of
// everything.
func Load(path string) (*Config, yamlfile.Problems) { return load(path, (*Config).check) }

// LoadDigests reads and checks only what digests are made from: the sections
// prometheus, digests, organisation and handbook. The others are decoded, but not checked,
// and their secret files are not read.
func LoadDigests(path string) (*Config, yamlfile.Problems) {
	return load(path, (*Config).checkCosts)
}

func load(path string, check func(*Config, place)) (*Config, yamlfile.Problems) {
	c := Default()
	c.path = path
	text, err := readAtMost(path, yamlfile.MaxSize)
	if err != nil {
		return c, yamlfile.Problems{{File: path, Text: "the configuration cannot be read: " + err.Error()}}
	}
	doc, problems := yamlfile.Decode(path, []byte(text), c)
	if doc.Readable() {
		file := &reading{doc: doc, dir: filepath.Dir(path), decoding: problems, named: map[string]yamlfile.Problem{}}
		check(c, place{file: file})
		c.named = file.named
		problems = append(problems, otherPlaces(file.problems, problems)...)
		problems.Sort()
	}
	return c, withoutSecrets(problems)
}

// withoutSecrets hides in the problems what looks like a secret: they quote what
// was written in the wrong place.
func withoutSecrets(problems yamlfile.Problems) yamlfile.Problems {
	for i := range problems {
		problems[i].Text = foreign.Clean(problems[i].Text)
	}
	return problems
}

// otherPlaces leaves out what was found where decoding failed already: a value of
// the wrong type is not missing too. The first key of a section stands where the
// section does, so an unknown one hides nothing.
func otherPlaces(found, decoding yamlfile.Problems) yamlfile.Problems {
	return slices.DeleteFunc(found, func(p yamlfile.Problem) bool {
		return slices.ContainsFunc(decoding, func(d yamlfile.Problem) bool {
			return d.Line == p.Line && d.Column == p.Column && !strings.HasPrefix(d.Text, "unknown key")
		})
	})
}

func (c *Config) check(p place) {
	c.Slack.check(p.at("slack"))
	c.Redis.check(p.at("redis"))
	c.Webhook.check(p.at("webhook"))
	if c.Alertmanager != nil {
		p.at("alertmanager").unused()
		c.Alertmanager.check(p.at("alertmanager"))
	}
	c.checkPlaybooks(p)
	c.Routes.checkRoot(p.at("route"))
	c.Roles.check(p.at("roles"))
	c.Severities.check(p.at("severities"))
	c.Incidents.check(p.at("incidents"))
	c.FollowUps.fill()
	c.checkWebhooks(p.at("webhooks"))
	if c.Drills != nil {
		c.Drills.check(p.at("drills"))
	}
	c.checkCosts(p)
}

func (c *Config) checkPlaybooks(p place) {
	c.globsAt = checkPatterns(p.at("playbooks"), c.Playbooks.Files)
	c.playbooksAt = p.file.doc.Problem("", "playbooks")
}

func (c *Config) checkCosts(p place) {
	if c.Prometheus != nil {
		c.Prometheus.check(p.at("prometheus"))
	}
	c.checkDigests(p.at("digests"))
	if c.Organisation != nil {
		c.Organisation.check(p.at("organisation"), c.Prometheus != nil)
	}
	c.factsAt = checkPatterns(p.at("handbook"), c.Handbook.Files)
}

// checkPatterns checks the file patterns of a section, and tells where each
// stands.
func checkPatterns(p place, patterns []string) (at []yamlfile.Problem) {
	for i, pattern := range patterns {
		entry := p.at("files", i)
		if _, err := filepath.Match(pattern, ""); err != nil || pattern == "" {
			entry.problem("%q is not a file pattern", pattern)
		}
		at = append(at, p.file.doc.Problem("", entry.path...))
	}
	return at
}

package app

import (
	"iter"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/archive"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/pager"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/handbook"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// Settings are a configuration as loaded, replaced whole at a reload.
type Settings struct {
	Config    *config.Config
	Playbooks *playbooks.Set
	Handbook  *handbook.Handbook
	Warnings  yamlfile.Problems
	costs     costs
}

// ProblemsError is all that is wrong with a configuration and its playbooks, a line each.
type ProblemsError struct{ text string }

// Error gives the lines.
func (e *ProblemsError) Error() string { return e.text }

// Load reads configuration and playbooks. A [ProblemsError] lists every problem, the
// playbooks' and the team's own facts' also when the configuration has some, so that one
// run tells of everything.
func Load(path string) (*Settings, error) {
	loaded, problems := config.Load(path)
	set, more := loaded.LoadPlaybooks()
	problems = append(problems, more...)
	book, more := loaded.LoadHandbook()
	problems = append(problems, more...)
	if err := problems.Err(); err != nil {
		return nil, &ProblemsError{err.Error()}
	}
	s, err := Connect(loaded, book)
	if err != nil {
		return nil, err
	}
	s.Playbooks, s.Warnings = set, problems.Warnings()
	return s, nil
}

// Connect makes settings of a configuration that was loaded for its digests alone: they
// have no playbooks.
func Connect(loaded *config.Config, book *handbook.Handbook) (*Settings, error) {
	asked, err := connect(loaded)
	if err != nil {
		return nil, err
	}
	return &Settings{Config: loaded, Handbook: book, costs: asked}, nil
}

// places are the channels of all routes, with who may act there.
func (s *Settings) places() []access.Place {
	var places []access.Place
	for _, target := range s.Config.Places() {
		places = append(places, access.Place{Channel: target.Channel, Responders: target.Responders})
	}
	return places
}

// external reports whether guests and people of other organisations may act.
func (s *Settings) external() bool { return s.Config.Slack.ExternalUsers == config.ExternalAllow }

// startChannel is where a playbook that somebody starts goes.
func (s *Settings) startChannel(st incident.Start) string {
	return coordinator.Settings{Route: s.Config.Target, Drills: s.Config.DrillChannel()}.StartChannel(st)
}

// digestChannel is where a digest is posted; without a name the first one. Empty:
// there is none.
func (s *Settings) digestChannel(name string) string {
	for _, d := range s.Config.Digests {
		if d.Name == name || name == "" {
			return d.Channel
		}
	}
	return ""
}

// retention says when incidents leave Redis, and where to.
func retention(i config.Incidents) coordinator.Retention {
	kept := coordinator.Retention{For: time.Duration(i.Retention)}
	if i.Archive != "" {
		kept.Archive = archive.Folder(i.Archive).Append
	}
	return kept
}

// owners yields who the playbooks' tiers name, and the playbook that does.
func owners(set *playbooks.Set) iter.Seq2[string, string] {
	return func(yield func(owner, playbook string) bool) {
		for _, book := range set.All() {
			for _, tier := range book.Tiers {
				for _, owner := range tier.Owners {
					if !yield(owner, book.Name) {
						return
					}
				}
			}
		}
	}
}

// webhook finds one that an escalation calls.
func (s *Settings) webhook(id string) (pager.Target, bool) {
	w, ok := s.Config.PageHooks()[id]
	if !ok {
		return pager.Target{}, false
	}
	return pager.Target{Hook: w.Hook(), HTTP: (*promconfig.HTTPClientConfig)(w.HTTPConfig)}, true
}

// feeds are the webhooks that get all timelines.
func (s *Settings) feeds() []pager.FeedTarget {
	var all []pager.FeedTarget
	for k := range s.Config.Webhooks {
		w := &s.Config.Webhooks[k]
		all = append(all, pager.FeedTarget{Feed: w.Feed(), HTTP: (*promconfig.HTTPClientConfig)(w.HTTPConfig)})
	}
	return all
}

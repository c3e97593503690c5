package playbooks

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Bounds of a playbook. Slack shows 3000 characters of a section's text, and
// a thread with more than 50 steps helps nobody at night.
const (
	maxTitle    = 150  // characters (Slack: header text 150)
	maxDetail   = 2500 // characters (Slack: section text 3000, the rest is for title, holder and state)
	maxCommand  = 1500 // characters
	maxCommands = 10   // of a step
	maxSteps    = 50   // of a playbook
	maxLinks    = 10
	maxOwners   = 20     // of a tier
	maxMatch    = 50     // entries
	maxApplies  = 10     // entries of a step
	maxMatchers = 20_000 // bytes of all entries of match and applies
	maxURL      = 3000
	maxExpr     = 4000 // characters of a PromQL expression
	maxBody     = 10_000
)

var (
	idShape = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	digits  = regexp.MustCompile(`^[0-9]+$`)
)

func (c *checker) playbook(p *Playbook) {
	c.name(path{"name"}, p.Name, "playbook")
	c.text(path{"title"}, p.Title, rule{what: "title", most: maxTitle, required: true, oneLine: true})
	c.text(path{"description"}, p.Description, rule{what: "description", most: maxDetail})
	for _, fixed := range []struct{ key, text string }{{"title", p.Title}, {"description", p.Description}} {
		if IsTemplate(fixed.text) {
			c.problemf(path{fixed.key}, "the %s of a playbook is no template: it is shown in lists, without an alert", fixed.key)
		}
	}
	if p.Details != "" && p.Details != DetailsFolded && p.Details != DetailsFull {
		c.problemf(path{"details"}, "details is %q: say %s or %s", textutil.Cut(p.Details, 60), DetailsFolded, DetailsFull)
	}
	c.matchers(path{"match"}, p.Match, maxMatch)
	if p.Name == Triage && len(p.Match) > 0 {
		c.warnf(path{"match"}, "triage is for alerts that match nothing: its match is never looked at")
	}
	if len(p.Links) > maxLinks {
		c.problemf(path{"links"}, "%d links, at most %d", len(p.Links), maxLinks)
	}
	for i, l := range first(p.Links, maxLinks) {
		at := path{"links", i}
		c.text(at.at("title"), l.Title, rule{what: "link title", most: maxTitle, required: true, oneLine: true, use: inTitle})
		c.url(at.at("url"), l.URL)
	}
	c.tiers(p)
}

func (c *checker) name(at path, name, what string) {
	switch {
	case name == "":
		c.problemf(at, "the %s has no %s: give it one of small letters, digits and dashes", what, at[len(at)-1])
	case !idShape.MatchString(name):
		c.problemf(at, "%q cannot name a %s: use 1 to 60 small letters, digits and dashes", textutil.Cut(name, 60), what)
	}
}

func (c *checker) tiers(p *Playbook) {
	order := TierNames()
	seen := map[TierName]bool{}
	last, within, steps := -1, Duration(0), 0
	ids := map[string]int{}
	c.asked, c.asks = map[string]question{}, questions(p)
	for i := range first(p.Tiers, 2*len(order)) {
		t := &p.Tiers[i]
		at := path{"tiers", i}
		switch rank := slices.Index(order, t.Name); {
		case t.Name == "":
			c.problemf(at.at("name"), "the tier has no name: it is immediate, short_term or long_term")
		case rank < 0:
			c.problemf(at.at("name"), "%q is no tier: it is immediate, short_term or long_term", textutil.Cut(string(t.Name), 60))
		case seen[t.Name]:
			c.problemf(at.at("name"), "tier %s is given twice: put all its steps into one", t.Name)
		case rank < last:
			c.problemf(at.at("name"), "tier %s stands after %s: the order is immediate, short_term, long_term", t.Name, order[last])
		default:
			last = rank
		}
		seen[t.Name] = true
		switch {
		case t.Within <= 0:
			c.problemf(at.at("within"), "the tier has no deadline: give within, such as 1h, 1w or 30d")
		case t.Within < within:
			c.problemf(at.at("within"), "within %s is shorter than the %s of the tier before: deadlines run from the opening and must not shrink", t.Within, within)
		default:
			within = t.Within
		}
		c.owners(at.at("owners"), t.Owners)
		if len(t.Steps) == 0 {
			c.problemf(at, "the tier has no steps: give it one, or leave the tier out")
		}
		for j := range t.Steps {
			steps++
			if steps > maxSteps {
				break
			}
			c.step(at.at("steps", j), &t.Steps[j], steps, ids)
		}
	}
	if len(p.Tiers) == 0 {
		c.problemf(path{"tiers"}, "the playbook has no steps: give it at least one tier with one step")
	}
	if total := len(p.Steps()); total > maxSteps {
		c.problemf(path{"tiers"}, "%d steps, at most %d: split the playbook", total, maxSteps)
	}
}

// rule is what a text must be.
type rule struct {
	what     string
	most     int // characters
	required bool
	oneLine  bool
	use      use // not empty: it may be a template, for this use
}

func (c *checker) text(at path, s string, r rule) {
	if strings.TrimSpace(s) == "" {
		if r.required {
			c.problemf(at, "the %s is missing", r.what)
		}
		return
	}
	if n := utf8.RuneCountInString(s); n > r.most {
		c.problemf(at, "the %s has %d characters, at most %d", r.what, n, r.most)
		return
	}
	if r.required && !Shows(s) {
		c.problemf(at, "the %s shows nothing: it has only blanks and signs without a width of their own", r.what)
		return
	}
	if r.oneLine && strings.Contains(strings.TrimSpace(s), "\n") {
		c.problemf(at, "the %s must be one line", r.what)
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
		c.problemf(at, "the %s holds a control character: remove it", r.what)
		return
	}
	if r.use != "" {
		c.template(at, s, r.use)
	}
}

// template compiles a template and runs it once over an alert without labels,
// which finds most mistakes before the first real alert does.
func (c *checker) template(at path, s string, where use) {
	if !IsTemplate(s) {
		return
	}
	t, err := compile(s, where, c.budget)
	if err != nil {
		c.inTemplate(false, at, err, fmt.Sprintf("bad template: %v", err))
		return
	}
	for _, layout := range deadLayouts(t.Root) {
		c.warnf(at, "the time layout %q shows no time: Go writes layouts as 2006-01-02 15:04 MST", textutil.Cut(layout, 40))
	}
	tried := trial{at: at, text: s, use: where, template: t}
	if _, err := execute(t, sample(), c.budget); err != nil {
		if errors.Is(err, errField) {
			c.inTemplate(false, at, err, fmt.Sprintf("bad template: %v", err))
		} else {
			tried.warning = c.inTemplate(true, at, err, fmt.Sprintf("the template fails for an alert without labels, and is shown unfilled then: %v", err))
		}
	}
	c.trials = append(c.trials, tried)
}

func (c *checker) url(at path, s string) {
	c.text(at, s, rule{what: "URL", most: maxURL, required: true, oneLine: true, use: inURL})
	switch {
	case s == "":
	case !IsTemplate(s) && !isURL(s):
		c.problemf(at, "%q is no http or https URL", textutil.Cut(s, 80))
	case IsTemplate(s) && !isWeb(s) && !strings.HasPrefix(s, "{{"):
		c.problemf(at, "%q must begin with http:// or https://, or be one value that does", textutil.Cut(s, 80))
	}
}

func (c *checker) matchers(at path, entries []string, most int) {
	if len(entries) > most {
		c.problemf(at, "%d entries, at most %d", len(entries), most)
		return
	}
	seen := map[string]bool{}
	for i, e := range entries {
		if c.matchersSize += len(e); c.matchersSize > maxMatchers {
			if c.matchersSize-len(e) <= maxMatchers {
				c.problemf(at.at(i), "more than %d bytes of matchers in one playbook: split it", maxMatchers)
			}
			return
		}
		ms, err := ParseMatchers(e)
		switch {
		case err != nil:
			c.problemf(at.at(i), "%v", err)
		case seen[ms.String()]:
			c.warnf(at.at(i), "%s stands here twice", quoteCut(e))
		default:
			seen[ms.String()] = true
		}
	}
}

// ownerShapes are how Slack's people and groups are written in configuration.
var ownerShapes = []*regexp.Regexp{
	regexp.MustCompile(`^@[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$`),
	regexp.MustCompile(`^[^\s@<>]{1,64}@[^\s@<>]+\.[^\s@<>]{2,}$`),
	regexp.MustCompile(`^[UWS][A-Z0-9]{4,20}$`),
}

func (c *checker) owners(at path, owners []string) {
	if len(owners) > maxOwners {
		c.problemf(at, "%d owners, at most %d: name a user group", len(owners), maxOwners)
	}
	everybody := map[string]bool{"@here": true, "@channel": true, "@everyone": true}
	seen := map[string]bool{}
	for i, o := range first(owners, maxOwners) {
		twice := seen[o]
		seen[o] = true
		switch {
		case twice:
			c.warnf(at.at(i), "%s stands here twice", textutil.Cut(o, 60))
		case everybody[strings.ToLower(o)]:
			c.problemf(at.at(i), "%s pings everybody: name a user group such as \"@db-oncall\"", o)
		case !slices.ContainsFunc(ownerShapes, func(r *regexp.Regexp) bool { return r.MatchString(o) }):
			c.problemf(at.at(i), "%q is nobody's name: write a user group as \"@db-oncall\", a person by e-mail, or a Slack id (U… or S…)", textutil.Cut(o, 60))
		}
	}
}

// first keeps a list that is far too long from making as many problems.
func first[T any](list []T, most int) []T { return list[:min(len(list), most)] }

package playbooks

import (
	"errors"
	"fmt"
	"slices"
	"text/template"
	"unicode/utf8"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// trial is a template that could be read, and where it stands.
type trial struct {
	at       path
	text     string
	use      use
	template *template.Template
	// warning is what Read has said about its run over an alert without labels; zero when nothing.
	warning yamlfile.Problem
}

// Try runs every template over the playbook's samples, one filling for each as
// when an incident opens, and adds to the problems that Read has found: an error
// where none of the typical alerts can be filled in, a warning where only some
// group cannot, where a title is cut or a URL is none. An error takes the place of the warnings
// that Read had about the same template.
func (s *Source) Try(problems yamlfile.Problems) yamlfile.Problems {
	c := s.checker
	tried := make([]tried, len(c.trials))
	typical := 0
	var samples []Sample
	if len(c.trials) > 0 {
		samples = s.Samples()
	}
	for _, sample := range samples {
		if sample.Typical {
			typical++
		}
		view := DataFor(sample.Notification).view()
		c.budget.renew()
		for k, t := range c.trials {
			out, err := execute(t.template, view, c.budget)
			tried[k].note(sample, t, out, err)
		}
	}
	c.problems = nil
	for k, t := range c.trials {
		switch r := tried[k]; {
		case r.err == nil, errors.Is(r.err, errField): // Read has told of the latter
		case r.failed == typical:
			problems = slices.DeleteFunc(problems, func(p yamlfile.Problem) bool { return p.Warning && p == t.warning })
			c.inTemplate(false, t.at, r.err, fmt.Sprintf("the template fails for every sample alert: %v", r.err))
		case t.warning == yamlfile.Problem{}:
			c.inTemplate(true, t.at, r.err, fmt.Sprintf("the template fails for %s, and is shown unfilled then: %v", r.sample, r.err))
		}
		if name := tried[k].noURL; name != "" {
			c.warnf(t.at, "filled for %s it is no http or https URL, and left out then", name)
		}
		if n := tried[k].longest; n > maxTitle {
			c.warnf(t.at, "filled for %s the title has %d characters: it is cut to %d", tried[k].longSample, n, maxTitle)
		}
	}
	s.absent()
	s.misnamed()
	problems = append(problems, c.problems...)
	problems.Sort()
	return problems
}

// tried is what became of one template over all samples.
type tried struct {
	err        error // the first
	sample     string
	failed     int // typical samples that it failed for
	longest    int // characters of a title
	longSample string
	noURL      string // the sample for which it is none
}

func (r *tried) note(sample Sample, t trial, out string, err error) {
	if err != nil {
		if r.err == nil {
			r.err, r.sample = err, sample.Name
		}
		if sample.Typical {
			r.failed++
		}
		return
	}
	if t.use == inURL && r.noURL == "" && !unset(out) {
		if _, ok := filledURL(out); !ok {
			r.noURL = sample.Name
		}
	}
	if n := utf8.RuneCountInString(out); t.use == inTitle && t.at[len(t.at)-1] == "title" && n > max(r.longest, maxTitle) {
		r.longest, r.longSample = n, sample.Name
	}
}

package playbooks

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/textutil"
)

// methods are what a step's automation may be called with.
var methods = [...]string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// step checks one step; ids holds the step numbers by id so far.
func (c *checker) step(at path, s *Step, number int, ids map[string]int) {
	c.name(at.at("id"), s.ID, "step")
	switch first, twice := ids[s.ID]; {
	case s.ID == "":
	case digits.MatchString(s.ID):
		c.problemf(at.at("id"), "%q looks like a step's number: use a word", s.ID)
	case twice:
		c.problemf(at.at("id"), "step id %q is taken by step %d: ids are unique in a playbook", s.ID, first)
	default:
		ids[s.ID] = number
	}
	c.text(at.at("title"), s.Title, rule{what: "title", most: maxTitle, required: true, oneLine: true, use: inTitle})
	c.text(at.at("detail"), s.Detail, rule{what: "detail", most: maxDetail, use: inMrkdwn})
	for _, everybody := range []string{"<!channel", "<!here", "<!everyone"} {
		if strings.Contains(s.Detail, everybody) {
			c.warnf(at.at("detail"), "%s> notifies everybody whenever this thread opens", everybody)
		}
	}
	if len(s.Commands) > maxCommands {
		c.problemf(at.at("commands"), "%d commands, at most %d", len(s.Commands), maxCommands)
	}
	for i, command := range first(s.Commands, maxCommands) {
		c.text(at.at("commands", i), command, rule{what: "command", most: maxCommand, required: true, use: inCommand})
	}
	c.matchers(at.at("applies"), s.Applies, maxApplies)
	c.when(at.at("when"), s.When)
	c.ask(at.at("ask"), s.Ask, number)
	if s.Approvals < 0 || s.Approvals > maxApprovals {
		c.problemf(at.at("approvals"), "approvals is %d: 1 is whoever does the step alone, 2 asks for a second person", s.Approvals)
	}
	if s.Verify != nil {
		c.verify(at.at("verify"), s.Verify)
	}
	if s.Run != nil {
		c.run(at.at("run"), s.Run)
	}
}

func (c *checker) verify(at path, v *Verify) {
	c.text(at.at("expr"), v.Expr, rule{what: "expr (PromQL)", most: maxExpr, required: true, use: inTitle})
	switch {
	case v.Below == nil && v.Above == nil:
		c.problemf(at, "verify needs below or above: the value that says that the step has worked")
	case v.Below != nil && v.Above != nil:
		c.problemf(at.at("above"), "verify takes below or above, not both")
	}
	for _, bound := range []struct {
		key   string
		value *float64
	}{{"below", v.Below}, {"above", v.Above}} {
		if bound.value != nil && (math.IsNaN(*bound.value) || math.IsInf(*bound.value, 0)) {
			c.problemf(at.at(bound.key), "%s must be a finite number", bound.key)
		}
	}
}

func (c *checker) run(at path, r *Run) {
	if r.HTTP == nil {
		c.problemf(at, "run needs http: the request that runs the step")
		return
	}
	at = at.at("http")
	c.url(at.at("url"), r.HTTP.URL)
	if m := r.HTTP.Method; m != "" && !slices.Contains(methods[:], m) {
		c.problemf(at.at("method"), "%q is no method for it: use %s", textutil.Cut(m, 20), strings.Join(methods[:], ", "))
	}
	if _, err := json.Marshal(r.HTTP.HTTPConfig); err != nil {
		c.problemf(at.at("http_config"), "http_config holds a value that JSON cannot keep: %v", err)
	}
	c.text(at.at("body"), r.HTTP.Body, rule{what: "body", most: maxBody, use: inTitle})
}

// sample is what templates are tried on.
func sample() view {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return Data{
		Labels: map[string]string{}, Annotations: map[string]string{}, StartsAt: start,
		Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: map[string]string{}, Annotations: map[string]string{}, StartsAt: start}},
	}.view()
}

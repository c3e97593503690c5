package config

import (
	"slices"
	"strings"
)

// Severities says which label tells how bad an alert is, and the order of its
// values, worst first.
type Severities struct {
	Label string   `yaml:"label"`
	Order []string `yaml:"order"`
}

func (s *Severities) check(p place) {
	if s.Label == "" {
		p.at("label").missing("the label that says how bad an alert is, such as severity")
	}
	if len(s.Order) == 0 {
		p.at("order").missing("the values of the label, worst first")
	}
	for i, value := range s.Order {
		first := slices.IndexFunc(s.Order, func(other string) bool { return strings.EqualFold(other, value) })
		switch at := p.at("order", i); {
		case value == "":
			at.problem("a severity must not be empty")
		case s.Order[first] != value:
			at.warning("%q and %q are one severity, as case makes no difference: keep one of them", value, s.Order[first])
		case first < i:
			at.problem("%q is given twice", value)
		}
	}
}

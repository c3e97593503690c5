package promquery

import (
	"context"
	"fmt"
	"time"
)

// Number is one figure that a query answers, and what is possible for it.
type Number struct {
	Query string
	// Least and Most bound what is believed. A percentage is asked for as a ratio,
	// as the configuration has it: 2.6% is 0.026.
	Least, Most float64
}

// Number asks for a figure. One that has no answer, or more than one, or an impossible
// one, is an error, which tells why.
func (p *Prometheus) Number(ctx context.Context, number Number, at time.Time) (float64, error) {
	answer, notes, err := p.Query(ctx, number.Query, at)
	switch {
	case err != nil:
		return 0, err
	case len(answer) == 0 && len(notes) > 0:
		return 0, fmt.Errorf("%s", notes[len(notes)-1])
	case len(answer) == 0:
		return 0, fmt.Errorf("Prometheus has nothing for %s: see whether the metric is still scraped", shown(number.Query))
	case len(answer) > 1:
		return 0, fmt.Errorf("Prometheus gives %d series for %s, expected one: aggregate them, as in sum(...)", len(answer), shown(number.Query))
	}
	value := float64(answer[0].Value)
	if value < number.Least || value > number.Most {
		return 0, fmt.Errorf("Prometheus gives %v for %s, expected %v to %v (a percentage as a ratio: 35%% is 0.35): mend the query",
			value, shown(number.Query), number.Least, number.Most)
	}
	return value, nil
}

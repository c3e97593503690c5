package playbooks

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Duration is a span of time, written in YAML and JSON as Prometheus writes
// one: "90s", "1h", "1w", "30d".
type Duration time.Duration

// String is the shortest Prometheus form: "1h", "1w", "30d".
func (d Duration) String() string { return model.Duration(d).String() }

// MarshalText returns the Prometheus form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the Prometheus form; the error says how to write one.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := model.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration: write it like 10m, 1h, 1w or 30d", textutil.Cut(string(text), 40))
	}
	*d = Duration(parsed)
	return nil
}

package config

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/signalbook/signalbook/playbooks"
)

// Secret is a text that is never printed: every fmt verb, JSON and YAML show
// "<secret>". Convert it to a string where it is used, and nowhere else.
type Secret string

func (s Secret) shown() string {
	if s == "" {
		return ""
	}
	return "<secret>"
}

// Format prints "<secret>", whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.shown()) }

// MarshalText encodes as "<secret>".
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.shown()), nil }

// Duration is a positive span of time, written as a Prometheus duration: 10m, 1w, 30d.
type Duration time.Duration

// String is the Prometheus form.
func (d Duration) String() string { return playbooks.Duration(d).String() }

// MarshalText returns the Prometheus form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText refuses zero: no span of the configuration can be switched off.
func (d *Duration) UnmarshalText(text []byte) error {
	var read playbooks.Duration
	if err := read.UnmarshalText(text); err != nil {
		return err
	}
	if read <= 0 {
		return fmt.Errorf("%q must be longer than zero", text)
	}
	*d = Duration(read)
	return nil
}

// Count is a whole number of at least 1.
type Count int

// UnmarshalText refuses what is less than 1.
func (c *Count) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return fmt.Errorf("expected a whole number of at least 1, got %q", text)
	}
	*c = Count(n)
	return nil
}

// Size is a number of bytes. Its units are powers of two, with or without the
// "i", as in Prometheus' own flags: 64MB is 67,108,864.
type Size int64

// UnmarshalText reads 64MB, 64MiB, 512KB, 1GB or a plain number of bytes.
func (s *Size) UnmarshalText(text []byte) error {
	given := string(text)
	digits := strings.TrimRight(given, "BKMGib ")
	factor, known := map[string]int64{
		"": 1, "B": 1, "KB": 1 << 10, "KiB": 1 << 10, "MB": 1 << 20, "MiB": 1 << 20, "GB": 1 << 30, "GiB": 1 << 30,
	}[strings.TrimSpace(given[len(digits):])]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !known || n < 0 || n > math.MaxInt64/factor {
		return fmt.Errorf("%q is not a size: write it like 64MB, 512KB or 1GB", given)
	}
	*s = Size(n * factor)
	return nil
}

// Figure is a number that the organisation knows of itself, or the query that
// Prometheus answers with it.
type Figure struct {
	Query   string  // empty: Value counts
	Value   float64 // a percentage as a ratio: 2.6% is 0.026
	Percent bool    // it was written as a percentage
}

// UnmarshalYAML reads 44M, 2.6%, 12 or {query: '...'}.
func (f *Figure) UnmarshalYAML(node *yaml.Node) error {
	switch node.Kind {
	case yaml.ScalarNode:
		return f.parse(node.Value)
	case yaml.MappingNode:
		if len(node.Content) == 2 && node.Content[0].Value == "query" && node.Content[1].Kind == yaml.ScalarNode {
			f.Query = strings.TrimSpace(node.Content[1].Value)
		}
		if f.Query != "" {
			return nil
		}
	}
	return fmt.Errorf("expected a number or {query: '...'}")
}

func (f *Figure) parse(text string) error {
	digits, percent := strings.CutSuffix(text, "%")
	factor := 1.0
	if percent {
		factor = 0.01
	} else if n := len(digits) - 1; n > 0 {
		if by, ok := map[byte]float64{'k': 1e3, 'K': 1e3, 'M': 1e6, 'B': 1e9}[digits[n]]; ok {
			factor, digits = by, digits[:n]
		}
	}
	value, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return fmt.Errorf("%q is not a number: write it like 44M, 12 or 2.6%%, or as {query: '...'}", text)
	}
	f.Value, f.Percent = value*factor, percent
	return nil
}

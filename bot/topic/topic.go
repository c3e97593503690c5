// Package topic says what a thread in Slack is about: an incident, a storm, or a digest.
// It is values alone, and never reads or writes anything.
package topic

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
)

// Kind is what sort of thing a thread is about.
type Kind int

// The kinds, in the order in which topics are sorted. Their zero value is nothing.
const (
	OfDigest Kind = iota + 1
	OfStorm
	OfIncident
)

// ID names what a thread is about. The zero ID is nothing.
type ID struct {
	Kind   Kind
	Number int // as people say it; a storm has the number of its first incident
}

// Incident is INC-n.
func Incident(n int) ID { return ID{OfIncident, n} }

// Storm is the storm of INC-n.
func Storm(n int) ID { return ID{OfStorm, n} }

// Digest is DIG-n.
func Digest(n int) ID { return ID{OfDigest, n} }

// IsZero reports whether it is nothing.
func (id ID) IsZero() bool { return id == ID{} }

// String is what people call it: INC-7, storm of INC-7, DIG-7.
func (id ID) String() string {
	switch id.Kind {
	case OfIncident:
		return "INC-" + strconv.Itoa(id.Number)
	case OfStorm:
		return "storm of INC-" + strconv.Itoa(id.Number)
	case OfDigest:
		return "DIG-" + strconv.Itoa(id.Number)
	}
	return "nothing"
}

// LogValue is its name in every form of the log.
func (id ID) LogValue() slog.Value { return slog.StringValue(id.String()) }

// Names finds what people call incidents and digests in a text.
var Names = regexp.MustCompile(`\b(?:INC|DIG)-[1-9][0-9]{0,8}\b`)

// Parse reads what people call an incident or a digest.
func Parse(name string) (ID, bool) {
	kind, digits, _ := strings.Cut(name, "-")
	n, err := strconv.Atoi(digits)
	switch {
	case err != nil || n <= 0:
		return ID{}, false
	case kind == "INC":
		return Incident(n), true
	case kind == "DIG":
		return Digest(n), true
	}
	return ID{}, false
}

// Compare sorts by kind, then by number.
func (id ID) Compare(other ID) int {
	return cmp.Or(cmp.Compare(id.Kind, other.Kind), cmp.Compare(id.Number, other.Number))
}

// The form in Redis is a whole number, because replicas of two versions work side by
// side and older ones know no other: incidents as they are, storms below zero, and
// digests below any storm, whose numbers have nine digits. Nothing outside this file
// knows of it.
const belowStorms = 1_000_000_000

// Key is the form in Redis, in keys, indexes and events.
func (id ID) Key() string { return strconv.Itoa(id.whole()) }

func (id ID) whole() int {
	switch id.Kind {
	case OfStorm:
		return -id.Number
	case OfDigest:
		return -belowStorms - id.Number
	}
	return id.Number
}

// ParseKey reads the form in Redis; ok is false for one that is another binary's.
func ParseKey(key string) (id ID, ok bool) {
	n, err := strconv.Atoi(key)
	if err != nil {
		return id, false
	}
	id = of(n)
	return id, !id.IsZero()
}

func of(whole int) ID {
	switch {
	case whole > 0:
		return Incident(whole)
	case whole < -belowStorms:
		return Digest(-belowStorms - whole)
	case whole < 0 && whole > -belowStorms:
		return Storm(-whole)
	}
	return ID{}
}

// MarshalJSON writes the form in Redis.
func (id ID) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(id.whole()), 10), nil }

// UnmarshalJSON reads the form in Redis.
func (id *ID) UnmarshalJSON(data []byte) error {
	var n int
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("read what a thread is about: %w", err)
	}
	*id = of(n)
	return nil
}

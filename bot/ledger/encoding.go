package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/compat"
)

// A settled slot is kept as a line, "channel ts hash" and the parent where it has
// one; every other is JSON. Nearly all are settled, and with Slack's ids of up to
// 11 characters such a line has at most 64: one longer value (Redis'
// hash-max-listpack-value) makes the whole ledger three times as large.

// Encode writes the slot as it lies in the ledger.
func (s Record) Encode() (string, error) {
	if line, ok := s.compact(); ok {
		return line, nil
	}
	data, err := s.unknown.Encode(s.plain)
	return string(data), err
}

func (s Record) plain() ([]byte, error) { return json.Marshal(s) }

// compact is the short form; ok is false when it cannot hold what has to be kept.
func (s Record) compact() (line string, ok bool) {
	if s.unknown != nil || s.State != Sent || s.Sweeps != 0 || !s.SweepAt.IsZero() || len(s.Old) > 0 || s.Why != "" || s.Refused != "" {
		return "", false
	}
	fields := []string{s.Channel, s.TS, s.Hash}
	if s.Parent != "" {
		fields = append(fields, s.Parent)
	}
	odd := func(field string) bool { return field == "" || strings.ContainsAny(field, " {") }
	return strings.Join(fields, " "), !slices.ContainsFunc(fields, odd)
}

// Decode reads what Encode wrote, and the JSON that earlier binaries wrote of
// settled slots too.
func Decode(data string) (s Record, err error) {
	if strings.HasPrefix(data, "{") {
		if err = json.Unmarshal([]byte(data), &s); err == nil {
			s.unknown = compat.Keep[Record]([]byte(data), s.plain)
		}
		return s, err
	}
	fields := strings.Split(data, " ")
	if len(fields) < 3 || len(fields) > 4 {
		return s, fmt.Errorf("%q is neither JSON nor channel, ts, hash and parent", data)
	}
	s = Record{Channel: fields[0], TS: fields[1], Hash: fields[2], State: Sent}
	if len(fields) == 4 {
		s.Parent = fields[3]
	}
	return s, nil
}

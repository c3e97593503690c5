package handbook

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Band is a range of users: from Low, below High. High is 0 when nothing ends
// it. Open is how the sheet writes a band that goes on: "200M-400M+" has a
// High and goes on all the same.
type Band struct {
	Low, High Users
	Open      bool
}

// Contains tells whether so many users are in the band.
func (b Band) Contains(u Users) bool { return u >= b.Low && (b.Open || u < b.High) }

// given tells a band from one that the sheet does not have.
func (b Band) given() bool { return b != Band{} }

// String is the sheet's own way: "50M-100M", "200M-400M+", "100M+".
func (b Band) String() string {
	switch {
	case b.High == 0:
		return b.Low.String() + "+"
	case b.Open:
		return b.Low.String() + "-" + b.High.String() + "+"
	}
	return b.Low.String() + "-" + b.High.String()
}

// UnmarshalText reads "50M-100M", "200M-400M+" and "100M+".
func (b *Band) UnmarshalText(text []byte) error {
	s, open := strings.CutSuffix(string(text), "+")
	low, high, isRange := strings.Cut(s, "-")
	var err error
	if b.Low, err = ParseUsers(low); err == nil && isRange {
		b.High, err = ParseUsers(high)
	}
	b.Open = open
	if err != nil || (!isRange && !open) || (isRange && b.Low >= b.High) {
		return fmt.Errorf("%q is not a range of users: write it like 10M-50M or 100M+", textutil.Cut(string(text), 40))
	}
	return nil
}

// within returns the position of the band that holds so many users, or of the
// last one beyond all: what the sheet says of its largest scale is the best it
// has for a larger one. What is no number counts as no users.
func within[T any](rows []T, band func(T) Band, u Users) int {
	if !(u > 0) {
		return 0
	}
	for i, row := range rows {
		if band(row).Contains(u) {
			return i
		}
	}
	return len(rows) - 1
}

// TierFor returns the tier of so many users; beyond 400M it is the last.
func (h *Handbook) TierFor(u Users) Tier {
	rows := h.sheet.Scale.Tiers
	return rows[within(rows, func(t Tier) Band { return t.Users }, u)]
}

// LatencyFor returns the latency budget of so many users.
func (h *Handbook) LatencyFor(u Users) Latency {
	rows := h.sheet.Scale.Latency
	return rows[within(rows, func(l Latency) Band { return l.Users }, u)]
}

// AvailabilityFor returns the availability target of so many users.
func (h *Handbook) AvailabilityFor(u Users) Availability {
	rows := h.sheet.Scale.Availability
	return rows[within(rows, func(a Availability) Band { return a.Users }, u)]
}

// atBound tells whether so many users stand on a border between two bands of
// the sheet, or beyond its last one.
func (h *Handbook) atBound(u Users) bool {
	for _, t := range h.sheet.Scale.Tiers {
		if u == t.Users.Low && u > 0 || t.Users.Open && u >= t.Users.High {
			return true
		}
	}
	return false
}

package handbook

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Dollars is an amount of money.
type Dollars float64

// String is the short form: "$150K", "$0.50", "$0.00125".
func (d Dollars) String() string {
	abs := math.Abs(float64(d))
	switch cents := abs * 100; {
	case abs >= 1000:
		return "$" + scaled(float64(d), 6)
	case math.Abs(cents-math.Round(cents)) < 1e-9 && abs != math.Trunc(abs):
		return "$" + strconv.FormatFloat(float64(d), 'f', 2, 64)
	}
	return "$" + number(float64(d), 3)
}

// UnmarshalText reads "$150K", "150K", "$1,200" and "$0.50".
func (d *Dollars) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	bare := strings.ToUpper(strings.ReplaceAll(strings.TrimPrefix(s, "$"), ",", ""))
	factor := 1.0
	for unit, size := range map[string]float64{"K": 1e3, "M": 1e6, "B": 1e9} {
		if digits, ok := strings.CutSuffix(bare, unit); ok {
			bare, factor = digits, size
			break
		}
	}
	n, err := strconv.ParseFloat(bare, 64)
	if err != nil || len(s) > 40 || !plain.MatchString(bare) || n*factor > 1e12 {
		return fmt.Errorf("%q is not an amount of money: write it like $150K or $0.50", textutil.Cut(s, 40))
	}
	*d = Dollars(n * factor)
	return nil
}

// DollarRange is from Low to High.
type DollarRange struct{ Low, High Dollars }

// String is "$0.50-1.00".
func (r DollarRange) String() string {
	if r.Low == r.High {
		return r.High.String()
	}
	high := strings.TrimPrefix(r.High.String(), "$")
	if r.Low < 1 && !strings.Contains(high, ".") {
		high += ".00"
	}
	return r.Low.String() + "-" + high
}

// UnmarshalText reads "$0.50-1.00" and "$0.75".
func (r *DollarRange) UnmarshalText(text []byte) error {
	low, high, isRange := strings.Cut(strings.TrimSpace(string(text)), "-")
	if !isRange {
		high = low
	}
	if r.Low.UnmarshalText([]byte(low)) != nil || r.High.UnmarshalText([]byte(high)) != nil || r.Low > r.High {
		return fmt.Errorf("%q is not a range of money: write it like $0.50-1.00", textutil.Cut(string(text), 40))
	}
	return nil
}

// Share is a part of a whole: 0.3 is 30%.
type Share float64

// String is the percentage: "30%", "99.95%".
func (s Share) String() string { return number(float64(s)*100, 6) + "%" }

// UnmarshalText reads "30%" and "99.95%".
func (s *Share) UnmarshalText(text []byte) error {
	digits, percent := strings.CutSuffix(strings.TrimSpace(string(text)), "%")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !percent || len(digits) > 20 || !plain.MatchString(digits) || n > 100 {
		return fmt.Errorf("%q is not a percentage: write it like 30%% or 99.95%%", textutil.Cut(string(text), 40))
	}
	*s = Share(rounded(n/100, 12))
	return nil
}

// Saving is a range of shares; both are the same where the sheet gives one.
type Saving struct{ Low, High Share }

// String is "30-50%" or "40%".
func (s Saving) String() string {
	if s.Low == s.High {
		return s.High.String()
	}
	return strings.TrimSuffix(s.Low.String(), "%") + "-" + s.High.String()
}

// UnmarshalText reads "30-50%" and "40%".
func (s *Saving) UnmarshalText(text []byte) error {
	low, high, isRange := strings.Cut(strings.TrimSpace(string(text)), "-")
	if !isRange {
		high = low
	} else if !strings.HasSuffix(low, "%") {
		low += "%"
	}
	if s.Low.UnmarshalText([]byte(low)) != nil || s.High.UnmarshalText([]byte(high)) != nil || s.Low > s.High {
		return fmt.Errorf("%q is not a saving: write it like 30-50%% or 40%%", textutil.Cut(string(text), 40))
	}
	return nil
}

// Months is a span of months from the beginning of the work.
type Months struct{ From, To int }

// String is "3-12 months".
func (m Months) String() string { return fmt.Sprintf("%d-%d months", m.From, m.To) }

// UnmarshalText reads "3-12".
func (m *Months) UnmarshalText(text []byte) error {
	from, to, _ := strings.Cut(string(text), "-")
	var err error
	if m.From, err = strconv.Atoi(from); err == nil {
		m.To, err = strconv.Atoi(to)
	}
	if err != nil || m.From > m.To || m.To > 600 {
		return fmt.Errorf("%q is not a span of months: write it like 3-12", textutil.Cut(string(text), 40))
	}
	return nil
}

// milliseconds writes a latency as the sheet does: "200 ms", "1.5 s".
func milliseconds(d time.Duration) string {
	if d >= time.Second {
		return number(d.Seconds(), 4) + " s"
	}
	return number(float64(d)/float64(time.Millisecond), 4) + " ms"
}

// inWords writes a deadline as the sheet does; a month is 30 days.
func inWords(d model.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"month", 30 * day}, {"week", 7 * day}, {"day", day}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := time.Duration(d) / unit.size; n > 0 && time.Duration(d)%unit.size == 0 {
			return textutil.Count(int(n), unit.name)
		}
	}
	return d.String()
}

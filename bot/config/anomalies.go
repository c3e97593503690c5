package config

// Anomalies says that spikes are told on the day that they are settled, beside the
// schedule: large ones as an incident, small ones in the digest.
type Anomalies struct {
	Channel string `yaml:"channel"` // of the incidents; empty: the route's
	// Min is the least excess that is an incident, in the main currency, of others by the digest's rates; DefaultAnomaly
	// when the file gives none.
	Min *Figure `yaml:"min"`
}

// DefaultAnomaly is the least excess of a spike that is an incident when anomalies.min does
// not say so, likewise.
const DefaultAnomaly = 1000

// Least is what Min says.
func (a Anomalies) Least() float64 {
	if a.Min == nil {
		return DefaultAnomaly
	}
	return a.Min.Value
}

func (a *Anomalies) check(p place) {
	if a.Channel != "" {
		p.at("channel").channel(a.Channel)
	}
	if m := a.Min; m != nil {
		switch {
		case m.Query != "" || m.Percent:
			p.at("min").problem("min is an amount of money, such as 1K")
		case m.Value <= 0 || m.Value > 1e15:
			p.at("min").problem("min is more than 0 and at most 1,000,000,000,000,000: write it like 1K")
		}
	}
}

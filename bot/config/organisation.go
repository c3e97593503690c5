package config

// Organisation is what handbook and digest compare with. What the file does not
// give is nil.
type Organisation struct {
	Users          *Figure `yaml:"users"`
	WeeklyGrowth   *Figure `yaml:"weekly_growth"`
	Teams          *Figure `yaml:"teams"`
	International  *Figure `yaml:"international"` // share of the users
	CDNBandwidthTB *Figure `yaml:"cdn_bandwidth_tb"`
	// GlobalConsistency is whether the team needs it; only people know.
	GlobalConsistency *bool `yaml:"global_consistency"`
}

func (o *Organisation) check(p place, hasPrometheus bool) {
	figures := []struct {
		key        string
		figure     *Figure
		percentage bool
		least      float64
	}{
		{"users", o.Users, false, 0},
		{"weekly_growth", o.WeeklyGrowth, true, -1},
		{"teams", o.Teams, false, 0},
		{"international", o.International, true, 0},
		{"cdn_bandwidth_tb", o.CDNBandwidthTB, false, 0},
	}
	for _, f := range figures {
		at := p.at(f.key)
		switch {
		case f.figure == nil:
		case f.figure.Query != "":
			if !hasPrometheus {
				at.problem("nobody to ask: prometheus.url is missing")
			}
		case f.percentage && !f.figure.Percent:
			at.problem("expected a percentage, such as 2.6%%")
		case !f.percentage && f.figure.Percent:
			at.problem("expected a number, not a percentage")
		case f.figure.Value < f.least:
			at.problem("less than is possible")
		}
	}
	if f := o.International; f != nil && f.Percent && f.Value > 1 {
		p.at("international").problem("more than 100%%")
	}
}

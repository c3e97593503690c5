package report

import "slices"

// Divert gives the next version of a digest that did not begin in its channel, because
// of why: it begins in another one. Back in the channel where it belongs it says
// nothing of that.
func (d Document) Divert(to, why string) Document {
	belongs := d.Channel
	if to == d.Belongs {
		belongs, why = "", ""
	}
	d.Version++
	d.Channel, d.Belongs, d.BelongsWhy = to, belongs, why
	if d.Report.Incidents != nil {
		// They were gathered for other readers, and some may be of a private channel.
		d.Report.Incidents = nil
		d.Report.Missing = append(slices.Clone(d.Report.Missing), "The week's incidents are not told here, because the digest was made for another channel.")
	}
	return d
}

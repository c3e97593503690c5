package desk

import "time"

// HurryFigures makes a desk that does not run yet give up on figures after so long.
func (d *Desk) HurryFigures(within time.Duration) { d.gatherWithin = within }

// WaitForSlack makes whoever acts wait longer for Slack, on a busy machine.
func (d *Desk) WaitForSlack(within time.Duration) {
	d.accessWithin, d.namesWithin, d.linkWithin = within, within, within
}

// How long what Slack said of a member holds, and while Slack cannot be asked.
const (
	MemberFor = memberFor
	LastFor   = lastFor
)

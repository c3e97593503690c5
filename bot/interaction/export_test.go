package interaction

import "time"

// HurryFigures makes a desk that does not run yet give up on figures after so long.
func (d *Desk) HurryFigures(within time.Duration) { d.waits.gather = within }

// WaitForSlack makes whoever acts wait longer for Slack, or less.
func (d *Desk) WaitForSlack(within time.Duration) {
	d.waits.access, d.waits.names, d.waits.link = within, within, within
}

// WaitForRedis makes whoever reads wait longer, on a busy machine.
func (d *Desk) WaitForRedis(within time.Duration) { d.waits.read, d.waits.list = within, within }

// WaitForAnswers makes whoever acts or asks wait longer for the coordinator, and for figures.
func (d *Desk) WaitForAnswers(within time.Duration) { d.waits.answer, d.waits.figures = within, within }

// How long what Slack said of a member holds, and while Slack cannot be asked.
const (
	MemberFor = memberFor
	LastFor   = lastFor
)

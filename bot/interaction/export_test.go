package interaction

import "time"

// HurryFigures makes a handler that does not run yet give up on figures after so long.
func (h *Handler) HurryFigures(within time.Duration) { h.waits.gather = within }

// WaitForSlack makes whoever acts wait longer for Slack, or less.
func (h *Handler) WaitForSlack(within time.Duration) {
	h.waits.access, h.waits.names, h.waits.link = within, within, within
}

// WaitForRedis makes whoever reads wait longer, on a busy machine.
func (h *Handler) WaitForRedis(within time.Duration) { h.waits.read, h.waits.list = within, within }

// WaitForAnswers makes whoever acts or asks wait longer for the coordinator, and for figures.
func (h *Handler) WaitForAnswers(within time.Duration) {
	h.waits.answer, h.waits.figures = within, within
}

// How long what Slack said of a member holds, and while Slack cannot be asked.
const (
	MemberFor = memberFor
	LastFor   = lastFor
)

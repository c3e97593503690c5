// Package slackapi is the only room that talks to Slack: it sends what others
// rendered, finds again what it sent, and turns what people type and click into
// plain values for a [Handler]. It never decides what an incident looks like or
// what a click means, and it never repeats a call on its own: every answer of
// Slack becomes one of the outcomes in [Outcome], and the caller decides.
//
// Out goes the Web API ([Client]), paced by the caller with [Budgets]. In comes
// signed HTTP ([HTTP]) or Socket Mode ([Socket]). Both endpoints decode with the
// same code and answer within Slack's three seconds whatever the handler does.
package slackapi

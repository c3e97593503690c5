// Package incident holds what is happening: one [Incident] per alert group that
// needs people, and the pure state machine that moves it. It reads no clock,
// does no I/O and starts no goroutine: values in, values out.
//
// Everything that happens is an [Event]. [Rules.Handle] is the only way in: it
// decides which incidents an event concerns (the group's current one, a new one,
// its predecessor, its neighbours at a deadline) and returns their new values
// together with the [Change]s that the timeline keeps and an [Answer] for the
// person who acted.
//
// # States
//
//	              first alert                acknowledge, any step action
//	   (none) ─────────────────▶ open ──────────────────────────────▶ acknowledged
//	                              ▲ │                                      │
//	fires again within            │ └──────────────┬───────────────────────┘
//	reopen_within, reopen by hand │                ▼ all alerts resolved, resolve by hand
//	                              ├──────────── resolved ◀─── undo of a last step ──┐
//	                              │                │ last step ended                │
//	                              └──────────── closed ─────────────────────────────┘
//
// A step moves open ▶ acknowledged ▶ done or skipped; release and undo lead
// back. One that needs a second person stays acknowledged until that one has said
// done, too. What a step asks is answered with done; answers show and hide other
// steps that nobody has touched. When the incident resolves, steps of the immediate tier that nobody
// ended are dropped; the later tiers stay as follow-ups with their deadlines.
//
// # Copies of one alert
//
// An alert is its fingerprint and an occurrence. Copies whose spans, startsAt to
// endsAt, overlap are of one occurrence, whichever start they name: two Prometheus
// servers make the start move back and forth. A firing copy has no end, so it
// contradicts nothing of an alert that fires. A resolve ends the occurrence unless
// it ended before the known start; then it is of an older one. A copy that starts
// after the known end is of a later occurrence, and wins.
//
// A resolve wins over a firing copy of its occurrence that is received within
// [copyWindow] of it: the copy is held for [holdFor] and reopens unless another
// resolve comes. A firing copy that comes later reopens at once: Prometheus was
// silent, the alert never ended.
//
// A start far ahead of its receipt says nothing: the rest of the copy is judged.
package incident

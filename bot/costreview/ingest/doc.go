// Package ingest brings together what a digest is judged from: it imports costs
// into the store, on whichever replica has them, and gathers costs, the
// organisation's numbers and the week's incidents for [report.Judge]. It judges
// nothing itself and never talks to Slack.
package ingest

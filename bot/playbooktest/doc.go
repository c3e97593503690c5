// Package playbooktest plays incidents without Slack, Redis or a clock: playbooks
// are tested with it, and explained. A [Stage] drives the state machine with
// notifications, acts and timers at given times, as the coordinator would, and keeps
// what would stand in Slack. [Load] reads a test file and the playbooks that it
// names, [File.Play] plays one test of it and tells where it went otherwise.
//
// It never talks to anyone, and opens no files but those.
package playbooktest

package workspace

import (
	"time"
)

// Call is one call of a Web API method, one use of a response_url (Method
// "response_url") or of the address for a file's bytes (Method "upload").
type Call struct {
	Method  string
	At      time.Time
	Outcome string // "ok", Slack's error code, "429", or the kind of the fault that hit it
	Channel string // as the caller named it
	TS      string // of the message made or changed
	Thread  string // thread_ts, when given
	User    string
	Text    string
	Faulty  bool // a fault decided the outcome
	Gone    bool // the caller had gone before it heard of the outcome
}

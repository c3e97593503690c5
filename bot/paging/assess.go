package paging

import (
	"fmt"
	"time"
)

// Verdict is what came of one call.
type Verdict struct {
	Taken   bool
	Why     string // what is wrong, for people, when it was not taken
	Forever bool   // the same call would be refused again
}

// Assess judges an answer by its HTTP status (RFC 9110; 429: RFC 6585, 425: RFC 8470). A redirect is refused: only hosts of the configuration are
// called. What a server says of a request it cannot read stays so; of all else, being
// busy included, it may think better.
func Assess(status int, says string) Verdict {
	if says != "" {
		says = ": " + says
	}
	switch {
	case status >= 200 && status < 300:
		return Verdict{Taken: true}
	case status >= 300 && status < 400:
		return Verdict{Why: fmt.Sprintf("it leads elsewhere (%d): give the address that it leads to", status), Forever: true}
	case status == 401 || status == 403:
		return Verdict{Why: fmt.Sprintf("it does not let us in (%d)%s", status, says)} // a key can be mended
	case status == 408 || status == 425 || status == 429 || status >= 500:
		return Verdict{Why: fmt.Sprintf("it answers %d%s", status, says)}
	}
	return Verdict{Why: fmt.Sprintf("it refuses (%d)%s", status, says), Forever: true}
}

const (
	firstWait = 2 * time.Second
	longest   = 2 * time.Minute
	// giveUpAfter is how long a service is tried. Whoever was to be woken has found out by then.
	giveUpAfter = 24 * time.Hour
	// tellAfter is how many tries in a row fail before people are told: one may be an accident.
	tellAfter = 2
)

// Tries are the calls of one event so far, all of them without success.
type Tries struct {
	Count int
	First time.Time
}

// Next is when the next try is, after the last one failed; giveUp: there is none. tell
// says that it is time to tell people what is wrong.
func (t Tries) Next(now time.Time, v Verdict) (at time.Time, tell, giveUp bool) {
	if v.Forever || now.Sub(t.First) >= giveUpAfter {
		return time.Time{}, true, true
	}
	wait := longest
	if t.Count < 7 {
		wait = min(longest, firstWait<<max(t.Count-1, 0))
	}
	return now.Add(wait), t.Count >= tellAfter, false
}

package blockkit

import (
	"fmt"
	"regexp"
	"time"
)

// dateFormat is how times are shown: Slack writes "today", "yesterday" and the
// reader's own time.
const dateFormat = "{date_short_pretty} {time}"

// Date is a time in mrkdwn, in the reader's time zone.
func Date(t time.Time) string {
	if !sane(t) {
		return unknownTime
	}
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), dateFormat, utc(t))
}

// Clock is the time of day of a moment, likewise, for what cannot be taken for another day.
func Clock(t time.Time) string {
	if !sane(t) {
		return unknownTime
	}
	return fmt.Sprintf("<!date^%d^{time}|%s>", t.Unix(), utc(t))
}

// utc is a time where Slack cannot show the reader's own.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

const unknownTime = "an unknown time"

// sane reports whether a time can be meant: senders write year 1 for none, and
// Slack takes no negative ones.
func sane(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 2200 && t.Unix() > 0 }

var (
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	channelID = regexp.MustCompile(`^[CG][A-Z0-9]{5,20}$`)
)

// IsUserID reports whether an id is one that Slack gives people.
func IsUserID(id string) bool { return userID.MatchString(id) }

// IsChannelID reports whether an id is one that Slack gives channels.
func IsChannelID(id string) bool { return channelID.MatchString(id) }

// User is a person in mrkdwn, and notifies them when it is posted. An id that is none of
// Slack's is shown as the name, which notifies nobody.
func User(id, name string) string {
	if IsUserID(id) {
		return "<@" + id + ">"
	}
	return EscapeMrkdwn(name)
}

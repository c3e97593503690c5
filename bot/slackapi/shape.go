package slackapi

import (
	"regexp"
	"strings"
)

// Ids and timestamps come from outside, and go into keys, calls, mentions and
// addresses. Only what has their shape is believed. Slack's own are stricter; what
// answers like Slack may count differently.
var (
	tsShape = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{1,9}$`)
	idShape = regexp.MustCompile(`^[A-Z][A-Za-z0-9_-]{1,63}$`)
)

// The letters that ids begin with.
const (
	users    = "UW"
	channels = "CGD"
	groupsOf = "S"
	files    = "F"
	teams    = "TE"
)

// isTS reports whether a text is the ts of a message: seconds, a dot, a fraction.
func isTS(text string) bool { return tsShape.MatchString(text) }

// isID reports whether a text is an id of one of the kinds.
func isID(kinds, text string) bool {
	return idShape.MatchString(text) && strings.IndexByte(kinds, text[0]) >= 0
}

// isWhole reports whether every text that is there has the shape asked for.
func isWhole(shaped func(string) bool, texts ...string) bool {
	for _, text := range texts {
		if text != "" && !shaped(text) {
			return false
		}
	}
	return true
}

func isChannel(text string) bool { return isID(channels, text) }

func isUser(text string) bool { return isID(users, text) }

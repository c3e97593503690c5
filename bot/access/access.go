// Package access decides who may see and do what. It is pure: what was found out
// about a person and a channel comes in as values, and nobody is asked here.
package access

import (
	"slices"
	"strings"
)

// Known is an answer that may not be known.
type Known string

// The answers.
const (
	Unknown Known = ""
	Yes     Known = "yes"
	No      Known = "no"
)

// KnownOf is yes or no.
func KnownOf(b bool) Known {
	if b {
		return Yes
	}
	return No
}

// Person is where a person belongs, as Slack says (users.info, and the team_id of
// payloads).
type Person string

// outsider reports whether a person sees of the workspace only the channels that he is
// in.
func (p Person) outsider() bool { return p == PersonGuest || p == PersonExternal }

// The kinds of people.
const (
	PersonUnknown  Person = ""
	PersonOurs     Person = "ours"
	PersonGuest    Person = "guest"    // Slack: is_restricted, is_ultra_restricted
	PersonExternal Person = "external" // of another organisation, in a shared channel
)

// Facts are what was found out about a person and a channel at the moment of an act.
// They go along with the event, so that it is decided about once, on what was known.
type Facts struct {
	Person  Person `json:"person,omitempty"`
	Member  Known  `json:"member,omitempty"`  // of the channel
	Private Known  `json:"private,omitempty"` // the channel
	// Inside: it was done in that very channel. Slack shows a private one to its members alone.
	Inside bool `json:"inside,omitempty"`
}

// Right is what somebody needs to be, to do a thing. Every verb, action and command has one.
type Right string

// The rights.
const (
	Anyone    Right = "anyone"    // who can talk to the bot
	Insider   Right = "insider"   // who is no guest, and of no other organisation
	Reader    Right = "reader"    // who may see what belongs to a channel: whoever is in it, or may act there
	Responder Right = "responder" // who may change it: the place's responders, or everybody in the channel
	Holder    Right = "holder"    // a responder who has the step, or the lead: who that is knows the incident
)

// Question is what somebody wants, and all that decides about it.
type Question struct {
	Facts
	Right   Right
	Role    Role   // what the responders are reserved to do; RoleNone: all that changes something
	Channel string // by its configured name, for people
	// Responders are reserved to act where any are given; Responder says whether the person is one of them, and Unexplained
	// are those names of which Slack never said who they are.
	Responders  []string
	Responder   Known
	Unexplained []string
	// External lets guests and people of other organisations act, and ask for what belongs to no channel.
	External bool
}

// Decision is the answer. Reason is a clause for people, when it is not allowed;
// Hidden: the person is told what is told of something that does not exist. Unsure: it
// may be that he belongs there, and Slack does not say so. Note is a sentence for the
// timeline, when it is allowed although not all could be checked.
type Decision struct {
	Allowed, Hidden, Unsure bool
	Reason, Note            string
}

// What could not be checked.
const (
	noteMember = "membership could not be checked"
	notePerson = "whether this is a guest could not be checked"
)

// Decide answers the question.
func (q Question) Decide() Decision {
	q.fill()
	switch q.Right {
	case Anyone:
		return Decision{Allowed: true}
	case Insider:
		return q.ask()
	case Reader:
		return q.see()
	case Responder, Holder:
		return q.act()
	}
	return Decision{Reason: "nothing says who may do this"}
}

// ask decides about what belongs to no channel, such as the playbooks.
func (q Question) ask() Decision {
	if q.Person.outsider() && !q.External {
		return Decision{Reason: "only full members of this workspace may ask this: guests and people of other organisations need slack.external_users: allow"}
	}
	return Decision{Allowed: true}
}

// act decides about changing something.
func (q Question) act() Decision {
	switch {
	case q.Responder != Yes && q.concealed():
		return Decision{Hidden: true, Reason: "only people in the channel may see this"}
	case !q.External && q.Person.outsider():
		return Decision{Reason: "only full members of this workspace may act: guests and people of other organisations need slack.external_users: allow"}
	case len(q.Responders) > 0 && q.Responder != Yes:
		return Decision{Reason: q.reserved()}
	case len(q.Responders) == 0 && q.Member == No:
		return Decision{Reason: "only people in " + q.place() + " may act here: join it first"}
	}
	return Decision{Allowed: true, Note: q.note()}
}

// fill takes what follows from the rest: whoever acts in a private channel is in it.
func (q *Question) fill() {
	if q.Member == Unknown && q.Inside && q.Private == Yes {
		q.Member = Yes
	}
	if len(q.Responders) == 0 {
		q.Responder = No
	}
}

// see decides about reading: for members of the channel, and for responders. When it
// is not known who is in, a public channel is open to look at.
func (q Question) see() Decision {
	open := q.Private == No && !q.Person.outsider()
	switch {
	case q.Responder == Yes, q.Member == Yes:
	case q.Member == Unknown && (q.Inside || open):
	case q.Member == Unknown:
		return Decision{Hidden: true, Unsure: true, Reason: "it is not known whether this is for you to see, because Slack does not say so"}
	default:
		return Decision{Hidden: !open, Reason: "only people in " + q.place() + " can see this: join it first"}
	}
	return Decision{Allowed: true}
}

// concealed reports whether nothing may be told, be it that there is something: of
// a private channel to whoever is not known to be in it, and of any to a guest or
// somebody of another organisation. A channel of which Slack does not say that it is
// public counts as private to whoever is not in it.
func (q Question) concealed() bool {
	switch q.Member {
	case No:
		return q.Private != No || q.Person.outsider()
	case Unknown:
		return q.Private == Yes || q.Person.outsider() && !q.Inside
	}
	return false
}

func (q Question) reserved() string {
	sentence := "only " + strings.Join(q.Responders, ", ") + " may " + q.Role.words()
	if len(q.Unexplained) > 0 {
		sentence += "; who is in " + strings.Join(q.Unexplained, ", ") + " is not known yet, because Slack has not said so"
	}
	return sentence
}

func (q Question) note() string {
	var notes []string
	if len(q.Responders) == 0 && q.Member == Unknown {
		notes = append(notes, noteMember)
	}
	if !q.External && q.Person == PersonUnknown {
		notes = append(notes, notePerson)
	}
	return strings.Join(notes, ", ")
}

// place is the channel for people; an id says nothing to them, and the name of a
// private one is not told.
func (q Question) place() string {
	if strings.HasPrefix(q.Channel, "#") && q.Private == No {
		return q.Channel
	}
	return "its channel"
}

// Place is a channel by its configured name, and who may act there; no responders:
// anyone who is in it. Role is what they are reserved to do, RoleNone: all that changes
// something.
type Place struct {
	Channel    string
	Responders []string
	Role       Role
}

// At is a channel with those responders whom the places reserve it for: all of them
// together, and nobody when one of the places is open to all. id tells names of one
// channel apart from names of others.
func At(places []Place, channel string, id func(string) string) Place {
	found, own := Place{Channel: channel}, id(channel)
	for _, p := range places {
		if id(p.Channel) != own {
			continue
		}
		if len(p.Responders) == 0 {
			return Place{Channel: channel}
		}
		found.Responders = append(found.Responders, p.Responders...)
	}
	slices.Sort(found.Responders)
	found.Responders = slices.Compact(found.Responders)
	return found
}

package access_test

import (
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/access"
)

// TestDecide is the table of who may see and do what.
func TestDecide(t *testing.T) {
	t.Parallel()
	const yes, no, unknown = access.Yes, access.No, access.Unknown
	ours, guest, external := access.PersonOurs, access.PersonGuest, access.PersonExternal
	team := []string{"@db"}
	for _, test := range []struct {
		name string
		q    access.Question
		want string // allowed, hidden, or a part of the reason; after a | a part of the note
	}{
		// Reading.
		{"a member reads", access.Question{Right: access.Reader, Facts: access.Facts{Member: yes, Private: yes}}, "allowed"},
		{"a stranger reads a public channel's", access.Question{Right: access.Reader, Facts: access.Facts{Member: no, Private: no}}, "only people in #db can see this"},
		{"a stranger reads a private channel's", access.Question{Right: access.Reader, Facts: access.Facts{Member: no, Private: yes}}, "hidden"},
		{"allowed, and not in a channel that may be private", access.Question{Right: access.Responder, External: true, Responders: team, Responder: no, Facts: access.Facts{Person: external}}, "hidden"},
		{"a stranger reads where nobody knows whether it is private", access.Question{Right: access.Reader, Facts: access.Facts{Member: no}}, "hidden"},
		{"Slack is down, public", access.Question{Right: access.Reader, Facts: access.Facts{Private: no}}, "allowed"},
		{"Slack is down, private", access.Question{Right: access.Reader, Facts: access.Facts{Private: yes}}, "hidden"},
		{"Slack is down, private, from inside", access.Question{Right: access.Reader, Facts: access.Facts{Private: yes, Inside: true}}, "allowed"},
		{"Slack never said anything", access.Question{Right: access.Reader}, "hidden"},
		{"Slack never said anything, from inside", access.Question{Right: access.Reader, Facts: access.Facts{Inside: true}}, "allowed"},
		{"a stranger inside a public channel reads", access.Question{Right: access.Reader, Facts: access.Facts{Member: no, Private: no, Inside: true}}, "only people in #db"},
		{"a responder who is not in the channel reads", access.Question{Right: access.Reader, Facts: access.Facts{Member: no, Private: yes}, Responders: team, Responder: yes}, "allowed"},
		{"a member who is no responder reads", access.Question{Right: access.Reader, Facts: access.Facts{Member: yes}, Responders: team, Responder: no}, "allowed"},
		{"a guest in the channel reads", access.Question{Right: access.Reader, Facts: access.Facts{Member: yes, Person: guest}}, "allowed"},
		{"a guest reads a public channel's that he is not in", access.Question{Right: access.Reader, Facts: access.Facts{Member: no, Private: no, Person: guest}}, "hidden"},
		{"one of another organisation reads a public channel's", access.Question{Right: access.Reader, Facts: access.Facts{Member: no, Private: no, Person: external}}, "hidden"},
		{"Slack is down: a guest reads a public channel's", access.Question{Right: access.Reader, Facts: access.Facts{Private: no, Person: guest}}, "hidden"},
		{"Slack is down: a guest reads from inside", access.Question{Right: access.Reader, Facts: access.Facts{Private: no, Person: guest, Inside: true}}, "allowed"},
		{"allowed to act, a guest still reads only where he is", access.Question{Right: access.Reader, External: true, Facts: access.Facts{Member: no, Private: no, Person: guest}}, "hidden"},
		{"one of another organisation in the channel reads", access.Question{Right: access.Reader, Facts: access.Facts{Member: yes, Person: external}}, "allowed"},

		// Acting without responders.
		{"a member acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: ours}}, "allowed"},
		{"a stranger acts, public", access.Question{Right: access.Responder, Facts: access.Facts{Member: no, Private: no, Person: ours}}, "only people in #db may act here"},
		{"a stranger acts, private", access.Question{Right: access.Responder, Facts: access.Facts{Member: no, Private: yes, Person: ours}}, "hidden"},
		{"Slack is down: acts", access.Question{Right: access.Responder, Facts: access.Facts{Private: no, Person: ours}}, "allowed|membership could not be checked"},
		{"Slack is down, private: acts by number", access.Question{Right: access.Responder, Facts: access.Facts{Private: yes, Person: ours}}, "hidden"},
		{"Slack is down, private: acts from inside", access.Question{Right: access.Responder, Facts: access.Facts{Private: yes, Inside: true, Person: ours}}, "allowed"},
		{"an event of an endpoint that asks nothing", access.Question{Right: access.Responder}, "allowed|membership could not be checked, whether this is a guest could not be checked"},

		// Acting with responders.
		{"a responder acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: ours}, Responders: team, Responder: yes}, "allowed"},
		{"a responder from outside acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: no, Private: yes, Person: ours}, Responders: team, Responder: yes}, "allowed"},
		{"a responder acts while Slack is down", access.Question{Right: access.Responder, Facts: access.Facts{Person: ours}, Responders: team, Responder: yes}, "allowed"},
		{"a member who is no responder acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: ours}, Responders: team, Responder: no}, "only @db may act here"},
		{"nobody knows who the responders are", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: ours}, Responders: team, Unexplained: team}, "who is in @db is not known yet"},
		{"a stranger who is no responder acts, private", access.Question{Right: access.Responder, Facts: access.Facts{Member: no, Private: yes, Person: ours}, Responders: team, Responder: no}, "hidden"},

		// Jobs that are reserved.
		{"a member who is not of the role", access.Question{Right: access.Responder, Role: access.RoleResolve, Facts: access.Facts{Member: yes, Person: ours}, Responders: team, Responder: no}, "only @db may resolve incidents"},
		{"one of the role from outside", access.Question{Right: access.Responder, Role: access.RoleDrill, Facts: access.Facts{Member: no, Private: no, Person: ours}, Responders: team, Responder: yes}, "allowed"},
		{"a role that nobody knows yet", access.Question{Right: access.Responder, Role: access.RoleDrill, Facts: access.Facts{Member: yes}, Responders: team, Unexplained: team}, "only @db may start drills; who is in @db is not known yet"},
		{"a stranger who is not of the role, private", access.Question{Right: access.Responder, Role: access.RoleResolve, Facts: access.Facts{Member: no, Private: yes, Person: ours}, Responders: team, Responder: no}, "hidden"},
		// Guests and people of other organisations.
		{"a guest acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: guest}}, "slack.external_users"},
		{"one of another organisation acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: external}}, "slack.external_users"},
		{"one of another organisation who is a responder acts", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes, Person: external}, Responders: team, Responder: yes}, "slack.external_users"},
		{"a guest acts, allowed", access.Question{Right: access.Responder, External: true, Facts: access.Facts{Member: yes, Person: guest}}, "allowed"},
		{"one of another organisation acts, allowed", access.Question{Right: access.Responder, External: true, Facts: access.Facts{Member: yes, Person: external}}, "allowed"},
		{"allowed, and not in the channel", access.Question{Right: access.Responder, External: true, Facts: access.Facts{Member: no, Private: no, Person: external}}, "hidden"},
		{"not allowed, and not in the channel", access.Question{Right: access.Responder, Facts: access.Facts{Member: no, Private: no, Person: guest}}, "hidden"},
		{"Slack is down: a guest acts by number", access.Question{Right: access.Responder, External: true, Facts: access.Facts{Private: no, Person: guest}}, "hidden"},
		{"Slack is down: a guest acts from inside, allowed", access.Question{Right: access.Responder, External: true, Facts: access.Facts{Private: no, Person: guest, Inside: true}}, "allowed|membership could not be checked"},
		{"Slack is down: a guest acts from inside", access.Question{Right: access.Responder, Facts: access.Facts{Private: no, Person: guest, Inside: true}}, "slack.external_users"},
		{"allowed: nobody has to be asked about", access.Question{Right: access.Responder, External: true, Facts: access.Facts{Member: yes}}, "allowed"},
		{"a guest acts on what is hidden", access.Question{Right: access.Responder, Facts: access.Facts{Member: no, Private: yes, Person: guest}}, "hidden"},
		{"nobody knows whether a member is a guest", access.Question{Right: access.Responder, Facts: access.Facts{Member: yes}}, "allowed|whether this is a guest could not be checked"},

		// What belongs to no channel, what anybody may, and what nothing is said about.
		{"a full member asks", access.Question{Right: access.Insider, Facts: access.Facts{Person: ours}}, "allowed"},
		{"somebody of whom Slack says nothing asks", access.Question{Right: access.Insider}, "allowed"},
		{"a guest asks", access.Question{Right: access.Insider, Facts: access.Facts{Person: guest}}, "slack.external_users"},
		{"one of another organisation asks, allowed", access.Question{Right: access.Insider, External: true, Facts: access.Facts{Person: external}}, "allowed"},
		{"a guest needs help", access.Question{Right: access.Anyone, Facts: access.Facts{Member: no, Private: yes, Person: guest}}, "allowed"},
		{"a member who is no responder acts on what somebody has", access.Question{Right: access.Holder, Facts: access.Facts{Member: yes, Person: ours}, Responders: team, Responder: no}, "only @db may act here"},
		{"a member acts on what somebody has", access.Question{Right: access.Holder, Facts: access.Facts{Member: yes, Person: ours}}, "allowed"},
		{"nobody said who may", access.Question{Facts: access.Facts{Member: yes, Person: ours}}, "nothing says who may"},
	} {
		test.q.Channel = "#db"
		got := test.q.Decide()
		want, note, _ := strings.Cut(test.want, "|")
		ok := got.Note == note
		switch want {
		case "allowed":
			ok = ok && got.Allowed && !got.Hidden && got.Reason == ""
		case "hidden":
			ok = ok && !got.Allowed && got.Hidden && got.Reason != ""
		default:
			ok = ok && !got.Allowed && !got.Hidden && strings.Contains(got.Reason, want)
		}
		if !ok {
			t.Errorf("%s: got %+v, want %s", test.name, got, test.want)
		}
	}
}

// TestReserve: a job that is reserved is for the people of its role alone; all else stays
// with the place's responders.
func TestReserve(t *testing.T) {
	t.Parallel()
	db := access.Place{Channel: "#db", Responders: []string{"@db"}}
	roles := access.Roles{access.RoleResolve: {"@sre", "@leads"}}
	for _, test := range []struct {
		job        access.Role
		responders string
		role       access.Role
	}{
		{access.RoleResolve, "@sre, @leads", access.RoleResolve},
		{access.RoleDrill, "@db", access.RoleNone},
		{access.RoleNone, "@db", access.RoleNone},
	} {
		got := roles.Reserve(test.job, db)
		if got.Channel != "#db" || strings.Join(got.Responders, ", ") != test.responders || got.Role != test.role {
			t.Errorf("%q is for %+v, want %s", test.job, got, test.responders)
		}
	}
}

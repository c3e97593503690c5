package slackapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/access"
)

// TestChannelMembersOfFiveThousand: all pages are read, none twice, each below Slack's
// limit; a channel without end is given up.
func TestChannelMembersOfFiveThousand(t *testing.T) {
	t.Parallel()
	people, calls := 5000, 0
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		limit, err := strconv.Atoi(r.FormValue("limit"))
		if err != nil || limit >= 1000 || r.FormValue("channel") != "C1" {
			t.Errorf("asked for %q", r.Form)
		}
		from, _ := strconv.Atoi(r.FormValue("cursor"))
		var ids []string
		for k := from; k < min(from+limit, people); k++ {
			ids = append(ids, fmt.Sprintf("%q", fmt.Sprint("U", k)))
		}
		next := ""
		if from+limit < people {
			next = strconv.Itoa(from + limit)
		}
		fmt.Fprintf(w, `{"ok":true,"members":[%s],"response_metadata":{"next_cursor":%q}}`, strings.Join(ids, ","), next)
	})
	members, err := c.ChannelMembers(t.Context(), "C1")
	slices.Sort(members)
	if err != nil || len(members) != people || len(slices.Compact(members)) != people || calls != 6 {
		t.Errorf("got %d members with %d calls, %v; want %d with 6", len(members), calls, err, people)
	}
	people, calls = 1_000_000, 0
	if members, err = c.ChannelMembers(t.Context(), "C1"); err == nil || members != nil || calls > maxMemberPages {
		t.Errorf("of a million got %d with %d calls, %v", len(members), calls, err)
	}
}

// TestPersonKind: who is a guest, who belongs to another organisation, and who to the
// workspace or, on Enterprise Grid, to a sister workspace of its organisation.
func TestPersonKind(t *testing.T) {
	t.Parallel()
	ours, guest, external := access.PersonOurs, access.PersonGuest, access.PersonExternal
	for _, test := range []struct {
		name, user string
		enterprise string // of the workspace
		want       access.Person
	}{
		{"a member", `{"id":"U1","team_id":"T1"}`, "", ours},
		{"a guest of several channels", `{"id":"U1","team_id":"T1","is_restricted":true}`, "", guest},
		{"a guest of one channel", `{"id":"U1","team_id":"T1","is_restricted":true,"is_ultra_restricted":true}`, "", guest},
		{"a guest of one channel, by that alone", `{"id":"U1","team_id":"T1","is_ultra_restricted":true}`, "", guest},
		{"a stranger", `{"id":"U1","team_id":"T1","is_stranger":true}`, "", external},
		{"of another workspace", `{"id":"U1","team_id":"T9"}`, "", external},
		{"of another workspace, and a guest there", `{"id":"U1","team_id":"T9","is_restricted":true}`, "", external},
		{"of a workspace of another organisation", `{"id":"U1","team_id":"T9","enterprise_user":{"id":"W1","enterprise_id":"E9","teams":["T9"]}}`, "", external},

		{"a member, on Grid", `{"id":"W1","team_id":"T1","enterprise_user":{"id":"W1","enterprise_id":"E1","teams":["T1"]}}`, "E1", ours},
		{"of a sister workspace", `{"id":"W1","team_id":"T2","enterprise_user":{"id":"W1","enterprise_id":"E1","teams":["T2"]}}`, "E1", ours},
		{"given with the organisation as the team", `{"id":"W1","team_id":"E1"}`, "E1", ours},
		{"a guest of a sister workspace", `{"id":"W1","team_id":"T2","is_restricted":true,"enterprise_user":{"id":"W1","enterprise_id":"E1"}}`, "E1", guest},
		{"of another workspace that names no organisation", `{"id":"U1","team_id":"T2"}`, "E1", external},
		{"of another organisation, on Grid", `{"id":"W1","team_id":"T9","enterprise_user":{"id":"W1","enterprise_id":"E9"}}`, "E1", external},
		{"a stranger of a sister workspace", `{"id":"W1","team_id":"T2","is_stranger":true,"enterprise_user":{"id":"W1","enterprise_id":"E1"}}`, "E1", external},
	} {
		c := startClient(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"ok":true,"user":%s}`, test.user) })
		c.Remember(Identity{TeamID: "T1", EnterpriseID: test.enterprise})
		if got, _, err := c.UserInfo(t.Context(), "U1"); err != nil || got != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	for code, want := range map[string]access.Person{"user_not_found": external, "user_not_visible": external, "ratelimited": access.PersonUnknown, "fatal_error": access.PersonUnknown} {
		c := startClient(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"ok":false,"error":%q}`, code) })
		c.Remember(Identity{TeamID: "T1"})
		if got, _, err := c.UserInfo(t.Context(), "U1"); got != want || (err == nil) != (want == external) {
			t.Errorf("%s: got %q, %v, want %q", code, got, err, want)
		}
	}
}

// TestOutside: the workspace that comes with a click tells of another organisation;
// where an organisation has several workspaces only Slack can.
func TestOutside(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		enterprise, team string
		want             bool
	}{{"", "T1", false}, {"", "", false}, {"", "T9", true}, {"", "E9", true}, {"E1", "E1", false}, {"E1", "T2", false}, {"E1", "T9", false}} {
		c := mustClient(t, "http://127.0.0.1:1/api/")
		if c.Outside(test.team) {
			t.Errorf("before it is known who we are, %q is outside", test.team)
		}
		c.Remember(Identity{TeamID: "T1", EnterpriseID: test.enterprise})
		if got := c.Outside(test.team); got != test.want {
			t.Errorf("%q of organisation %q: got %t", test.team, test.enterprise, got)
		}
	}
}

// TestChannelPrivate: what the bot does not see is private.
func TestChannelPrivate(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		`{"ok":true,"channel":{"id":"C1","is_channel":true}}`:                     false,
		`{"ok":true,"channel":{"id":"C1","is_private":true}}`:                     true,
		`{"ok":true,"channel":{"id":"G1","is_group":true}}`:                       true,
		`{"ok":true,"channel":{"id":"D1","is_im":true}}`:                          true,
		`{"ok":true,"channel":{"id":"C1","is_ext_shared":true,"is_shared":true}}`: false,
		`{"ok":false,"error":"channel_not_found"}`:                                true,
	} {
		c := startClient(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		if got, err := c.ChannelPrivate(t.Context(), "C1"); err != nil || got != want {
			t.Errorf("%s: got %t, %v", answer, got, err)
		}
	}
}

// TestFindTellsWhatIsPrivate: the names of the configuration are found together with
// which of them are private.
func TestFindTellsWhatIsPrivate(t *testing.T) {
	t.Parallel()
	c := startClient(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "conversations.info") {
			fmt.Fprint(w, `{"ok":true,"channel":{"id":"C0INFO","is_private":true,"is_member":true}}`)
			return
		}
		fmt.Fprint(w, `{"ok":true,"channels":[{"id":"C0OPEN","name":"open","is_member":true},{"id":"C0SECRET","name":"secret","is_private":true,"is_member":true},{"id":"C0OTHER","name":"other"}]}`)
	})
	private := map[string]access.Known{}
	_, _, err := c.ChannelsAsFound(t.Context(), []string{"#open", "#secret", "#none", "C0INFO"}, func(f FoundChannel) { private[f.ID] = f.Private })
	if want := map[string]access.Known{"C0OPEN": access.No, "C0SECRET": access.Yes, "C0INFO": access.Yes}; err != nil || !maps.Equal(private, want) {
		t.Errorf("got %v, %v, want %v", private, err, want)
	}
}

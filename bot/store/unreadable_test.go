package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/bot/topic"
)

// TestUnreadableSpoilsOnlyItself: of several documents the readable ones are
// returned, and the others named, whatever is wrong with them.
func TestUnreadableSpoilsOnlyItself(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		whole := func(n int) string {
			return fmt.Sprintf(`{"schema":1,"number":%d,"version":1,"state":"open","opened_at":"2026-11-23T09:00:00Z","opening_at":"2026-11-23T09:00:00Z"}`, n)
		}
		must(t, e.raw.Set(ctx, base+"inc:1", whole(1), 0).Err())
		must(t, e.raw.Set(ctx, base+"inc:2", "{", 0).Err())
		must(t, e.raw.Set(ctx, base+"inc:3", `{"schema":99,"steps":"other"}`, 0).Err())
		must(t, e.raw.RPush(ctx, base+"inc:4", "a list").Err())
		must(t, e.raw.Set(ctx, base+"inc:5", whole(6), 0).Err())
		must(t, e.raw.Set(ctx, base+"inc:6", whole(6), 0).Err())
		found, unread, err := e.Incidents(ctx, 1, 2, 3, 4, 5, 6, 7)
		must(t, err)
		if len(found) != 2 || found[0].Number != 1 || found[1].Number != 6 {
			t.Errorf("got %v, want INC-1 and INC-6", found)
		}
		if got := store.Named(unread); got != "INC-2, INC-3, INC-4, INC-5" {
			t.Errorf("got unreadable %q", got)
		}
		for k, newer := range []bool{false, true, false, false} {
			u := unread[k]
			if u.Newer() != newer || errors.Is(u, compat.ErrNewer) != newer || !errors.Is(u, store.ErrUnreadable) {
				t.Errorf("%v: got newer %t, want %t", u, u.Newer(), newer)
			}
			if !strings.Contains(u.Error(), u.What) || !strings.Contains(u.Error(), u.Key) {
				t.Errorf("%v names neither what it is nor where", u)
			}
			if !u.Still(ctx) {
				t.Errorf("%s is readable again, though nothing happened", u.What)
			}
		}
		must(t, e.raw.Set(ctx, base+"inc:2", whole(2), 0).Err())
		if unread[0].Still(ctx) {
			t.Error("INC-2 was mended and still counts as unreadable")
		}
	})
}

// TestEveryKindOfDocument: what a broken or a newer one of each kind says, and that
// what stands beside it in the same key is read.
func TestEveryKindOfDocument(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		is := func(what string, err error, newer bool) {
			t.Helper()
			if u := store.UnreadableOf(err); u == nil || u.Newer() != newer || !u.Still(ctx) {
				t.Errorf("%s: got %v, want unreadable, newer %t", what, err, newer)
			}
		}
		for _, newer := range []bool{false, true} {
			text := "{"
			if newer {
				text = `{"schema":99,"number":1,"version":7,"channel":7,"name":7}`
			}
			for _, key := range []string{"inc:1", "storm:1", "digest:1", "channel:#c"} {
				must(t, e.raw.Set(ctx, base+key, text, 0).Err())
			}
			_, _, err := e.Incident(ctx, 1)
			is("incident", err, newer)
			_, _, err = e.Storm(ctx, 1)
			is("storm", err, newer)
			_, _, err = e.Digests.Document(ctx, 1)
			is("digest", err, newer)
			_, err = e.Channel(ctx, "#c")
			is("channel", err, newer)
			if u := store.UnreadableOf(err); u.Replace == newer {
				t.Errorf("channel, newer %t: got replace %t", newer, u.Replace)
			}
		}
		must(t, e.raw.Set(ctx, base+"playbook:abc", "{", 0).Err())
		_, err := e.Playbook(ctx, "abc")
		is("playbook", err, false)
		_, err = e.Playbook(ctx, "none")
		is("no playbook", err, false)
		must(t, e.raw.Set(ctx, base+"group:g", "INC-7", 0).Err())
		_, err = e.GroupNumber(ctx, "g")
		is("group", err, false)
		must(t, e.raw.Set(ctx, base+"group:g", "7", 0).Err())
		if u := store.UnreadableOf(err); u != nil && u.Still(ctx) {
			t.Error("the group's number was mended and still counts as unreadable")
		}

		// Of lists and hashes only the broken part is missing.
		must(t, e.raw.RPush(ctx, base+"log:1", `1-1 ["opened",1795424400000]`, "2-1 {", "garbage", `3-1 ["noted",1795424400000,"","","","",0,"hello","of tomorrow"]`).Err())
		changes := value[[]incident.Change](t)(e.Timeline(ctx, 1, 10))
		if len(changes) != 4 || changes[0].Kind != incident.KindOpened || changes[1].Kind != incident.KindUnreadable || changes[1].Text != "2-1 {" ||
			changes[2].Text != "garbage" || changes[3].Text != "hello" {
			t.Errorf("got timeline %+v", changes)
		}
		must(t, e.raw.HSet(ctx, base+"ledger:1", "root", "C1 1.2 abc", "tier:immediate", "{", "deadline:1", `{"state":"sent","ts":"1.3"}`).Err())
		has := value[ledger.Ledger](t)(e.Ledger(ctx, topic.Incident(1)))
		if len(has) != 3 || has["root"].TS != "1.2" || has["tier:immediate"].State != ledger.Unreadable || has["deadline:1"].TS != "1.3" {
			t.Errorf("got ledger %+v", has)
		}
		if why := has["tier:immediate"].Why; !strings.Contains(why, "the ledger of INC-1, message tier:immediate") {
			t.Errorf("the slot says %q", why)
		}
		must(t, e.raw.HSet(ctx, base+"crowd:1", "1", `{"n":1,"t":"one"}`, "2", "{").Err())
		entries, unread, err := e.StormMembers(ctx, 1)
		must(t, err)
		if len(entries) != 1 || entries[0].Title != "one" || store.Named(unread) != "the list of storm of INC-1 2" || !unread[0].Still(ctx) {
			t.Errorf("got entries %+v and unreadable %v", entries, unread)
		}
		must(t, e.raw.HDel(ctx, base+"crowd:1", "2").Err())
		if unread[0].Still(ctx) {
			t.Error("an entry that is gone still counts as unreadable")
		}
		for _, key := range []string{"asked", "expected", "adoptions", "cost:sources"} {
			must(t, e.raw.HSet(ctx, base+key, "good", "{}", "bad", "{").Err())
		}
		asked, unreadAsked, err := e.Digests.Asked(ctx)
		must(t, err)
		_, unreadExpected, err := e.Digests.Expected(ctx)
		must(t, err)
		adoptions, unreadAdoptions, err := e.Digests.Adoptions(ctx)
		must(t, err)
		_, unreadSources, err := e.Costs.CostSources(ctx)
		must(t, err)
		if len(asked) != 1 || len(adoptions) != 1 || len(unreadAsked) != 1 || len(unreadExpected) != 1 || len(unreadAdoptions) != 1 || len(unreadSources) != 1 {
			t.Errorf("got %v, %v; unreadable %v, %v, %v, %v", asked, adoptions, unreadAsked, unreadExpected, unreadAdoptions, unreadSources)
		}
		must(t, e.raw.HSet(ctx, base+"ticks", "good", "1795424400000 0 9 * * MON", "bad", "soon").Err())
		passed := value[map[string]store.Passed](t)(e.Digests.Passed(ctx))
		if passed["good"].At.IsZero() || !passed["bad"].At.IsZero() || len(passed) != 2 {
			t.Errorf("got ticks %+v", passed)
		}
		must(t, e.raw.RPush(ctx, base+"cost:restated", "{", `{}`).Err())
		if restated := value[[]money.Restatement](t)(e.Costs.Restated(ctx)); len(restated) != 1 {
			t.Errorf("got restated %+v", restated)
		}
		must(t, e.raw.HSet(ctx, base+"group-members", "@db", "U1").Err())
		if _, known, err := e.Directory.Members(ctx, "@db"); known || err != nil {
			t.Errorf("members: got known %t and %v, want not known", known, err)
		}
		must(t, e.raw.Set(ctx, base+"seen:op1", "{", 0).Err())
		if _, known, err := e.Answered(ctx, "op1"); known || err != nil {
			t.Errorf("answer: got known %t and %v, want not known", known, err)
		}
		if _, done, err := e.Put(ctx, event.Event{Op: "op1", At: start, Act: &incident.Act{Verb: incident.VerbNote, Incident: 1}}); done || err != nil {
			t.Errorf("a repeat of an act with a broken answer: got done %t and %v", done, err)
		}
		must(t, e.raw.Set(ctx, base+"stats:hot:real", "no list", 0).Err())
		if h := value[incident.History](t)(e.History(ctx, "hot")); len(h.Real) != 0 {
			t.Errorf("got history %+v", h)
		}
	})
}

// TestUnreadableCostDay: a day that cannot be read whole is missing whole, and
// named; parts of a group that a newer binary tells apart are added up.
func TestUnreadableCostDay(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		monday := money.DayOf(start)
		for k, fields := range []map[string]any{
			{`["aws","s3","","","USD","usage","",""]`: "5 5"},
			{`["aws","s3","","","USD","usage","",""]`: "5 5", `["aws"]`: "1 1"},
			{`["aws","s3","","","USD","usage","",""]`: "five"},
			{`["aws","s3","","","USD","usage","","","9","eu"]`: "2 2", `["aws","s3","","","USD","usage","","","9","us"]`: "3 3"},
		} {
			day := monday + money.Day(k)
			must(t, e.raw.HSet(ctx, base+"cost:focus:"+day.String(), fields).Err())
			must(t, e.raw.ZAdd(ctx, base+"cost:focus:days", z(int64(day), day.String())).Err())
		}
		days, unread, err := e.Costs.Days(ctx, "focus", monday, monday+10)
		must(t, err)
		if len(days) != 2 || len(days[monday]) != 1 || len(days[monday+3]) != 1 {
			t.Errorf("got days %v", days)
		}
		for _, c := range days[monday+3] {
			if c.Amount.String() != "5" {
				t.Errorf("got %s of two groups that are one here, want 5", c.Amount)
			}
		}
		want := fmt.Sprintf("the costs of source focus on %s, the costs of source focus on %s", monday+1, monday+2)
		if got := store.Named(unread); got != want {
			t.Errorf("got unreadable %q, want %q", got, want)
		}
	})
}

// TestIndexesOfTomorrow: members that another binary put into an index are left to
// it, and hide nothing.
func TestIndexesOfTomorrow(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		for k := range 5 {
			must(t, e.raw.ZAdd(ctx, base+"due", z(int64(k), fmt.Sprintf("7:verify:%d", k))).Err())
			must(t, e.raw.ZAdd(ctx, base+"closed", z(int64(k), fmt.Sprintf("of tomorrow %d", k))).Err())
		}
		must(t, e.raw.ZAdd(ctx, base+"due", z(10, "7")).Err())
		must(t, e.raw.ZAdd(ctx, base+"closed", z(10, "7")).Err())
		if due := value[[]topic.ID](t)(e.Due(ctx, start, 2)); len(due) != 1 || due[0] != topic.Incident(7) {
			t.Errorf("got due %v, want 7", due)
		}
		if past := value[[]store.Past](t)(e.PastIncidents(ctx, time.Now(), 0, 20)); len(past) != 1 || past[0].Number != 7 {
			t.Errorf("got past %v, want 7", past)
		}
	})
}

func z(score int64, member string) redis.Z { return redis.Z{Score: float64(score), Member: member} }

// TestMembersOfTomorrowSurviveTheStore: what a newer binary put into the documents of
// storms, channels and digests, and into the slots of ledgers, is there after this one
// wrote them again.
func TestMembersOfTomorrowSurviveTheStore(t *testing.T) {
	onBoth(t, func(t *testing.T, e env) {
		ctx := t.Context()
		lease := e.keep(t)
		must(t, e.raw.Set(ctx, base+"storm:1", `{"schema":1,"number":1,"version":3,"channel":"#c","above":1,"per":"1m","started_at":"2026-11-23T09:00:00Z","below_at":"2026-11-23T09:00:00Z",`+
			`"calls":[{"kind":"escalated","level":1,"at":"2026-11-23T09:00:00Z","x":1}],"y":{"z":2}}`, 0).Err())
		must(t, e.raw.Set(ctx, base+"channel:#c", `{"schema":1,"version":2,"name":"#c","recent":[{"number":1,"at":"2026-11-23T09:00:00Z","x":1},{"number":2,"at":"2026-11-23T09:00:01Z","x":2}],"y":3}`, 0).Err())
		must(t, e.raw.Set(ctx, base+"digest:1", `{"schema":1,"number":1,"version":4,"channel":"#d","tick":"2026-11-23T09:00:00Z","report":{"x":1},"marks":{"C1":{"verb":"adopt","by":"anna","by_id":"U1","at":"2026-11-23T09:00:00Z","x":1,`+
			`"before":{"verb":"snooze","by":"ben","by_id":"U2","at":"2026-11-23T09:00:00Z","x":2}}},"y":4}`, 0).Err())
		must(t, e.raw.HSet(ctx, base+"ledger:1", "root", `{"channel":"C1","ts":"1.2","hash":"h","state":"sent","x":{"version":9}}`).Err())

		storm, _, err := e.Storm(ctx, 1)
		must(t, err)
		storm.Version++
		storm.Owners = []string{"@db"}
		channel, err := e.Channel(ctx, "#c")
		must(t, err)
		channel.Version++
		channel.Recent = append(channel.Recent[1:], incident.Opening{Number: 3, At: start})
		document, _, err := e.Digests.Document(ctx, 1)
		must(t, err)
		document.Version++
		document.AskedBy = "U1"
		e.commit(t, lease.Fence, []error{nil}, store.Commit{
			Storms: []store.SavedStorm{{Storm: storm, Was: 3}}, Channel: &store.SavedChannel{Channel: channel, Was: 2},
			Review: store.DigestWrites{Digest: &store.SavedDigest{Document: document, Was: 4}},
		})
		slot := value[ledger.Ledger](t)(e.Ledger(ctx, topic.Incident(1)))["root"]
		slot.Hash = "other"
		must(t, e.SetSlot(ctx, lease.Fence, topic.Incident(1), "root", slot))
		for key, parts := range map[string][]string{
			"storm:1":    {`"version":4`, `"owners":["@db"]`, `"at":"2026-11-23T09:00:00Z","x":1}]`, `,"y":{"z":2}}`},
			"channel:#c": {`"version":3`, `{"number":2,"at":"2026-11-23T09:00:01Z","x":2},{"number":3,"at":"2026-11-23T09:00:00Z"}]`, `,"y":3}`},
			"digest:1":   {`"version":5`, `"asked_by":"U1"`, `"x":1}`, `"before":{"verb":"snooze","by":"ben","by_id":"U2","at":"2026-11-23T09:00:00Z","x":2}`, `,"y":4}`},
		} {
			text := e.raw.Get(ctx, base+key).Val()
			for _, part := range parts {
				if !strings.Contains(text, part) {
					t.Errorf("%s: got %s, want %s in it", key, text, part)
				}
			}
		}
		if got, want := e.raw.HGet(ctx, base+"ledger:1", "root").Val(), `{"channel":"C1","ts":"1.2","hash":"other","state":"sent","x":{"version":9}}`; got != want {
			t.Errorf("slot: got %s, want %s", got, want)
		}
	})
}

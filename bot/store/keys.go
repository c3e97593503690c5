package store

import (
	"strconv"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/topic"
)

// keys makes every key of one workspace. They share one hash tag, so that state,
// timeline, timers, indexes, inbox and ledger change in one script in one
// Cluster slot.
type keys struct{ base string }

func newKeys(prefix, team string) keys { return keys{prefix + ":{" + team + "}:"} }

func (k keys) inbox() string  { return k.base + "inbox" }  // STREAM of events, field e; entries are deleted when committed
func (k keys) dead() string   { return k.base + "dead" }   // STREAM of events that could not be stepped
func (k keys) tries() string  { return k.base + "tries" }  // HASH inbox id -> how often it was tried, of events that may be poison
func (k keys) fence() string  { return k.base + "keeper" } // STRING epoch:nonce, the fence of whoever coordinates; persistent. Its name is that of older binaries: both must see one fence
func (k keys) lease() string  { return k.base + "lease" }  // STRING nonce, expires with the lease
func (k keys) next() string   { return k.base + "next" }   // STRING number of the newest incident
func (k keys) open() string   { return k.base + "open" }   // ZSET number by opening time (ms): not closed
func (k keys) closed() string { return k.base + "closed" } // ZSET number by closing time (ms)
func (k keys) due() string    { return k.base + "due" }    // ZSET number by the time something is due (ms)
func (k keys) dirty() string  { return k.base + "dirty" }  // ZSET number by the version that Slack has not seen
func (k keys) active() string { return k.base + "active" } // ZSET number by severityScore: open or acknowledged, not quiet, no drill
func (k keys) paging() string { return k.base + "paging" } // ZSET number, all of score 0: a service outside Slack is to be told something
func (k keys) feeding(feed string) string {
	return k.base + "feeding:" + feed // ZSET number by the version that the feed may not have yet
}
func (k keys) fed(n int) string { return k.base + "fed:" + strconv.Itoa(n) } // HASH feed -> newest entry of the incident's timeline that it has
func (k keys) listed() string {
	return k.base + "listed" // ZSET number in ten digits by standing: not closed, not quiet; lists are read from it
}
func (k keys) unfinished() string {
	return k.base + "unfinished" // ZSET number by the earliest deadline (ms) of a step that nobody ended: as listed
}
func (k keys) people() string {
	return k.base + "people" // ZSET "user number", all of score 0: who leads an active incident or holds a step
}
func (k keys) indexed() string {
	return k.base + "indexed" // STRING epoch of the last coordinator under which listed, unfinished and people are whole
}
func (k keys) compared() string {
	return k.base + "compared" // STRING "server run_id": where next was last compared with the incidents that Slack shows
}
func (k keys) homes() string           { return k.base + "homes" }        // ZSET user id by when the Home was last opened (ms), of 30 days
func (k keys) home(user string) string { return k.base + "home:" + user } // STRING "team hash" of what the Home shows, 30 days
func (k keys) threads() string {
	return k.base + "threads" // HASH channel:ts of a root -> number
}
func (k keys) members() string { return k.base + "group-members" } // HASH configured name -> JSON list of user ids
func (k keys) names() string   { return k.base + "names" }         // HASH configured name -> id in Slack, empty: Slack knows none
func (k keys) roster(id string) string {
	return k.base + "roster:" + id // HASH user id of a member -> "", and what the fields of Roster say; 30 days
}
func (k keys) person(id string) string { return k.base + "person:" + id } // STRING "<access.Person> <ms when Slack said so>"; 30 days
func (k keys) probe() string           { return k.base + "probe" }        // STRING without meaning, 60 s: can anything be stored?
func (k keys) replies() string         { return k.base + "replies" }      // CHANNEL of answers for waiting endpoints

func (k keys) socket(seat int) string {
	return k.base + "socket:" + strconv.Itoa(seat) // STRING replica:1 while it is connected, else replica:0; expires with the lease
}
func (k keys) socketTurn() string  { return k.base + "socket:turn" }               // STRING replica that opened a socket last, a minute
func (k keys) replicas() string    { return k.base + "replicas" }                  // HASH replica -> time (ms) and JSON
func (k keys) digest(n int) string { return k.base + "digest:" + strconv.Itoa(n) } // STRING JSON document
func (k keys) digests() string     { return k.base + "digests" }                   // ZSET number by its tick (ms)
func (k keys) digestNumber() string {
	return k.base + "digest:next" // STRING number of the newest digest
}
func (k keys) tick(digest string, at time.Time) string {
	return k.base + "tick:" + digest + ":" + strconv.FormatInt(at.Unix(), 10) // STRING JSON, 100 days: posted for it
}
func (k keys) passed() string    { return k.base + "ticks" }     // HASH digest -> newest tick that is dealt with (ms) and its schedule
func (k keys) asked() string     { return k.base + "asked" }     // HASH op -> JSON: digests that people ask for
func (k keys) expected() string  { return k.base + "expected" }  // HASH cost series -> JSON: spikes that are meant
func (k keys) adoptions() string { return k.base + "adoptions" } // HASH cost step -> JSON
func (k keys) watched() string   { return k.base + "watched" }   // HASH digest -> JSON, 100 days: what its daily watch remembers
func (k keys) raised() string    { return k.base + "raised" }    // HASH digest/series -> JSON: which incident a spike was told as
func (k keys) budgets() string   { return k.base + "budgets" }   // HASH digest/budget -> JSON, 100 days: what owners heard of it, by month

func (k keys) costSources() string  { return k.base + "cost:sources" }  // HASH source -> JSON of what it told last
func (k keys) costRestated() string { return k.base + "cost:restated" } // LIST of JSON
func (k keys) costLease(source string) string {
	return k.base + "cost:" + source + ":lease" // STRING replica, expires with the lease
}
func (k keys) costDays(source string) string {
	return k.base + "cost:" + source + ":days" // ZSET day by its number
}
func (k keys) costDay(source string, day money.Day) string {
	return k.base + "cost:" + source + ":" + day.String() // HASH group as a JSON list -> "amount billed"
}
func (k keys) users(week money.Week) string {
	return k.base + "users:" + week.String() // STRING number of users, 200 days
}

// units counts by the hash of its query.
func (k keys) units(id string) string {
	return k.base + "units:" + id // HASH week -> number of units, 200 days
}

func (k keys) strays() string { return k.base + "strays" } // SET of JSON: Slack calls that their coordinator could not write down

func (k keys) incident(n int) string        { return k.base + "inc:" + strconv.Itoa(n) }   // STRING JSON document
func (k keys) log(n int) string             { return k.base + "log:" + strconv.Itoa(n) }   // LIST of "version-i JSON"; a stream would take 4 kB at once
func (k keys) ledger(about topic.ID) string { return k.base + "ledger:" + about.Key() }    // HASH slot -> line or JSON
func (k keys) storm(n int) string           { return k.base + "storm:" + strconv.Itoa(n) } // STRING JSON document
func (k keys) crowd(n int) string           { return k.base + "crowd:" + strconv.Itoa(n) } // HASH number -> JSON entry of a storm's list
func (k keys) storms() string               { return k.base + "storms" }                   // ZSET number by the storm's end (ms; +inf while it is on)
func (k keys) channel(name string) string {
	return k.base + "channel:" + name // STRING JSON document
}
func (k keys) group(id string) string {
	return k.base + "group:" + id // STRING number of the group's newest incident
}
func (k keys) playbook(hash string) string { return k.base + "playbook:" + hash } // STRING JSON document
func (k keys) seen(op string) string       { return k.base + "seen:" + op }       // STRING answer, 26 h
func (k keys) deadline(bucket string) string {
	return k.base + "deadline:" + bucket // ZSET number by immediate deadline (ms), a bucket a channel and owners
}

// stats remembers how incidents of a playbook went, drills apart from real ones. LIST
// of encoded runs, the newest last, incident.KeptRuns of each.
func (k keys) stats(playbook string, drill bool) string {
	if drill {
		return k.base + "stats:" + playbook + ":drills"
	}
	return k.base + "stats:" + playbook + ":real"
}

// spent counts the calls that every replica makes. LIST of times (ms), newest
// first, gone a minute after the newest; and until when Slack limits the method
// (STRING, gone with it).
func (k keys) spent(method string) string   { return k.base + "spent:" + method }
func (k keys) limited(method string) string { return k.base + "limited:" + method }

// workspaceKey remembers which workspace a bot token belongs to, so that only
// the very first start needs Slack. STRING JSON.
func workspaceKey(prefix, tokenHash string) string { return prefix + ":workspace:" + tokenHash }

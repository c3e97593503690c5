package command

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/incident"
)

// Verb is what to do. The set is closed.
type Verb string

// The verbs, as typed.
const (
	VerbHelp      Verb = "help"
	VerbList      Verb = "list"
	VerbShow      Verb = "show"
	VerbStart     Verb = "start"
	VerbDrill     Verb = "drill"
	VerbIncidents Verb = "incidents"
	VerbStatus    Verb = "status"
	VerbAck       Verb = "ack"
	VerbDone      Verb = "done"
	VerbSkip      Verb = "skip"
	VerbRelease   Verb = "release"
	VerbUndo      Verb = "undo"
	VerbAssign    Verb = "assign"
	VerbNote      Verb = "note"
	VerbResolve   Verb = "resolve"
	VerbReopen    Verb = "reopen"
	VerbTimeline  Verb = "timeline"
	VerbCatchup   Verb = "catchup"
	VerbThread    Verb = "thread"
	VerbExport    Verb = "export"
	VerbDigest    Verb = "digest"
	VerbCost      Verb = "cost"
	VerbScale     Verb = "scale"
	VerbTargets   Verb = "targets"
	VerbBudget    Verb = "budget"
	VerbThreshold Verb = "threshold"
	VerbStack     Verb = "stack"
	VerbPattern   Verb = "pattern"
	VerbAsk       Verb = "ask"
)

// entry is one line of the help.
type entry struct {
	verb           Verb
	arguments      string       // what follows the verb
	says, examples string       // one sentence; examples without the command, one a line
	needsIncident  bool         // the first argument is an incident's id
	may            access.Right // whose it is to ask, when nothing is changed by it; empty: whose act it is
}

// entries lists all verbs in the order in which people meet them.
func entries() []entry {
	return []entry{
		{VerbStatus, "ID", "steps, holders and deadlines of an incident", "status INC-142", true, access.Reader},
		{VerbAck, "ID [STEP]", "take an incident, or steps of it", "ack INC-142\nack INC-142 4\nack INC-142 1 2 4", true, ""},
		{VerbDone, "ID STEP [note]", "a step is done, by you or somebody else; several: `1 2 4`, with a note `1,2,4 note`", "done INC-142 4 pooling is on\ndone INC-142 1 2 4\ndone INC-142 1,2 both since Monday", true, ""},
		{VerbSkip, "ID STEP reason", "a step is not needed, and why", "skip INC-142 scale-up no larger size exists", true, ""},
		{VerbRelease, "ID STEP", "give a step back", "release INC-142 4", true, ""},
		{VerbUndo, "ID STEP", "put a step back to what it was before", "undo INC-142 4", true, ""},
		{VerbAssign, "ID @user", "let somebody lead, who is told so; `me` is yourself", "assign INC-142 @anna\nassign INC-142 me", true, ""},
		{VerbNote, "ID text", "write into the timeline", "note INC-142 failover at 14:05", true, ""},
		{VerbResolve, "ID [note]", "the incident is over; a note may begin with `false alarm:`, `noise:`, `expected:` or `fixed:`", "resolve INC-142 replicas took the load\nresolve INC-142 false alarm: the probe was wrong", true, ""},
		{VerbReopen, "ID", "the incident is not over", "reopen INC-142", true, ""},
		{VerbTimeline, "ID [FROM]", "who did what and when; from an entry on, counted from the newest", "timeline INC-142\ntimeline INC-142 101", true, access.Reader},
		{VerbCatchup, "ID [TIME]", "what happened since you last acted, or within a time, in ten lines", "catchup INC-142\ncatchup INC-142 30m", true, access.Reader},
		{VerbExport, "ID", "bring the post-mortem into the thread, as a file", "export INC-142", true, ""},
		{VerbThread, "ID", "show an incident of a storm in a thread of its own", "thread INC-142", true, ""},
		{VerbIncidents, "[open|mine|overdue|all] [FROM]", "list incidents, the worst first, from a place in the list on", "incidents\nincidents mine\nincidents open 31", false, access.Reader},
		{VerbList, "", "list the playbooks", "list", false, access.Insider},
		{VerbShow, "NAME", "the steps of a playbook", "show database-cpu", false, access.Insider},
		{VerbStart, "NAME [title] [label=value ...]", "open an incident by hand", `start database-cpu orders are slow severity=critical instance="orders 0"`, false, incident.Start{}.May()},
		{VerbDrill, "NAME [title] [label=value ...]", "practise a playbook: marked in every message, calls nobody, gets a score", "drill database-cpu engine=postgres severity=critical", false, incident.Start{}.May()},
		{VerbDigest, "[preview|post] [NAME] [again]", "look at the cost review, or post it now; `again` posts another one of the same week", "digest preview\ndigest post weekly-cost-review", false, access.Reader},
		{VerbCost, "[service] [by account|region|sku|team]", "the last 8 weeks of a service, or of all; `by` tells it apart", "cost\ncost CloudFront\ncost CloudFront by account", false, access.Reader},
		{VerbScale, "[USERS]", "what the scaling sheet says of so many users; without a number, of yours", "scale 75M\nscale", false, access.Insider},
		{VerbTargets, "[USERS]", "their latency budget and availability target", "targets 75 million\ntargets", false, access.Insider},
		{VerbBudget, "[USERS]", "what they may cost a month, by both yardsticks", "budget 75M\nbudget", false, access.Insider},
		{VerbThreshold, "", "the four big moves: trigger, cost, effort, and which are due for you", "threshold", false, access.Insider},
		{VerbStack, "NAME", "one choice of the stack", "stack cache", false, access.Insider},
		{VerbPattern, "NAME", "how a kind of product is built", "pattern social", false, access.Insider},
		{VerbAsk, "question", "find the line of the sheet", "ask when should we move to microservices?", false, access.Insider},
		{VerbHelp, "[verb]", "this list, or more about one verb", "help\nhelp done", false, access.Anyone},
	}
}

// need is whether something belongs to a command.
type need int

const (
	never need = iota
	maybe
	always
)

// acting is a verb that acts on an incident, or on a step of it.
type acting struct {
	act     incident.Verb
	step    need
	words   need
	missing string // what is said when words are always needed and there are none
}

// acts are the verbs that change an incident.
var acts = map[Verb]acting{
	VerbAck:     {act: incident.VerbAcknowledge, step: maybe},
	VerbDone:    {act: incident.VerbDone, step: always, words: maybe},
	VerbSkip:    {act: incident.VerbSkip, step: always, words: always, missing: "Why is the step skipped? A reason is needed"},
	VerbRelease: {act: incident.VerbRelease, step: always},
	VerbUndo:    {act: incident.VerbUndo, step: always},
	VerbAssign:  {act: incident.VerbAssign, words: always, missing: "Who leads? Mention somebody, or say `me`"},
	VerbNote:    {act: incident.VerbNote, words: always, missing: "The note is empty"},
	VerbResolve: {act: incident.VerbResolve, words: maybe},
	VerbReopen:  {act: incident.VerbReopen},
	VerbThread:  {act: incident.VerbShow},
	VerbExport:  {act: incident.VerbExport},
}

// May is who may ask for it. Posting a digest takes more than looking at one, and its event says so.
func (v Verb) May() access.Right {
	return cmp.Or(acts[v].act.May(), find(v).may)
}

// Act is what the verb does to an incident; ok is false for one that does nothing to any.
func (v Verb) Act() (act incident.Verb, ok bool) {
	a, ok := acts[v]
	return a.act, ok
}

func lookup(word string) (Verb, bool) {
	for _, e := range entries() {
		if string(e.verb) == word {
			return e.verb, true
		}
	}
	return "", false
}

func find(verb Verb) entry {
	for _, e := range entries() {
		if e.verb == verb {
			return e
		}
	}
	return entry{verb: verb}
}

// form is the verb with its arguments; in an incident's thread the id is left
// out.
func (e entry) form(inThread bool) string {
	arguments := e.arguments
	if inThread && e.needsIncident {
		arguments = strings.TrimSpace(strings.TrimPrefix(arguments, "ID"))
	}
	return strings.TrimSpace(string(e.verb) + " " + arguments)
}

// usage is the one line of help for a verb.
func usage(verb Verb, inThread bool) string {
	e := find(verb)
	return fmt.Sprintf("`%s`: %s", e.form(inThread), e.says)
}

// Help is the list of everything that can be typed, as mrkdwn of at most
// 3,000 characters (Slack: section text). Command is the slash command, such as
// "/playbook".
func Help(command string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s* followed by one of these. An ID is like `INC-142` or just `142`; a STEP is its number or its id.\n", command)
	for _, e := range entries() {
		fmt.Fprintf(&b, "• `%s`: %s\n", e.form(false), e.says)
	}
	b.WriteString("In an incident's thread, mention the bot with the same words and leave the ID out.\n")
	fmt.Fprintf(&b, "For example: `%s done INC-142 4 pooling is on`. More about one word: `%s help done`", command, command)
	return b.String()
}

// HelpFor explains one verb with examples, as mrkdwn.
func HelpFor(verb Verb, command string) string {
	e := find(verb)
	var b strings.Builder
	fmt.Fprintf(&b, "`%s %s`: %s\n", command, e.form(false), e.says)
	for example := range strings.SplitSeq(e.examples, "\n") {
		fmt.Fprintf(&b, "• `%s %s`\n", command, example)
	}
	if e.needsIncident {
		fmt.Fprintf(&b, "In the incident's thread, mentioning the bot: `%s`", e.form(true))
	}
	return strings.TrimSpace(b.String())
}

// Verbs lists all verbs in the order in which people meet them.
func Verbs() []Verb {
	var all []Verb
	for _, e := range entries() {
		all = append(all, e.verb)
	}
	return all
}

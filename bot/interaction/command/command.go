package command

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/signalbook/signalbook/bot/topic"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// Command is what somebody asked for. Which fields are set depends on the verb;
// the rest are empty.
type Command struct {
	Verb     Verb
	Incident int               // the incident's number; 0 when none was given
	Step     string            // a step's number ("4") or id ("pool-connections")
	More     []string          // further steps
	Text     string            // note, reason, playbook name, title, service, question, a handbook's name, or the verb help is asked for
	People   []Person          // whom the text mentions
	Name     string            // start, drill and show: the playbook; digest: which one
	Labels   map[string]string // start and drill: labels of the new incident
	Filter   string            // incidents: open, mine, overdue or all; digest: preview or post
	Again    bool              // digest post: although its week has one
	By       string            // cost: account, region, sku or team; empty: it is not told apart
	Within   time.Duration     // catchup: of how long; 0: since the person last acted
	From     int               // incidents, timeline: the place to begin at; 0: none was given
	Users    *handbook.Users   // scale, targets, budget: nil when no number was given
}

// Person is somebody whom a text mentions, and the name that it has for him.
type Person struct{ ID, Name string }

// UsageError says what is wrong with what was typed and what would be right. Text
// is mrkdwn and may quote what was typed, escaped.
type UsageError struct {
	Text string
	// Lacks is what was left out; then whoever answers can say what there is to choose from: Verb with the incident so far.
	Lacks    Lack
	Verb     Verb
	Incident int
}

// Lack is a word that was left out.
type Lack int

// What can be left out.
const (
	LacksNothing Lack = iota
	LacksIncident
	LacksStep
)

// Error returns the text.
func (e *UsageError) Error() string { return e.Text }

const (
	// maxText bounds what is read at all, in characters: Slack's message box
	// sends up to 4,000, no command needs as many.
	maxText = 3000
	// maxRaw bounds what is looked at, in bytes: names that are mentioned come twice.
	maxRaw = 64 << 10
	// maxNote bounds a note or a reason, maxTitle a title, both in characters.
	maxNote  = 2000
	maxTitle = 200
	// MaxFrom is how deep a list is read: who looks for more is helped by another command.
	MaxFrom = 3000
	// maxID keeps incident numbers within nine digits.
	maxID = 999_999_999
)

var (
	stepID     = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
	playbookID = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)
)

// Parse reads the words after the command, as Slack sent them (entities escaped).
// With an incident above 0 they were typed in that incident's thread and leave its
// id out. The error is always a *UsageError.
func Parse(text string, incident int) (Command, error) {
	if len(text) > maxRaw {
		return Command{}, &UsageError{Text: fmt.Sprintf("That is %d bytes long; a command may have %d characters. Put the rest into the thread itself.", len(text), maxText)}
	}
	raw, people := text, mentioned(text)
	text = plain(text)
	if n := utf8.RuneCountInString(text); n > maxText {
		return Command{}, &UsageError{Text: fmt.Sprintf("That is %d characters long; a command may have %d. Put the rest into the thread itself.", n, maxText)}
	}
	word, rest := cut(text)
	if word == "" {
		return Command{Verb: VerbHelp}, nil
	}
	verb, ok := lookup(strings.ToLower(word))
	if !ok {
		return Command{}, unknownVerb(word, incident != 0)
	}
	r := reader{verb: verb, rest: rest, thread: incident}
	c, err := r.read()
	if c.Text != "" {
		c.People = people
	}
	if err == nil && verb == VerbAssign {
		return r.assign(c, raw)
	}
	return c, err
}

// reader reads the arguments of one verb, word by word.
type reader struct {
	verb   Verb
	rest   string
	thread int
}

func (r *reader) read() (Command, error) {
	c := Command{Verb: r.verb}
	var err error
	switch r.verb {
	case VerbHelp:
		return r.help(c)
	case VerbList:
		return c, r.end()
	case VerbShow:
		if c.Name, err = r.playbook(); err != nil {
			return Command{}, err
		}
		c.Text = c.Name
		return c, r.end()
	case VerbStart, VerbDrill:
		return r.start(c)
	case VerbIncidents:
		return r.incidents(c)
	case VerbDigest:
		return r.digest(c)
	case VerbCost:
		return r.cost(c)
	case VerbScale, VerbTargets, VerbBudget:
		return r.users(c)
	case VerbThreshold:
		return c, r.end()
	case VerbStack, VerbPattern, VerbAsk:
		return r.ask(c)
	}
	if c.Incident, err = r.incident(); err != nil {
		return Command{}, err
	}
	switch r.verb {
	case VerbCatchup:
		return r.catchup(c)
	case VerbTimeline:
		return r.from(c, "timeline")
	}
	if takes := acts[r.verb]; takes.step == always || takes.step == maybe && r.rest != "" {
		c.Step, c.More, err = r.steps(c.Incident)
	}
	if err == nil {
		c.Text, err = r.text()
	}
	if err != nil {
		return Command{}, err
	}
	return c, nil
}

// catchup reads how far to go back, as 30m or 2h.
func (r *reader) catchup(c Command) (Command, error) {
	word, rest := cut(r.rest)
	if word == "" {
		return c, nil
	}
	var within playbooks.Duration
	if within.UnmarshalText([]byte(strings.ToLower(word))) != nil || within <= 0 {
		return Command{}, r.wrong("", "%s is no time: say how far back, such as 30m or 2h", quote(word))
	}
	c.Within, r.rest = time.Duration(within), rest
	return c, r.end()
}

func (r *reader) help(c Command) (Command, error) {
	word, _ := cut(r.rest)
	if word == "" {
		return c, nil
	}
	verb, ok := lookup(strings.ToLower(word))
	if !ok {
		return Command{}, unknownVerb(word, r.thread != 0)
	}
	c.Text = string(verb)
	return c, nil
}

func (r *reader) incidents(c Command) (Command, error) {
	word, rest := cut(r.rest)
	c.Filter = strings.ToLower(word)
	switch c.Filter {
	case "":
		c.Filter = "open"
	case "open", "mine", "overdue", "all":
	default:
		return Command{}, r.wrong(didYouMean(c.Filter, "open", "mine", "overdue", "all"),
			"There is no list of incidents called %s", quote(word))
	}
	r.rest = rest
	return r.from(c, "list")
}

// from reads the place at which an answer begins.
func (r *reader) from(c Command, of string) (Command, error) {
	word, rest := cut(r.rest)
	if word == "" {
		return c, nil
	}
	from, err := strconv.Atoi(word)
	if err != nil || from < 1 || from > MaxFrom {
		return Command{}, r.wrong("", "%s is no place in the %s: give a number from 1 to %d", quote(word), of, MaxFrom)
	}
	c.From, r.rest = from, rest
	return c, r.end()
}

// digest reads what to do, and which of several digests it is about.
func (r *reader) digest(c Command) (Command, error) {
	word, rest := cut(r.rest)
	c.Filter = strings.ToLower(word)
	switch c.Filter {
	case "":
		c.Filter = "preview"
	case "preview", "post":
	default:
		return Command{}, r.wrong(didYouMean(c.Filter, "preview", "post"), "`digest` does not know %s: it takes `preview` or `post`", quote(word))
	}
	r.rest = rest
	if words := strings.Fields(r.rest); c.Filter == "post" && len(words) > 0 && strings.EqualFold(words[len(words)-1], "again") {
		c.Again, r.rest = true, strings.Join(words[:len(words)-1], " ")
	}
	if r.rest == "" {
		return c, nil
	}
	name, rest := cut(r.rest)
	if !playbookID.MatchString(name) {
		return Command{}, r.wrong("", "%s is no digest: names are like `weekly-cost-review`", quote(name))
	}
	c.Name, r.rest = name, rest
	return c, r.end()
}

// incident reads the id, or takes the thread's. In a thread a bare number is a
// step or the beginning of a text wherever the verb has one.
func (r *reader) incident() (int, error) {
	word, rest := cut(r.rest)
	if apartID.MatchString(word) { // "inc 142"
		if next, after := cut(rest); bareID.MatchString(next) {
			word, rest = "INC-"+strings.TrimPrefix(next, "#"), after
		}
	}
	bare := bareID.MatchString(word)
	n, ok := ParseID(word)
	if r.thread == 0 {
		switch {
		case word == "":
			return 0, r.lacks(LacksIncident, 0, "Which incident?")
		case !ok:
			return 0, r.wrong("", "%s is no incident: ids look like `INC-142`", quote(word))
		}
		r.rest = rest
		return n, nil
	}
	takes := acts[r.verb]
	if !ok || bare && (takes.step != never || takes.words != never) {
		return r.thread, nil
	}
	if n == r.thread {
		r.rest = rest
		return n, nil
	}
	if takes.step == never && takes.words == always {
		return r.thread, nil // "note INC-7 had the same cause" is about this one
	}
	return 0, r.wrong("", "This is the thread of %s: for %s use the slash command or its own thread", topic.Incident(r.thread), topic.Incident(n))
}

// text reads what is left, as the verb allows.
func (r *reader) text() (string, error) {
	text := strings.TrimSpace(r.rest)
	if n := utf8.RuneCountInString(text); n > maxNote {
		return "", r.wrong("", "The text has %d characters, %d are kept: nothing was recorded, please shorten it", n, maxNote)
	}
	switch takes := acts[r.verb]; {
	case takes.words == never:
		return "", r.end()
	case takes.words == always && !playbooks.Shows(text):
		return "", r.wrong("", "%s", takes.missing)
	}
	return text, nil
}

// end refuses words too many: somebody meant something by them.
func (r *reader) end() error {
	if r.rest == "" {
		return nil
	}
	return r.wrong("", "`%s` does not know what to do with %s", r.verb, quote(r.rest))
}

// lacks is the usage error of a word that was left out.
func (r *reader) lacks(what Lack, incident int, asks string) error {
	return &UsageError{Text: asks + "\n" + usage(r.verb, r.thread != 0), Lacks: what, Verb: r.verb, Incident: incident}
}

// wrong is the usage error of this verb.
func (r *reader) wrong(hint, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if !strings.HasSuffix(text, "?") {
		text += "."
	}
	if hint != "" {
		text += " Did you mean `" + hint + "`?"
	}
	return &UsageError{Text: text + "\n" + usage(r.verb, r.thread != 0)}
}

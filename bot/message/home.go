package message

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// HomeView is all that somebody's Home is made of. The incidents are those that he may
// see, the worst first; the rests count more of them, of which some may not be for him.
type HomeView struct {
	User     string              // whose: a user id
	Mine     []incident.Incident // he leads them, or holds one of their steps
	MineRest int
	Open     []incident.Incident
	OpenRest int
	Due      []incident.Incident // a step of theirs is due by Until
	DueRest  int
	Links    blockkit.Permalinks // of threads, by id
	Channels map[string]string   // configured name -> id
	Partial  bool                // not all of what is kept could be looked at in time
	Unsure   bool                // Slack does not say of every channel whether he is in it
	Now      time.Time
	Until    time.Time // the end of what "due this week" shows
	Command  string
}

// What a Home shows at most, so that it stays within Slack's 100 blocks and can be read.
const (
	maxHomeSteps, maxHomeLed  = 15, 10
	maxHomeOpen, maxHomeDue   = 25, 15
	maxHomeTitle, maxHomeText = 120, 2_700 // characters; Slack takes 3,000 in a section
)

// HomeFacts is the block that says how old a Home is: all that may differ between two of
// which nobody needs the second.
const HomeFacts = "facts"

// Home is what the app shows somebody in its Home: his steps, what he leads, what is open,
// and what is due this week.
func Home(v HomeView) slack.HomeTabViewRequest {
	blocks := v.steps()
	blocks = append(blocks, v.led()...)
	blocks = append(blocks, v.open()...)
	blocks = append(blocks, v.due()...)
	for k, note := range v.notes() {
		blocks = append(blocks, blockkit.Context(fmt.Sprintf("note:%d", k+1), blockkit.PlainText(note)))
	}
	facts := blockkit.Context(HomeFacts, blockkit.Mrkdwn("As of "+blockkit.Date(v.Now)+". Changes when something does."))
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: append(blocks, facts)}}
}

// HomeHash tells apart Homes that read differently.
func HomeHash(view slack.HomeTabViewRequest) string {
	shown := slices.DeleteFunc(slices.Clone(view.Blocks.BlockSet), func(b slack.Block) bool { return b.ID() == HomeFacts })
	return blockkit.Message{Blocks: shown}.Hash()
}

// homeStep is a step with its incident.
type homeStep struct {
	incident.Step
	in  incident.Incident
	due time.Time
}

// overdue reports whether its deadline has passed.
func (s homeStep) overdue(now time.Time) bool { return !now.Before(s.due) }

// stepsOf are the steps of incidents that nobody has ended, by deadline.
func stepsOf(all []incident.Incident, keep func(homeStep) bool) []homeStep {
	var found []homeStep
	for _, i := range all {
		for _, t := range i.Tiers {
			for _, s := range i.Left(t.Name) {
				if one := (homeStep{s, i, i.Deadline(s)}); keep(one) {
					found = append(found, one)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b homeStep) int { return a.due.Compare(b.due) })
	return found
}

// steps are those that the person has taken: the overdue ones first.
func (v HomeView) steps() []slack.Block {
	held := stepsOf(v.Mine, func(s homeStep) bool { return s.State == incident.StepAcknowledged && s.Holder.ID == v.User })
	late := 0
	for _, s := range held {
		if s.overdue(v.Now) {
			late++
		}
	}
	says := "*No step is yours.*"
	switch {
	case late > 0:
		says = fmt.Sprintf("*Your steps: %d, %d overdue*", len(held), late)
	case len(held) > 0:
		says = fmt.Sprintf("*Your steps: %d*", len(held))
	}
	head := slack.NewSectionBlock(blockkit.Mrkdwn(says), nil, nil, slack.SectionBlockOptionBlockID("steps"))
	head.Accessory = slack.NewAccessory(blockkit.Button(action.HomeStart.ID, "start", "Start a playbook…"))
	blocks := []slack.Block{head}
	for _, s := range held[:min(len(held), maxHomeSteps)] {
		about := s.in.ID() + "/" + s.ID
		blocks = append(blocks, blockkit.Section("step:"+about, v.stepText(s)), slack.NewActionBlock("act:"+about, s.buttons(v.Now)...))
	}
	return append(blocks, v.rest("steps:rest", len(held)-maxHomeSteps, v.MineRest, "mine")...)
}

// stepText is a step of the person's: what it is, until when, and where.
func (v HomeView) stepText(s homeStep) string {
	sign, until := stepSign(s.State), "due "+blockkit.Date(s.due)
	if s.overdue(v.Now) {
		sign, until = "⏰", "overdue since "+blockkit.Date(s.due)
	}
	if s.AwaitsSecond() {
		until += " · a second person confirms it"
	}
	return fmt.Sprintf("%s *%s* · %s\n%s · %s", sign, blockkit.EscapeMrkdwn(stepTitle(s.Step)), until, v.link(s.in), v.title(s.in))
}

// buttons are what the person can do to his step. The green one is the next thing to
// press.
func (s homeStep) buttons(now time.Time) []slack.BlockElement {
	about := s.in.ID() + "/" + s.ID
	how := blockkit.Button(action.StepHow.ID, about, "How…")
	if s.AwaitsSecond() {
		return []slack.BlockElement{how, blockkit.Button(action.StepUndo.ID, about, "Undo")}
	}
	done := blockkit.Button(action.StepDone.ID, about, doneLabel(s.Step))
	if s.overdue(now) {
		done.Style = slack.StylePrimary
	}
	return []slack.BlockElement{done, how, blockkit.Button(action.StepRelease.ID, about, "Release")}
}

// homeMenu offers what can be read and said of an incident.
func homeMenu(i incident.Incident) *slack.OverflowBlockElement {
	option := func(choice, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(choice+"/"+i.ID(), blockkit.PlainText(label), nil)
	}
	return slack.NewOverflowBlockElement(action.IncidentMenu.ID,
		option(action.ChoiceTimeline, "Timeline"), option(action.ChoiceCatchup, "Catch me up"), option(action.ChoiceNote, "Add note"))
}

// led are the incidents that the person leads.
func (v HomeView) led() []slack.Block {
	lead := slices.DeleteFunc(slices.Clone(v.Mine), func(i incident.Incident) bool { return !i.Active() || i.Lead.ID != v.User })
	if len(lead) == 0 {
		return nil
	}
	blocks := []slack.Block{blockkit.Divider("d1"), blockkit.Section("lead", "*You lead "+textutil.Count(len(lead), "incident")+"*")}
	for _, i := range lead[:min(len(lead), maxHomeLed)] {
		says := v.incidentText(i) + "\n" + blockkit.EscapeMrkdwn(progress(i))
		if d, ok := next(dueBy(deadlines(i), v.Now)); ok {
			says += " · *next due " + blockkit.Date(d.At) + "*"
		}
		section := slack.NewSectionBlock(blockkit.Mrkdwn(says), nil, nil, slack.SectionBlockOptionBlockID("inc:"+i.ID()))
		section.Accessory = slack.NewAccessory(homeMenu(i))
		blocks = append(blocks, section)
	}
	return append(blocks, v.rest("lead:rest", len(lead)-maxHomeLed, 0, "mine")...)
}

// incidentText is state, severity, id and title of an incident.
func (v HomeView) incidentText(i incident.Incident) string {
	says := ifDrill(i) + StateLabel(i.State)
	if s := severity(i); s != "" {
		says += " · " + blockkit.EscapeMrkdwn(s)
	}
	return says + " · " + v.link(i) + " " + v.title(i)
}

// open is what needs people now, by channel.
func (v HomeView) open() []slack.Block {
	if len(v.Open) == 0 {
		return []slack.Block{blockkit.Divider("d2"), blockkit.Section("open", "*Nothing is open in your channels.*")}
	}
	head := fmt.Sprintf("*Open now: %d*", len(v.Open))
	if v.OpenRest > 0 {
		head = "*Open now*"
	}
	lines := []string{head}
	shown := v.Open[:min(len(v.Open), maxHomeOpen)]
	for _, channel := range channelsOf(shown) {
		lines = append(lines, v.channel(channel))
		for _, i := range shown {
			if i.Channel != channel {
				continue
			}
			who := "nobody has it"
			if i.Lead != (incident.User{}) {
				who = user(i.Lead)
			}
			lines = append(lines, v.incidentText(i)+" · "+who)
		}
	}
	blocks := append([]slack.Block{blockkit.Divider("d2")}, sections("open", lines)...)
	return append(blocks, v.rest("open:rest", len(v.Open)-maxHomeOpen, v.OpenRest, "open")...)
}

// channelsOf are the channels of incidents, in the order in which they come.
func channelsOf(all []incident.Incident) []string {
	var found []string
	for _, i := range all {
		if !slices.Contains(found, i.Channel) {
			found = append(found, i.Channel)
		}
	}
	return found
}

// due are steps that somebody else, or nobody, has taken and that are due this week. What
// is due within the hour stands among what is open.
func (v HomeView) due() []slack.Block {
	all := stepsOf(v.Due, func(s homeStep) bool {
		mine := s.State == incident.StepAcknowledged && s.Holder.ID == v.User
		return !mine && s.due.Before(v.Until) && (s.Tier != playbooks.Immediate || !s.in.Active())
	})
	if len(all) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("*Due this week: %d more*", len(all))}
	if v.DueRest > 0 {
		lines[0] = "*Due this week*"
	}
	for _, s := range all[:min(len(all), maxHomeDue)] {
		when, who := blockkit.Date(s.due), "nobody has it"
		if s.overdue(v.Now) {
			when = "⏰ overdue since " + when
		}
		if s.State == incident.StepAcknowledged {
			who = user(s.Holder)
		}
		lines = append(lines, fmt.Sprintf("%s · %s · %s · %s", when, blockkit.EscapeMrkdwn(stepTitle(s.Step)), v.link(s.in), who))
	}
	blocks := append([]slack.Block{blockkit.Divider("d3")}, sections("week", lines)...)
	return append(blocks, v.rest("week:rest", len(all)-maxHomeDue, v.DueRest, "overdue")...)
}

// rest says how much more there is, and what to type to see it.
func (v HomeView) rest(id string, here, elsewhere int, filter string) []slack.Block {
	if here <= 0 && elsewhere <= 0 {
		return nil
	}
	says := "There may be more"
	if elsewhere <= 0 {
		says = "and " + textutil.Thousands(here) + " more"
	}
	return []slack.Block{blockkit.Context(id, blockkit.Mrkdwn(fmt.Sprintf("%s: `%s incidents %s`", says, v.Command, filter)))}
}

// notes say what may be missing.
func (v HomeView) notes() []string {
	var all []string
	if v.Partial {
		all = append(all, partialWords)
	}
	if v.Unsure {
		all = append(all, unsureWords)
	}
	return all
}

// link is an incident's id, which leads to its thread where that is known.
func (v HomeView) link(i incident.Incident) string {
	if to := v.Links[i.ID()]; to != "" {
		return "<" + to + "|" + i.ID() + ">"
	}
	return i.ID()
}

func (v HomeView) title(i incident.Incident) string {
	return blockkit.EscapeMrkdwn(textutil.CutUnits(title(i), maxHomeTitle))
}

// channel is where incidents stand.
func (v HomeView) channel(name string) string {
	if id := cmp.Or(v.Channels[name], name); blockkit.IsChannelID(id) {
		return "<#" + id + ">"
	}
	return "*" + blockkit.EscapeMrkdwn(configured(name)) + "*"
}

// sections puts lines into as few sections as hold them; the first has the id, others a
// number behind it.
func sections(id string, lines []string) []slack.Block {
	var blocks []slack.Block
	var kept []string
	size := 0
	flush := func() {
		if len(kept) == 0 {
			return
		}
		name := id
		if len(blocks) > 0 {
			name = fmt.Sprintf("%s:%d", id, len(blocks)+1)
		}
		blocks = append(blocks, blockkit.Section(name, strings.Join(kept, "\n")))
		kept, size = nil, 0
	}
	for _, line := range lines {
		n := textutil.Units(line) + len("\n")
		if size+n > maxHomeText {
			flush()
		}
		kept, size = append(kept, line), size+n
	}
	flush()
	return blocks
}

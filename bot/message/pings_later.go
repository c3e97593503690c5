package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// LaterPings begin the names of the slots that are posted once in an incident's life. The
// number at their end is the opening in which they were due: they stay when it opens again.
var LaterPings = []string{"remind:short_term", "remind:long_term", "deadline:short_term", "deadline:long_term"}

// laterPings are the replies that tell of a later tier's deadline: once before it, when
// that is configured, and once when it has passed. Both go to those who have the steps;
// of steps that nobody has, to the tier's owners. A reminder that comes after the
// deadline is left out, and so is what comes after the last step.
func laterPings(v View, ping func(name string, opening int, m blockkit.Message)) {
	i := v.Incident
	if i.Show != incident.ShowAll {
		return // its thread has no later tiers: lists and digests do
	}
	for _, t := range i.Tiers {
		if t.Name == playbooks.Immediate {
			continue
		}
		if late := i.DueBy(t.Name, t.Passed.At); t.Passed.Opening > 0 && len(late) > 0 {
			ping("deadline:"+string(t.Name), t.Passed.Opening, laterDeadline(v, t, late))
		}
		if near, ok := next(deadlinesOf(i, t)); ok && t.Near.Opening > 0 && t.Passed.Opening == 0 {
			ping("remind:"+string(t.Name), t.Near.Opening, reminder(v, t, i.DueBy(t.Name, near.At)))
		}
	}
}

// laterDeadline tells that steps of a later tier are overdue. It is said once: the rest
// is in the lists, and in the digest.
func laterDeadline(v View, t incident.Tier, late []incident.Step) blockkit.Message {
	what := textutil.Count(len(late), tierWord(t.Name)+" step")
	oldest := v.Incident.Deadline(late[0])
	for _, s := range late {
		if at := v.Incident.Deadline(s); at.Before(oldest) {
			oldest = at
		}
	}
	sentence := fmt.Sprintf("%s %s overdue since %s.", what, textutil.IsAre(len(late)), blockkit.Date(oldest))
	return aboutLater(v, t, late, sentence, fmt.Sprintf("Overdue: %s. %s", what, said(v.Incident)),
		fmt.Sprintf("Said once. All that is overdue: %s incidents overdue", v.Command))
}

// reminder tells that a later tier's deadline is near.
func reminder(v View, t incident.Tier, near []incident.Step) blockkit.Message {
	what := textutil.Count(len(near), tierWord(t.Name)+" step")
	due := v.Incident.Deadline(near[0])
	for _, s := range near {
		if at := v.Incident.Deadline(s); at.After(due) {
			due = at
		}
	}
	return aboutLater(v, t, near, fmt.Sprintf("%s %s due %s.", what, textutil.IsAre(len(near)), blockkit.Date(due)),
		fmt.Sprintf("Soon due: %s. %s", what, said(v.Incident)), "What cannot be done by then can be skipped, with a reason, in the step's menu above.")
}

// aboutLater is what both say: whom, what, which steps, and what then.
func aboutLater(v View, t incident.Tier, steps []incident.Step, sentence, text, way string) blockkit.Message {
	return blockkit.Message{Text: text, Blocks: []slack.Block{
		blockkit.Section("call", Calling(mentionsLater(v, t, steps), sentence)), about(v.Incident),
		blockkit.RichText("steps", blockkit.Bullets(openSteps(steps))),
		blockkit.Context("way", blockkit.PlainText(way)),
	}}
}

// mentionsLater mentions those to whom steps of a later tier are told.
func mentionsLater(v View, t incident.Tier, steps []incident.Step) string {
	var names []string
	people, owners := toldLater(steps)
	for _, u := range people {
		names = append(names, user(u))
	}
	if says := v.Names.Notify(t.Owners); owners && says != "" {
		names = append(names, says)
	}
	return strings.Join(names, " ")
}

// toldLater are those who have steps, each once, and whether the tier's owners are told
// too, because nobody has one of them.
func toldLater(steps []incident.Step) (people []incident.User, owners bool) {
	for _, s := range steps {
		switch {
		case s.Holder.ID == "":
			owners = true
		case !slices.ContainsFunc(people, func(u incident.User) bool { return u.ID == s.Holder.ID }) && len(people) < maxNames:
			people = append(people, s.Holder)
		}
	}
	return people, owners
}

// calledLater is whom a ping of a later tier notifies, as [Called] says it.
func calledLater(i incident.Incident, t incident.Tier, kind string) []string {
	steps := i.DueBy(t.Name, t.Passed.At)
	if near, ok := next(deadlinesOf(i, t)); ok && kind == "remind" {
		steps = i.DueBy(t.Name, near.At)
	}
	var names []string
	people, owners := toldLater(steps)
	for _, u := range people {
		names = append(names, PersonName(u))
	}
	if owners {
		names = append(names, t.Owners...)
	}
	return names
}

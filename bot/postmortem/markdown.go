package postmortem

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Markdown writes the report for people: CommonMark with tables, as GitHub, GitLab and
// most wikis read it.
func (r Report) Markdown() []byte {
	d := &document{zone: r.zone}
	d.line("# %s: %s", r.ID, escape(r.Title))
	if r.Drill {
		d.line("**This was a drill.** Nothing was wrong.")
	}
	r.overview(d)
	r.times(d)
	r.alerts(d)
	r.steps(d)
	r.followUps(d)
	r.notes(d)
	r.timeline(d)
	r.links(d)
	d.line("---")
	d.line("Made by Signalbook at %s from the timeline of %s.", d.when(r.MadeAt), r.ID)
	return d.bytes()
}

func (r Report) overview(d *document) {
	d.line("## Summary")
	if r.Summary != "" {
		d.line("> %s", escape(r.Summary))
	}
	if r.Description != "" && r.Description != r.Summary {
		d.line("> %s", escape(r.Description))
	}
	d.item("State: %s", r.State)
	d.fact("Severity", r.Severity)
	d.item("Playbook: %s", escape(r.Playbook)+bracketed(r.PlaybookReason))
	d.fact("Lead", r.Lead)
	d.fact("Owners", strings.Join(r.Owners, ", "))
	d.fact("Who acted", strings.Join(r.People, ", "))
	d.fact("Where", pairs(r.Labels))
	if r.Follows != "" {
		d.item("Follows %s, of the same alerts", r.Follows)
	}
	if r.FollowedBy != "" {
		d.item("Followed by %s, which took over what was open", r.FollowedBy)
	}
	d.gap()
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return " (" + escape(s) + ")"
}

func (r Report) times(d *document) {
	m := r.Impact
	d.line("## Impact")
	d.row("", "When", "After", "By")
	d.row("---", "---", "---", "---")
	d.row("Opened", d.when(m.OpenedAt), "", "")
	if !m.AcknowledgedAt.IsZero() {
		d.row("Acknowledged", d.when(m.AcknowledgedAt), span(m.ToAcknowledge), escape(m.AcknowledgedBy))
	} else {
		d.row("Acknowledged", "by nobody", "", "")
	}
	if !m.ResolvedAt.IsZero() {
		d.row("Resolved", d.when(m.ResolvedAt), span(m.Duration), escape(cmp.Or(m.ResolvedBy, "itself: the alerts ended")))
	} else {
		d.row("Resolved", "not yet", "", "")
	}
	if !m.ClosedAt.IsZero() {
		d.row("Closed", d.when(m.ClosedAt), "", "")
	}
	d.gap()
	if m.Openings > 1 {
		d.item("It opened %s: the times after which are counted from the first, of the acknowledgement from the last.", times(m.Openings))
	}
	if m.Reason != "" {
		says := "What it was: " + escape(strings.ReplaceAll(m.Reason, "_", " "))
		if m.ReasonBy != "" {
			says += ", said " + escape(m.ReasonBy)
		}
		d.item("%s", says)
	}
	if m.ByHand {
		d.item("Resolved by hand while alerts fired")
	}
	d.gap()
}

func times(n int) string {
	if n == 2 {
		return "twice"
	}
	return textutil.Thousands(n) + " times"
}

func (r Report) alerts(d *document) {
	if len(r.Alerts)+r.AlertsLeftOut == 0 {
		return
	}
	d.line("## Alerts")
	for _, a := range r.Alerts {
		span := "fires since " + d.when(a.Started)
		if !a.Firing {
			span = "from " + d.when(a.Started) + " to " + d.when(a.Ended)
			if s := seconds(a.Started, a.Ended); s != nil {
				span += ", " + spanOf(s)
			}
		}
		d.item("**%s**: %s", escape(a.Name), span)
		switch {
		case a.AtFiring == "":
		case a.Firing:
			d.sub("Firing: %s", escape(a.AtFiring))
		case a.AtResolving == a.AtFiring:
			d.sub("Firing and resolving: %s", escape(a.AtFiring))
		default:
			d.sub("Firing: %s", escape(a.AtFiring))
			d.sub("Resolving: %s", escape(a.AtResolving))
		}
		if a.Description != "" {
			d.sub("It says: %s", escape(a.Description))
		}
	}
	if r.AlertsLeftOut > 0 {
		d.item("and %s more, only counted", textutil.Thousands(r.AlertsLeftOut))
	}
	d.gap()
}

// tierTitle is a tier's name as a heading: "Short-term".
func tierTitle(name string) string { return playbooks.TierName(name).Title() }

func (r Report) steps(d *document) {
	if len(r.Steps) == 0 {
		return
	}
	d.line("## Steps")
	tier := ""
	for _, s := range r.Steps {
		if s.Tier != tier {
			d.gap()
			d.line("### %s", escape(tierTitle(s.Tier)))
			tier = s.Tier
		}
		d.item("**%d. %s**: %s", s.Number, escape(s.Title), s.became(d))
		if s.From != "" {
			d.sub("Taken over from %s", s.From)
		}
		if s.Answer != "" {
			d.sub("%s **%s**", escape(s.Question), escape(s.Answer))
		}
		if s.Note != "" {
			d.sub("Note: %s", escape(s.Note))
		}
	}
	d.gap()
}

// became is what became of a step, in words.
func (s Step) became(d *document) string {
	took := ""
	if s.Took != nil {
		took = ", " + spanOf(s.Took) + " after it was taken"
	}
	holder := ""
	if s.Holder != "" && s.Holder != s.EndedBy && s.Holder != s.FirstBy {
		holder = " (held by " + escape(s.Holder) + ")"
	}
	switch incident.StepState(s.State) {
	case incident.StepDone, incident.StepSkipped:
		return s.State + " by " + s.doers() + holder + " at " + d.when(s.EndedAt) + took
	case incident.StepDropped:
		if s.To != "" {
			return "continued in " + s.To
		}
		return "no longer needed" + holder
	case incident.StepAcknowledged:
		if s.FirstBy != "" {
			return "done, says " + escape(s.FirstBy) + "; a second person has to confirm it"
		}
		return escape(s.Holder) + " has it since " + d.when(s.TakenAt)
	}
	return escape(s.State)
}

// doers are who ended a step: one, or the two that it takes.
func (s Step) doers() string {
	if s.FirstBy == "" {
		return escape(s.EndedBy)
	}
	return escape(s.FirstBy) + " and " + escape(s.EndedBy)
}

func (r Report) followUps(d *document) {
	if len(r.FollowUps) == 0 && r.Dropped == "" {
		return
	}
	d.line("## Follow-ups")
	if r.Dropped != "" {
		d.item("No longer needed: %s", escape(dropped(r.Dropped)))
	}
	for _, f := range r.FollowUps {
		who := "nobody yet"
		if f.Holder != "" {
			who = f.Holder
		} else if len(f.Owners) > 0 {
			who = "owners " + strings.Join(f.Owners, ", ")
		}
		due := ""
		if !f.Due.IsZero() {
			due = ", due " + d.day(f.Due)
		}
		if f.Overdue {
			due += " (**overdue**)"
		}
		d.item("[ ] **%d. %s** (%s): %s%s", f.Number, escape(f.Title), strings.ToLower(escape(tierTitle(f.Tier))), escape(who), due)
	}
	d.gap()
}

func dropped(why string) string {
	if why == incident.Untouched {
		return "it ended by itself, untouched"
	}
	return "it was " + strings.ReplaceAll(why, "_", " ")
}

func (r Report) notes(d *document) {
	if len(r.Notes) == 0 {
		return
	}
	d.line("## Notes")
	for _, n := range r.Notes {
		d.item("%s, %s: %s", d.when(n.At), escape(cmp.Or(n.By, "somebody")), escape(n.Text))
	}
	d.gap()
}

func (r Report) timeline(d *document) {
	d.line("## Timeline")
	head := []string{"UTC", "What", "Who", "Words"}
	if d.local() {
		head = []string{"UTC", escape(r.TimeZone), "What", "Who", "Words"}
	}
	d.row(head...)
	d.row(strings.Split(strings.Repeat("---|", len(head)-1)+"---", "|")...)
	for k, e := range r.Entries {
		if k == firstLines && r.LeftOut > 0 {
			d.row(append([]string{"…"}, append(make([]string, len(head)-4), textutil.Count(r.LeftOut, "entry")+" left out", "", "")...)...)
		}
		cells := []string{stamp(e.At, time.UTC)}
		if d.local() {
			cells = append(cells, stamp(e.At, d.zone))
		}
		who := escape(e.By)
		if e.Via != "" && e.By != "" {
			who += bracketed(e.Via)
		}
		d.row(append(cells, escape(e.Says), who, escape(e.Text))...)
	}
	d.gap()
}

func (r Report) links(d *document) {
	if len(r.Links) == 0 {
		return
	}
	d.line("## Links")
	for _, l := range r.Links {
		d.item("%s", link(l))
	}
	d.gap()
}

func pairs(labels map[string]string) string {
	var all []string
	for _, name := range sortedNames(labels) {
		all = append(all, fmt.Sprintf("%s=%s", name, labels[name]))
	}
	return strings.Join(all, ", ")
}

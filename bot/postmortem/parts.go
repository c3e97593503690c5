package postmortem

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks"
)

// The bounds of a report. With them the Markdown of the worst incident stays below
// [MaxBytes].
const (
	maxWords   = 500 // characters of what somebody wrote
	maxAlerts  = 100
	maxNotes   = 100
	maxSteps   = 200
	maxPeople  = 50
	maxLabels  = 20
	firstLines = 50 // entries at the beginning of the timeline
	lastLines  = 450
)

// MaxBytes bounds a post-mortem, in either form.
const MaxBytes = 4 << 20

// text is foreign text on one line, visible and bounded.
func text(s string, limit int) string { return textutil.CutUnits(blockkit.Line(s), limit) }

// person is what somebody is called; empty for nobody.
func (in Input) person(u incident.User) string {
	if u == (incident.User{}) {
		return ""
	}
	if u.Name == "" {
		u.Name = in.Names[u.ID]
	}
	return message.PersonName(u)
}

// names are names of the configuration as people read them.
func names(all []string) (written []string) {
	for _, name := range all[:min(len(all), maxPeople)] {
		written = append(written, text(incident.Readable(name), 80))
	}
	return written
}

func labels(all map[string]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	kept := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(kept) < maxLabels && name != incident.DrillLabel {
			kept[text(name, 60)] = text(all[name], 200)
		}
	}
	return kept
}

// alertsOf are the group's alerts, by when they began.
func alertsOf(i incident.Incident) (all []Alert, left int) {
	sorted := slices.SortedFunc(slices.Values(i.Alerts), func(a, b incident.Alert) int {
		return cmp.Or(cmp.Or(a.StartsAt, a.ChangedAt).Compare(cmp.Or(b.StartsAt, b.ChangedAt)), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	left = i.Omitted
	for _, a := range sorted {
		if len(all) == maxAlerts {
			left++
			continue
		}
		now := cmp.Or(a.Summary, i.Summary)
		kept := Alert{
			Name: message.AlertName(i, a), Labels: labels(a.Labels), Firing: a.Firing, Started: cmp.Or(a.StartsAt, a.ChangedAt).UTC(),
			AtFiring: text(cmp.Or(a.AtFiring, now), maxWords), Description: text(a.Description, maxWords),
		}
		if !a.Firing {
			kept.Ended, kept.AtResolving = cmp.Or(a.EndsAt, a.ChangedAt).UTC(), text(cmp.Or(a.AtResolving, now), maxWords)
		}
		all = append(all, kept)
	}
	return all, left
}

// steps are those that apply here, in their order.
func (in Input) steps() (all []Step) {
	i := in.Incident
	for _, s := range i.Steps {
		if s.Hidden || len(all) == maxSteps {
			continue
		}
		kept := Step{
			Number: s.Number, ID: text(s.ID, 80), Tier: string(s.Tier), Title: text(s.Title, 200), State: string(s.State),
			Holder: in.person(s.Holder), Due: i.Deadline(s).UTC(), Note: text(s.Note, maxWords),
		}
		if s.Ask != nil && s.Answer != "" {
			kept.Question, kept.Answer = text(s.Ask.Text, 200), text(s.Answer, 200)
		}
		if !s.FirstAt.IsZero() {
			kept.FirstBy = in.person(s.First)
		}
		if s.From > 0 {
			kept.From = incident.ID(s.From)
		}
		if s.To > 0 {
			kept.To = incident.ID(s.To)
		}
		if s.Holder != (incident.User{}) {
			kept.TakenAt = taken(in.Timeline, s.ID)
		}
		if s.Ended() {
			kept.EndedBy, kept.EndedAt = in.person(s.By), s.At.UTC()
			kept.Took = seconds(kept.TakenAt, s.At)
		}
		all = append(all, kept)
	}
	return all
}

// taken is when a step was last taken; zero when the timeline does not say.
func taken(timeline []incident.Change, step string) (at time.Time) {
	for _, c := range timeline {
		if c.Step == step && (c.Kind == incident.KindStepAcknowledged || c.Kind == incident.KindStepFirstDone && at.IsZero()) {
			at = c.At.UTC()
		}
	}
	return at
}

// followUps are the steps of later tiers that are left.
func (in Input) followUps() (all []FollowUp) {
	i := in.Incident
	for _, t := range i.Tiers {
		if t.Name == playbooks.Immediate {
			continue
		}
		owners := t.Owners
		if len(owners) == 0 {
			owners = i.Owners
		}
		for _, s := range i.Left(t.Name) {
			if len(all) == maxSteps {
				return all
			}
			due := i.Deadline(s)
			all = append(all, FollowUp{
				Number: s.Number, Tier: string(s.Tier), Title: text(s.Title, 200), Holder: in.person(s.Holder), Owners: names(owners),
				Due: due.UTC(), Overdue: !due.IsZero() && due.Before(in.Now),
			})
		}
	}
	return all
}

// entries are the timeline; of a long one the beginning and the end.
func (in Input) entries() (all []Entry, left int) {
	changes := in.Timeline
	middle := max(len(changes)-firstLines-lastLines, 0)
	for k, c := range changes {
		if middle > 0 && k >= firstLines && k < firstLines+middle {
			left += c.Stands()
			continue
		}
		says, words := message.Happened(in.Incident, c)
		all = append(all, Entry{
			At: c.At.UTC(), Kind: text(string(c.Kind), 40), Says: text(says, 300), By: in.person(c.By), Via: text(c.Via, 40),
			Step: text(c.Step, 80), Text: text(words, maxWords),
		})
	}
	return all, left
}

// notes are the newest ones, in their order; the timeline has all.
func (in Input) notes() (all []Note) {
	for _, c := range in.Timeline {
		if c.Kind == incident.KindNoted {
			all = append(all, Note{At: c.At.UTC(), By: in.person(c.By), Text: text(c.Text, maxWords)})
		}
	}
	return all[max(len(all)-maxNotes, 0):]
}

// people are those who did something, in the order of their first act.
func (in Input) people() (all []string) {
	for _, c := range in.Timeline {
		if name := in.person(c.By); name != "" && len(all) < maxPeople && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// Nameless are the ids of people who did something and were not named with it.
func Nameless(i incident.Incident, timeline []incident.Change) (ids []string) {
	all := []incident.User{i.Lead, i.AckedBy, i.ResolvedBy, i.ReasonBy}
	for _, s := range i.Steps {
		all = append(all, s.Holder, s.By, s.First)
	}
	for _, c := range timeline {
		all = append(all, c.By)
	}
	for _, u := range all {
		if u.ID != "" && u.Name == "" && len(ids) < maxPeople && !slices.Contains(ids, u.ID) {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

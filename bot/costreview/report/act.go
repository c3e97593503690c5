package report

import (
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/access"
)

// Verb is what a person does to a part of a digest, or asks of digests.
type Verb string

// The verbs.
const (
	VerbExpected    Verb = "expected"    // a spike is meant
	VerbInvestigate Verb = "investigate" // a spike gets an incident
	VerbAdopt       Verb = "adopt"       // a cost step is on its way
	VerbSnooze      Verb = "snooze"      // a cost step has to wait
	VerbUndo        Verb = "undo"        // an adoption or a snooze is taken back
	VerbPost        Verb = "post"        // one is asked for that is not due; it is about no part
	VerbAlarm       Verb = "alarm"       // the daily watch found a spike; no person does that
)

// verbs are all of them, and who may.
var verbs = map[Verb]access.Right{
	VerbExpected:    access.Responder,
	VerbInvestigate: access.Responder,
	VerbAdopt:       access.Responder,
	VerbSnooze:      access.Responder,
	VerbUndo:        access.Responder,
	VerbPost:        access.Responder,
	VerbAlarm:       access.Responder,
}

// Known reports whether this binary knows the verb.
func (v Verb) Known() bool { return verbs[v] != "" }

// May is who may do it; empty: this binary does not know it.
func (v Verb) May() access.Right { return verbs[v] }

// Act is one thing that a person did to a digest.
type Act struct {
	Verb     Verb
	Subject  string // a series, or a cost step's id
	By, ByID string
	At       time.Time
	Text     string
	Until    time.Time
	Incident int // that the investigation opened
	// Standing is where the cost step stands by now: it may have been adopted in another digest.
	Standing Adoption
}

// Refusal says why an act changes nothing.
type Refusal string

// The refusals.
const (
	Applied   Refusal = ""
	NotThere  Refusal = "not there"  // the digest has no such part
	Already   Refusal = "already"    // somebody did the same before: see Mark
	NothingTo Refusal = "nothing to" // undo: there is nothing to take back
	NeedsWord Refusal = "needs word" // expected needs a reason, snooze a date
)

// Outcome is what an act leads to beside the document.
type Outcome struct {
	Refusal Refusal
	Mark    Mark // of whoever was first, when Already
	// Expectation is remembered for the digests to come.
	Expectation *Expectation
	// Adoption is the cost step's new standing; with State StepOpen it is forgotten.
	Adoption *Adoption
}

// Do decides what an act means. The document that comes back is a value of its
// own; without a refusal its version is raised by one.
func (d Document) Do(a Act) (Document, Outcome) {
	out := Outcome{Refusal: NotThere}
	if step, ok := d.FindStep(a.Subject); ok {
		out = d.doStep(step, a)
	} else if _, _, ok := d.Spike(a.Subject); ok {
		out = d.doSpike(a)
	}
	if out.Refusal != Applied {
		return d, out
	}
	mark := Mark{Verb: a.Verb, By: a.By, ByID: a.ByID, At: a.At, Text: a.Text, Until: a.Until, Incident: a.Incident}
	if was := d.Marks[a.Subject]; was.Verb == VerbInvestigate {
		mark.Before = &was
	}
	d.Marks = maps.Clone(d.Marks)
	if d.Marks == nil {
		d.Marks = map[string]Mark{}
	}
	d.Marks[a.Subject] = mark
	d.Version++
	return d, out
}

func (d Document) doStep(step CostStep, a Act) Outcome {
	was, marked := d.Marks[a.Subject]
	adopted := a.Standing.State == StepAdopted // what was adopted here may have been taken back in another digest
	if s := a.Standing; adopted {
		was = Mark{Verb: VerbAdopt, By: s.By, ByID: s.ByID, At: s.At, Text: s.Note}
	}
	switch a.Verb {
	case VerbAdopt:
		if adopted {
			return Outcome{Refusal: Already, Mark: was}
		}
		adoption := Adoption{State: StepAdopted, By: a.By, ByID: a.ByID, At: a.At, Note: a.Text}
		if len(d.Report.Spend) > 0 { // else it is a digest of before this was kept
			adoption.From, adoption.Before = d.Report.Digest, d.Report.before(step.ID)
		}
		return Outcome{Adoption: &adoption}
	case VerbSnooze:
		switch {
		case adopted:
			return Outcome{Refusal: Already, Mark: was}
		case !a.Until.After(a.At):
			return Outcome{Refusal: NeedsWord}
		}
		return Outcome{Adoption: &Adoption{State: StepSnoozed, By: a.By, ByID: a.ByID, At: a.At, Until: a.Until, Note: a.Text}}
	case VerbUndo:
		standing := step.Adoption.State != "" && step.Adoption.State != StepOpen
		if marked {
			standing = was.Verb != VerbUndo
		}
		if !standing {
			return Outcome{Refusal: NothingTo}
		}
		return Outcome{Adoption: &Adoption{State: StepOpen}}
	}
	return Outcome{Refusal: NotThere}
}

func (d Document) doSpike(a Act) Outcome {
	was, marked := d.Marks[a.Subject]
	if marked && (was.Verb != VerbInvestigate || a.Verb != VerbExpected) { // what was looked into may turn out to be meant
		return Outcome{Refusal: Already, Mark: was}
	}
	switch a.Verb {
	case VerbExpected:
		if a.Text == "" {
			return Outcome{Refusal: NeedsWord}
		}
		e, _ := expect(d.Report, a)
		return Outcome{Expectation: &e}
	case VerbInvestigate:
		return Outcome{}
	}
	return Outcome{Refusal: NotThere}
}

// Title names a part of the digest for people; it is empty when there is none.
func (d Document) Title(subject string) string {
	if s, ok := d.FindStep(subject); ok {
		return s.Title
	}
	a, _, _ := d.Spike(subject)
	return a.Service
}

// FindStep returns the cost step of that id.
func (d Document) FindStep(id string) (CostStep, bool) {
	for _, s := range d.Report.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return CostStep{}, false
}

// Spike returns the anomaly of a series, and its currency.
func (d Document) Spike(series string) (Anomaly, string, bool) {
	for _, m := range d.Report.Money {
		for _, a := range slices.Concat(m.Spikes, m.Meant) {
			if a.Series == series {
				return a, m.Currency, true
			}
		}
	}
	return Anomaly{}, "", false
}

package message

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

func TestFirstLook(t *testing.T) {
	long := strings.Repeat("a word ", 30)
	for _, tt := range []struct{ name, detail, want string }{
		{"nothing", "", ""},
		{"a sentence", "Route reads to replicas.", "Route reads to replicas."},
		{"what is called so", "*Why:* most load is reads.\n*Look first:* is it reads at all? Many are.\n*Do:* more.", "Is it reads at all? Many are."},
		{"else the first paragraph, without its label", "*Why:* most load is reads.\n*Do:* send them elsewhere.", "Most load is reads."},
		{"whole sentences", "One. Two is " + strings.Repeat("long ", 20) + "enough. Three does not fit in any more at all.", "One. Two is " + strings.Repeat("long ", 20) + "enough."},
		{"a first sentence that does not fit", long, textutil.CutUnits("A"+strings.TrimSpace(long)[1:], maxLook)},
		{"markup is gone", "See <https://wiki.example|the wiki> for `idle` *sessions*.", "See the wiki for idle sessions."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := firstLook(tt.detail); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestForm is how much a tier shows of its steps.
func TestForm(t *testing.T) {
	tiers := []incident.Tier{{Name: playbooks.Immediate}, {Name: playbooks.ShortTerm}}
	step := func(tier playbooks.TierName, hidden bool) incident.Step {
		return incident.Step{Tier: tier, Hidden: hidden}
	}
	both := []incident.Step{step(playbooks.Immediate, false), step(playbooks.ShortTerm, false)}
	for _, tt := range []struct {
		name             string
		state            incident.State
		steps            []incident.Step
		full             bool
		details          string
		immediate, later form
	}{
		{"open", incident.Open, both, false, "", formFolded, formLine},
		{"acknowledged", incident.Acknowledged, both, false, "folded", formFolded, formLine},
		{"resolved", incident.Resolved, both, false, "", formFolded, formFolded},
		{"the configuration wants all", incident.Open, both, true, "", formWhole, formWhole},
		{"the playbook wants all", incident.Open, both, false, "full", formWhole, formWhole},
		{"without immediate steps the next tier is at work", incident.Open, []incident.Step{step(playbooks.Immediate, true), step(playbooks.ShortTerm, false)}, false, "", formLine, formFolded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := View{Incident: incident.Incident{State: tt.state, Tiers: tiers, Steps: tt.steps}, Full: tt.full, Playbook: &playbooks.Playbook{Details: tt.details}}
			if immediate, later := v.form(playbooks.Immediate), v.form(playbooks.ShortTerm); immediate != tt.immediate || later != tt.later {
				t.Errorf("immediate %d, later %d; want %d, %d", immediate, later, tt.immediate, tt.later)
			}
		})
	}
}

// TestStepMenuFits: Slack takes 75 characters as an option's value.
func TestStepMenuFits(t *testing.T) {
	i := incident.Incident{Number: 1 << 20}
	for _, id := range []string{"add-indices", strings.Repeat("x", 60)} {
		menu := stepMenu(i, incident.Step{ID: id, Number: 7})
		for _, o := range menu.Options {
			choice, about, _ := strings.Cut(o.Value, "/")
			if _, ok := action.OfChoice(choice); !ok || len(o.Value) > maxChoice {
				t.Errorf("%q of %d characters means nothing", o.Value, len(o.Value))
			}
			if want := i.ID() + "/" + id; len(id) < 60 && about != want || len(id) == 60 && about != i.ID()+"/7" {
				t.Errorf("%q is about %q", o.Value, about)
			}
		}
	}
}

// TestHowAsksWhatNow: what is most likely is chosen already, and nobody takes twice.
func TestHowAsksWhatNow(t *testing.T) {
	for _, tt := range []struct {
		state incident.StepState
		want  string
	}{{incident.StepOpen, "ack done skip"}, {incident.StepAcknowledged, "done skip"}} {
		s := incident.Step{ID: "one", Number: 1, Title: "One", Standing: incident.Standing{State: tt.state}}
		view := howModal(View{Incident: incident.Incident{Number: 1}}, s)
		var got []string
		for _, b := range view.Blocks.BlockSet {
			if input, ok := b.(*slack.InputBlock); ok && input.BlockID == HowWhat {
				radio := input.Element.(*slack.RadioButtonsBlockElement)
				for _, o := range radio.Options {
					got = append(got, o.Value)
				}
				if radio.InitialOption.Value != got[0] {
					t.Errorf("%s: %s is chosen already", tt.state, radio.InitialOption.Value)
				}
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: the choices are %v, not %s", tt.state, got, tt.want)
		}
	}
}

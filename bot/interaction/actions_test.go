package interaction_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/interaction"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// lines is a log that may be written to from anywhere.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestEveryActionIsHandled: no action on the list is one that means nothing, clicked or
// sent in; what is on no list does.
func TestEveryActionIsHandled(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	anna, _ := r.sim.User("anna")
	channel, _ := r.sim.Channel("incidents")
	said := func(id string, a action.Action) string {
		var log lines
		o := r.handler.Options
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		h := interaction.New(o)
		value := map[action.Value]string{action.OfIncident: "INC-999", action.OfStep: "INC-999/one", action.OfDigest: "DIG-999/C1"}[a.Value]
		choices := []string{value}
		switch a {
		case action.IncidentMenu:
			choices = []string{action.ChoiceAssign + "/" + value, action.ChoiceNote + "/" + value, action.ChoiceTimeline + "/" + value, action.ChoiceCatchup + "/" + value}
		case action.StepMenu:
			choices = nil
			for _, choice := range []string{action.ChoiceAck, action.ChoiceDone, action.ChoiceSkip, action.ChoiceRelease, action.ChoiceHow} {
				choices = append(choices, choice+"/"+value)
			}
		case action.TimelineOlder:
			choices = []string{"100/" + value}
		case action.IncidentReason:
			choices = []string{"false_alarm/" + value}
		}
		for k, choice := range choices {
			op := fmt.Sprintf("trigger:%s:%d", strings.ReplaceAll(id, ":", "-"), k)
			if a.Via != "" {
				h.Action(t.Context(), slackapi.Action{Op: op, ActionID: id, Value: choice, UserID: anna.ID, ChannelID: channel.ID, At: time.Now()})
			}
			if !a.Form.IsZero() {
				h.Submit(t.Context(), slackapi.Submission{Op: op + "s", CallbackID: id, PrivateMetadata: choice, UserID: anna.ID, At: time.Now()})
			}
		}
		return log.String()
	}
	var all sync.WaitGroup
	for _, a := range action.All() {
		all.Go(func() {
			if got := said(a.ID, a); strings.Contains(got, "means nothing") || strings.Contains(got, "names no") {
				t.Errorf("%s is not handled: %s", a.ID, got)
			}
		})
	}
	all.Wait()
	for _, a := range []action.Action{{ID: "step:nonsense", Value: action.OfStep, Via: "button"}, {ID: "incident:nonsense", Form: action.Form{Block: "note"}}} {
		if got := said(a.ID, a); !strings.Contains(got, "means nothing") {
			t.Errorf("%s is on no list: got %q", a.ID, got)
		}
	}
}

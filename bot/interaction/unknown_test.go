package interaction_test

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/interaction"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/slacksim/snapshot"
)

// newer is a handler of another version, which opens forms that this one does not know.
type newer struct {
	*interaction.Handler
	open func(ctx context.Context, a slackapi.Action)
}

func (n newer) Action(ctx context.Context, a slackapi.Action) { n.open(ctx, a) }

// TestWhatAnotherVersionPostedIsAnswered: whoever clicks what this binary does not know, or
// sends in such a form, is told so and what to do.
func TestWhatAnotherVersionPostedIsAnswered(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	channel, _ := r.sim.Channel("incidents")
	clicks := map[string]string{"incident:tomorrow": "INC-1", "digest:tomorrow": "DIG-1/C1", action.StepDone.ID: "INC-1", action.IncidentMenu.ID: "tomorrow/INC-1"}
	var buttons []slack.BlockElement
	for id, value := range clicks {
		buttons = append(buttons, blockkit.Button(id, value, "Tomorrow"))
	}
	posted, err := r.client.Post(t.Context(), slackapi.Post{Channel: channel.ID, Message: blockkit.Message{Text: "Tomorrow", Blocks: []slack.Block{slack.NewActionBlock("tomorrow", buttons...)}}})
	if err != nil {
		t.Fatal(err)
	}
	other := snapshot.Message{Channel: channel.ID, TS: posted.TS}
	for id, value := range clicks {
		got := r.after("anna", func() { r.click("anna", other, id, value) })
		if !strings.Contains(got, "of another version of Signalbook") || !strings.Contains(got, "Please try again in a minute, or see /playbook help") {
			t.Errorf("%s with %s was answered %q", id, value, got)
		}
	}

	// A form that another replica opened is sent in here.
	view, _ := message.Form(action.IncidentNote, message.View{Incident: incident.Incident{Number: 1}}, incident.Step{})
	view.CallbackID = "incident:tomorrow"
	second := httptest.NewServer(slackapi.NewHTTP(slackapi.HTTPOptions{
		SigningSecret: "secret", Client: r.client, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), AnswerWithin: patience,
		Handler: newer{r.handler, func(ctx context.Context, a slackapi.Action) {
			if err := r.client.OpenView(ctx, a.TriggerID, view); err != nil {
				t.Error(err)
			}
		}},
	}))
	t.Cleanup(second.Close)
	r.sim.Delivery.SetRequestURL(second.URL)
	_ = r.sim.People.CloseModal(t.Context(), "anna")
	r.click("anna", other, "incident:tomorrow", "INC-1")
	r.modal("anna")
	errs, err := r.sim.People.SubmitView(t.Context(), "anna", map[string]string{"note": "words"})
	if err != nil || !strings.Contains(errs["note"], "This form is of another version of Signalbook") {
		t.Errorf("the form got %v, %v", errs, err)
	}
}

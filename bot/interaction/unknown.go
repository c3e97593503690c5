package interaction

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
)

// textOtherVersion is said of what this binary did not put into Slack: two versions run
// during an upgrade, and after a downgrade what the newer one posted is still there.
const textOtherVersion = "This %s is of another version of Signalbook than the one that answers, so nothing was done. Please try again in a minute, or see `%s help` for what can be typed instead."

// meansNothing tells whoever clicked that this binary does not know what that means.
func (h *Handler) meansNothing(ctx context.Context, a slackapi.Action, to slackapi.Private) {
	h.Logger.Warn("a click that means nothing", "action", a.ActionID, "value", a.Value)
	h.say(ctx, to, fmt.Sprintf(textOtherVersion, "button or menu", h.Settings().Command))
}

// formMeansNothing tells the same to whoever sent in a form: in the form, which stays open
// with what was typed, or where it was opened when it has no place for it.
func (h *Handler) formMeansNothing(ctx context.Context, s slackapi.Submission) map[string]string {
	h.Logger.Warn("a modal that means nothing", "callback", s.CallbackID)
	said := fmt.Sprintf(textOtherVersion, "form", h.Settings().Command)
	if blocks := slices.Sorted(maps.Keys(s.Values)); len(blocks) > 0 {
		return map[string]string{blocks[0]: blockkit.StripMrkdwn(said)}
	}
	if from := opened(s, topic.ID{}); from != nil {
		h.say(ctx, slackapi.Private{Channel: from.Channel, User: s.UserID}, said)
	}
	return nil
}

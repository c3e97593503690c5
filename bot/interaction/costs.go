package interaction

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message/digest"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// textNoDigest answers who asks for costs where there are none.
const textNoDigest = "No digest is configured, so there are no costs to look at: see `digests` in signalbook.yml."

// costs answers what is asked about costs.
func (h *Handler) costs(ctx context.Context, c command.Command, who person, now time.Time, to slackapi.Private) blockkit.Message {
	name, trouble := h.digestNamed(c.Name)
	if trouble != "" {
		return blockkit.TextMessage(trouble)
	}
	return h.soon(ctx, to, func(ctx context.Context) blockkit.Message {
		if decision := h.maySeeDigest(ctx, who, name); !decision.Allowed {
			return blockkit.TextMessage(blockkit.Escape(sentence(decision.Reason))) // the names of digests are no secret
		}
		return h.figures(ctx, c, name, now)
	})
}

// digestNamed finds a configured digest; without a name the first.
func (h *Handler) digestNamed(name string) (found, trouble string) {
	names := h.Settings().Digests
	switch {
	case len(names) == 0:
		return "", textNoDigest
	case name == "":
		return names[0], ""
	case slices.Contains(names, name):
		return name, ""
	}
	return "", fmt.Sprintf("There is no digest `%s`. There is: `%s`.", blockkit.Escape(name), strings.Join(names, "`, `"))
}

// figures gathers and judges.
func (h *Handler) figures(ctx context.Context, c command.Command, name string, now time.Time) blockkit.Message {
	in, err := h.Gather(ctx, name, now)
	if err != nil {
		h.Logger.Warn("the figures of a digest could not be gathered", "digest", name, "error", err)
		return blockkit.TextMessage(textUnread)
	}
	if c.Verb == command.VerbCost {
		told, suggestions := report.Service(in, c.Text, c.By)
		return digest.CostAnswer(told, suggestions, h.Settings().Command)
	}
	return digest.Preview(digest.View{Report: report.Judge(in), Command: h.Settings().Command})
}

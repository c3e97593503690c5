package interaction

import (
	"context"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/action"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message/storm"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/bot/topic"
)

// blockPick begins the block_id of a storm's menu, which names the storm.
const blockPick = "pick:"

// Suggest returns the playbooks or the incidents of a storm among which a person can choose. When
// they cannot be read there are none, and Slack asks again with the next letter.
func (h *Handler) Suggest(ctx context.Context, s slackapi.Suggestion) []*slack.OptionBlockObject {
	if s.ActionID == action.IncidentStart.ID {
		return h.suggestPlaybooks(ctx, s)
	}
	n, ok := stormOf(s.ActionID, s.BlockID)
	if !ok {
		h.Logger.Warn("a menu that means nothing", "action", s.ActionID, "block", s.BlockID)
		return nil
	}
	of, ok, err := h.storm(ctx, n)
	if err != nil || !ok || !h.maySee(ctx, person{s.UserID, s.UserTeam, s.ChannelID}, of.At(), of.At(), nil).Allowed {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, h.waits.read)
	defer cancel()
	entries, unread, err := h.Store.StormMembers(ctx, n)
	if s.MessageTS != "" && err == nil {
		// A message of before Redis lost data may name another storm.
		var ok bool
		if ok, err = h.Store.Owns(ctx, event.Origin{Channel: s.ChannelID, TS: s.MessageTS, Thread: topic.Storm(n)}); err == nil && !ok {
			return nil
		}
	}
	if err != nil {
		h.Logger.Warn("the incidents of a storm could not be read", "storm", n, "error", err)
		return nil
	}
	h.tellUnread(unread)
	return storm.Options(entries, s.Query)
}

func (h *Handler) storm(ctx context.Context, n int) (incident.Storm, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, h.waits.read)
	defer cancel()
	storm, ok, err := h.Store.Storm(ctx, n)
	if err != nil {
		h.Logger.Warn("a storm could not be read", "storm", n, "error", err)
	}
	return storm, ok, err
}

// stormOf reads which storm a menu belongs to.
func stormOf(actionID, blockID string) (n int, ok bool) {
	text, named := strings.CutPrefix(blockID, blockPick)
	n, err := strconv.Atoi(text)
	return n, actionID == action.StormPick.ID && named && err == nil && n > 0
}

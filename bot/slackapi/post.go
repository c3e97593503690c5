package slackapi

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// metadataType marks our messages (Slack: message metadata, event_type). The
// payload holds the op alone: every app in the workspace may read it.
const metadataType = "playbook_op"

// Post is a message to be sent once. Channel is an id or, until Slack has told
// the id, a "#name". Op is random and tells copies of one message apart from
// others when the answer was lost.
type Post struct {
	Channel, ThreadTS string
	Message           blockkit.Message
	Op                string
	// Unmarked leaves the metadata out, which Slack refused: the op stands in the id of the message's first block then.
	Unmarked bool
	// Broadcast shows a reply in the channel too.
	Broadcast bool
}

// Posted is where a message stands. Channel is the id that Slack answered with,
// TS the message's id in it (a string, never a number).
type Posted struct {
	Channel, TS string
}

// Post sends a new message (chat.postMessage), which the caller has taken from
// its budgets. On [OutcomeUnknown] it may have been sent: look with
// [Client.FindOp] before sending again.
func (c *Client) Post(ctx context.Context, p Post) (Posted, error) {
	p.Message = blockkit.Fit(p.Message)
	options := []slack.MsgOption{
		slack.MsgOptionText(p.Message.Text, false),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
	blocks := p.Message.Blocks
	if p.Unmarked {
		blocks = marked(blocks, p.Op)
	}
	if len(blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(blocks...))
	}
	if p.Op != "" && !p.Unmarked {
		options = append(options, slack.MsgOptionMetadata(slack.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"op_id": p.Op},
		}))
	}
	if p.ThreadTS != "" {
		options = append(options, slack.MsgOptionTS(p.ThreadTS))
		if p.Broadcast {
			options = append(options, slack.MsgOptionBroadcast())
		}
	}
	var posted Posted
	var inThread string
	err := c.callPaid(ctx, "chat.postMessage", p.Channel, func() error {
		channel, ts, answer, err := c.api.PostMessageWithResponseContext(ctx, p.Channel, options...)
		if err == nil && !isTS(ts) {
			err = errors.New("the answer names no message (ts)")
		}
		if !isChannel(channel) {
			channel = p.Channel
		}
		posted, inThread = Posted{Channel: channel, TS: ts}, answer.ThreadTimestamp
		return err
	})
	c.budgets.posted(time.Now(), p.Channel)
	if err != nil {
		return Posted{}, err
	}
	if p.ThreadTS != "" && inThread == "" && c.loose(ctx, posted.Channel, p.ThreadTS) {
		return Posted{}, c.takeBack(ctx, p, posted)
	}
	return posted, nil
}

// opBlock begins the id of a block that carries an op.
const opBlock = "op:"

// marked is the message's blocks with the op in the id of the first, which is a
// rich_text block ([blockkit.FormBare]).
func marked(blocks []slack.Block, op string) []slack.Block {
	if len(blocks) == 0 {
		return blocks
	}
	first, ok := blocks[0].(*slack.RichTextBlock)
	if !ok {
		return blocks
	}
	return append([]slack.Block{slack.NewRichTextBlock(opBlock+op, first.Elements...)}, blocks[1:]...)
}

// loose reports whether the thread is certainly gone. Slack shows a reply to a
// deleted root as a message of its own; its answer then has no thread_ts. Others
// that answer like Slack may leave thread_ts out of a good answer, so only an
// explicit word counts.
func (c *Client) loose(ctx context.Context, channel, root string) bool {
	var answer struct{}
	err := c.read(ctx, "conversations.replies", channel, url.Values{
		"channel": {channel}, "ts": {root}, "limit": {"1"},
	}, &answer)
	failed, ok := errors.AsType[*Error](err)
	return ok && failed.Outcome == OutcomeGone
}

// takeBack removes a reply that fell out of its thread, so that the caller can
// post root and reply anew.
func (c *Client) takeBack(ctx context.Context, p Post, posted Posted) error {
	if err := c.Delete(ctx, posted.Channel, posted.TS); err != nil {
		return &Error{Method: "chat.postMessage", Target: p.Channel, Outcome: OutcomeUnknown, Err: err}
	}
	return &Error{Method: "chat.postMessage", Target: p.Channel, Code: "thread_not_found", Outcome: OutcomeGone,
		Err: errors.New("thread_not_found (the reply stood outside the thread and was removed)")}
}

// Update replaces text and blocks of the bot's own message (chat.update), which
// the caller has taken from its budgets; its metadata stays. Channel must be an id. Repeating is harmless.
func (c *Client) Update(ctx context.Context, channel, ts string, m blockkit.Message) error {
	m = blockkit.Fit(m)
	return c.callPaid(ctx, "chat.update", channel, func() error {
		_, _, _, err := c.api.UpdateMessageContext(ctx, channel, ts,
			slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
		return err
	})
}

// Delete removes the bot's own message (chat.delete). A message that is gone
// already counts as removed.
func (c *Client) Delete(ctx context.Context, channel, ts string) error {
	err := c.call(ctx, "chat.delete", channel, func() error {
		_, _, err := c.api.DeleteMessageContext(ctx, channel, ts)
		return err
	})
	if failed, ok := errors.AsType[*Error](err); ok && failed.Code == "message_not_found" {
		return nil
	}
	return err
}

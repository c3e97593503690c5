package slackapi

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/access"
)

// Channels finds the ids of "#name"s; ids pass as they are. Closed says of names and
// ids what to do before the bot can write there: not there, archived, or without the
// bot in it. On an error the map holds what could be found, and callers post by name
// instead.
func (c *Client) Channels(ctx context.Context, names []string) (ids, closed map[string]string, err error) {
	return c.ChannelsAsFound(ctx, names, func(FoundChannel) {})
}

// FoundChannel is a channel that was asked for: Name is as it was given, Closed what
// to do before the bot can write there. That the bot does not see it says nothing of
// Private.
type FoundChannel struct {
	Name, ID, Closed string
	Private          access.Known
}

// ChannelsAsFound is Channels that tells of each channel as soon as it is found. A
// large workspace has many pages of channels.
func (c *Client) ChannelsAsFound(ctx context.Context, names []string, found func(FoundChannel)) (ids, closed map[string]string, err error) {
	ids, closed = map[string]string{}, map[string]string{}
	wanted := map[string][]string{} // bare name -> as the caller wrote it
	for _, name := range names {
		if channelID.MatchString(name) {
			if _, asked := ids[name]; !asked {
				ids[name] = name
				looked, failed := c.lookAt(ctx, name)
				if looked.Closed != "" {
					closed[name] = looked.Closed
				}
				if err = errors.Join(err, failed); failed == nil {
					found(looked)
				}
			}
			continue
		}
		bare := strings.ToLower(strings.TrimPrefix(name, "#"))
		if !slices.Contains(wanted[bare], name) {
			wanted[bare] = append(wanted[bare], name)
		}
	}
	if len(wanted) == 0 {
		return ids, closed, err
	}
	listErr := c.listChannels(ctx, "public_channel,private_channel", wanted, ids, closed, found)
	if failed, ok := errors.AsType[*Error](listErr); ok && failed.Code == "missing_scope" {
		listErr = c.listChannels(ctx, "public_channel", wanted, ids, closed, found)
	}
	if listErr != nil {
		return ids, closed, errors.Join(err, listErr)
	}
	for _, name := range names {
		if _, ok := ids[name]; !ok {
			closed[name] = "Slack shows the bot no channel " + name + ": create it, unarchive it or correct its name in the configuration, and invite the bot with /invite"
		}
	}
	return ids, closed, err
}

// channelInfo is what we read of a channel. An answer without is_member says nothing
// about it.
type channelInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Archived bool   `json:"is_archived"`
	Member   *bool  `json:"is_member"`
	Private  bool   `json:"is_private"`
	Group    bool   `json:"is_group"` // a private channel from before March 2021
	Direct   bool   `json:"is_im"`
	Several  bool   `json:"is_mpim"` // a direct message of several people
}

// private reports whether only its members see the channel.
func (i channelInfo) private() bool { return i.Private || i.Group || i.Direct || i.Several }

// closed says what to do before the bot can write to the channel; empty when it can.
func (i channelInfo) closed(name string) string {
	switch {
	case i.Archived:
		return name + " is archived: " + strings.ReplaceAll(adviseUnarchive, "{}", name)
	case i.Member != nil && !*i.Member:
		return "the bot is not in " + name + ": " + strings.ReplaceAll(adviseInvite, "{}", name)
	}
	return ""
}

// lookAt asks about one channel by its id. That the app may not ask says nothing about
// the channel.
func (c *Client) lookAt(ctx context.Context, id string) (FoundChannel, error) {
	found := FoundChannel{Name: id, ID: id}
	var answer struct {
		Channel channelInfo `json:"channel"`
	}
	err := c.patiently(ctx, func() error {
		return c.read(ctx, "conversations.info", id, url.Values{"channel": {id}}, &answer)
	})
	failed, ok := errors.AsType[*Error](err)
	switch {
	case err == nil:
		found.Closed, found.Private = answer.Channel.closed(id), access.KnownOf(answer.Channel.private())
	case ok && failed.Concern == ConcernChannel:
		found.Closed = failed.Error()
	case ok && failed.Outcome != OutcomeRefused && failed.Concern != ConcernMethod:
		return found, err
	}
	return found, nil
}

// listChannels walks conversations.list until every wanted name has its id.
func (c *Client) listChannels(ctx context.Context, kinds string, wanted map[string][]string, ids, closed map[string]string, found func(FoundChannel)) error {
	values := url.Values{"types": {kinds}, "exclude_archived": {"true"}, "limit": {listPage}}
	missing := len(wanted)
	for {
		var page struct {
			Channels []channelInfo `json:"channels"`
			onward
		}
		if err := c.patiently(ctx, func() error { return c.read(ctx, "conversations.list", "", values, &page) }); err != nil {
			return err
		}
		for _, channel := range page.Channels {
			asked, ok := wanted[channel.Name]
			if !ok || channel.Archived || !isChannel(channel.ID) {
				continue
			}
			if _, again := ids[asked[0]]; !again {
				missing--
			}
			for _, name := range asked {
				ids[name] = channel.ID
				if why := channel.closed(name); why != "" {
					closed[name] = why
				}
				found(FoundChannel{name, channel.ID, closed[name], access.KnownOf(channel.private())})
			}
		}
		if missing == 0 || !page.turn(values) {
			return nil
		}
	}
}

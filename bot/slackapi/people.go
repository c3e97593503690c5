package slackapi

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"github.com/signalbook/signalbook/bot/access"
)

const (
	// MembersPage is how many members one call tells: below Slack's "under 1000" (conversations.members, limit).
	MembersPage = 999
	// maxMemberPages bounds what one channel may cost of the method's budget: some 20,000 people.
	maxMemberPages = 20
)

// ErrTooMany says that a channel has more members than are looked through.
var ErrTooMany = errors.New("the channel has more members than are looked through")

// ChannelMembers lists the user ids of a channel's members (conversations.members).
// Every replica may ask: the calls are counted together.
func (c *Client) ChannelMembers(ctx context.Context, channel string) ([]string, error) {
	var all []string
	values := url.Values{"channel": {channel}, "limit": {strconv.Itoa(MembersPage)}}
	for range maxMemberPages {
		var page struct {
			Members []string `json:"members"`
			onward
		}
		if err := c.readCounted(ctx, "conversations.members", channel, values, &page); err != nil {
			return nil, err
		}
		all = append(all, believed(page.Members)...)
		if !page.turn(values) {
			return all, nil
		}
	}
	return nil, ErrTooMany
}

// ChannelPrivate reports whether a channel is private (conversations.info). One that
// the bot does not see is: Slack calls it channel_not_found.
func (c *Client) ChannelPrivate(ctx context.Context, channel string) (bool, error) {
	var answer struct {
		Channel channelInfo `json:"channel"`
	}
	err := c.readCounted(ctx, "conversations.info", channel, url.Values{"channel": {channel}}, &answer)
	if failed, ok := errors.AsType[*Error](err); ok && failed.Code == "channel_not_found" {
		return true, nil
	}
	return answer.Channel.private(), err
}

// UserInfo says where a person belongs (users.info): a guest, somebody of another
// organisation, or a member of the workspace or its Enterprise organisation. The name
// is the one that Slack gives with clicks and commands, too; empty when it has none.
func (c *Client) UserInfo(ctx context.Context, user string) (kind access.Person, name string, err error) {
	id, err := c.who(ctx)
	if err != nil {
		return access.PersonUnknown, "", err
	}
	var answer struct {
		User struct {
			Name       string `json:"name"`
			TeamID     string `json:"team_id"`
			Restricted bool   `json:"is_restricted"`
			Ultra      bool   `json:"is_ultra_restricted"`
			Stranger   bool   `json:"is_stranger"`
			Enterprise struct {
				ID string `json:"enterprise_id"`
			} `json:"enterprise_user"`
		} `json:"user"`
	}
	err = c.readCounted(ctx, "users.info", user, url.Values{"user": {user}}, &answer)
	if failed, ok := errors.AsType[*Error](err); ok && (failed.Code == "user_not_found" || failed.Code == "user_not_visible") {
		return access.PersonExternal, "", nil // Slack knows everybody who belongs here
	}
	said := answer.User
	switch {
	case err != nil:
		return access.PersonUnknown, "", err
	case said.Stranger:
		kind = access.PersonExternal
	case id.external(said.TeamID) && (id.EnterpriseID == "" || said.Enterprise.ID != id.EnterpriseID):
		kind = access.PersonExternal
	case said.Restricted || said.Ultra:
		kind = access.PersonGuest
	default:
		kind = access.PersonOurs
	}
	return kind, said.Name, nil
}

// Outside reports whether the workspace that came with what a person did says already
// that he belongs to another organisation. Of sister workspaces only users.info tells.
func (c *Client) Outside(team string) bool {
	id := c.identity.Load()
	return id != nil && id.EnterpriseID == "" && id.external(team)
}

// readCounted is read for what every replica asks.
func (c *Client) readCounted(ctx context.Context, method, target string, values url.Values, into any) error {
	if err := c.spend(ctx, method, target); err != nil {
		return err
	}
	return c.read(ctx, method, target, values, into)
}

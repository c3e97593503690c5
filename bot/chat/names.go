package chat

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/access"
)

const (
	// listPage is the limit that Slack recommends for conversations.list; it refuses
	// 1,000 and more.
	listPage = "200"
	// maxLimitedWaits bounds how often one resolution of names sits out a limit
	// (Slack: 20 pages a minute), maxLimitedWait how long each time.
	maxLimitedWaits = 5
	maxLimitedWait  = time.Minute
)

var (
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)
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
			Next     struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
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
		if missing == 0 || page.Next.Cursor == "" || page.Next.Cursor == values.Get("cursor") {
			return nil
		}
		values.Set("cursor", page.Next.Cursor)
	}
}

// Person is who a name stands for. Mention notifies them in mrkdwn.
type Person struct {
	Mention string // <@U1> or <!subteam^S1>
	Group   bool
	ID      string
	Members []string // user ids of a group; nil when Slack did not tell them along with the group
}

// PersonOf is the Person with that user's or group's id.
func PersonOf(id string) Person {
	if groupID.MatchString(id) {
		return Person{Mention: "<!subteam^" + id + ">", Group: true, ID: id}
	}
	return Person{Mention: "<@" + id + ">", ID: id}
}

// People finds who names stand for: "@handle" and S… ids are user groups,
// "anna@example.com" a user, U… ids pass as they are. Unknown lists those that
// Slack does not know, disabled groups among them. On an error the map holds what
// could be found, and a name in neither could not be asked about.
func (c *Client) People(ctx context.Context, names []string) (map[string]Person, []string, error) {
	people := map[string]Person{}
	var unknown []string
	var failures []error
	var groups map[string]Person
	list := func() {
		if groups != nil {
			return
		}
		var err error
		if groups, err = c.groups(ctx); err != nil {
			failures = append(failures, err)
		}
	}
	for _, name := range names {
		if _, done := people[name]; done || slices.Contains(unknown, name) {
			continue
		}
		switch {
		case userID.MatchString(name):
			people[name] = PersonOf(name)
		case strings.Contains(strings.TrimPrefix(name, "@"), "@"):
			id, err := c.userByEmail(ctx, strings.TrimPrefix(name, "@"))
			if err != nil {
				failures = append(failures, err)
			} else if id == "" {
				unknown = append(unknown, name)
			} else {
				people[name] = PersonOf(id)
			}
		default:
			list()
			key := strings.TrimPrefix(name, "@")
			if !groupID.MatchString(name) {
				key = strings.ToLower(key)
			}
			group, ok := groups[key]
			switch {
			case ok:
				people[name] = group
			case !hasMethod(failures, "usergroups.list"):
				unknown = append(unknown, name)
			case groupID.MatchString(name):
				people[name] = PersonOf(name) // it can be mentioned all the same
			}
		}
	}
	return people, unknown, errors.Join(failures...)
}

// IsChannelID reports whether a channel is given by its id.
func IsChannelID(channel string) bool { return channelID.MatchString(channel) }

// GroupNames are the names among those that stand for user groups.
func GroupNames(names []string) []string {
	var groups []string
	for _, name := range names {
		if !userID.MatchString(name) && !strings.Contains(strings.TrimPrefix(name, "@"), "@") {
			groups = append(groups, name)
		}
	}
	return groups
}

// userByEmail is the user's id, empty when Slack knows nobody with the address.
func (c *Client) userByEmail(ctx context.Context, email string) (string, error) {
	var answer struct {
		User struct {
			ID      string `json:"id"`
			Deleted bool   `json:"deleted"`
		} `json:"user"`
	}
	err := c.patiently(ctx, func() error {
		return c.read(ctx, "users.lookupByEmail", email, url.Values{"email": {email}}, &answer)
	})
	if failed, ok := errors.AsType[*Error](err); ok && failed.Code == "users_not_found" {
		return "", nil
	}
	if err != nil || answer.User.Deleted || !isUser(answer.User.ID) {
		return "", err
	}
	return answer.User.ID, nil
}

// groups maps the handles and ids of the workspace's user groups to them, members
// included where Slack tells them: one call in place of one a group. Disabled ones
// (Slack: date_delete is not 0) are nobody. The map is never nil, so that a refusal
// is asked for once.
func (c *Client) groups(ctx context.Context) (map[string]Person, error) {
	groups := map[string]Person{}
	var answer struct {
		Groups []struct {
			ID       string   `json:"id"`
			Handle   string   `json:"handle"`
			Disabled int64    `json:"date_delete"`
			Users    []string `json:"users"`
		} `json:"usergroups"`
	}
	err := c.patiently(ctx, func() error {
		return c.read(ctx, "usergroups.list", "", url.Values{"include_users": {"true"}}, &answer)
	})
	if err != nil {
		return groups, err
	}
	for _, group := range answer.Groups {
		if group.Disabled == 0 && isID(groupsOf, group.ID) {
			found := Person{Mention: "<!subteam^" + group.ID + ">", Group: true, ID: group.ID, Members: believed(group.Users)}
			groups[strings.ToLower(group.Handle)], groups[group.ID] = found, found
		}
	}
	return groups, nil
}

// Members lists the user ids of a user group (usergroups.users.list).
func (c *Client) Members(ctx context.Context, groupID string) ([]string, error) {
	var answer struct {
		Users []string `json:"users"`
	}
	err := c.patiently(ctx, func() error {
		return c.read(ctx, "usergroups.users.list", groupID, url.Values{"usergroup": {groupID}}, &answer)
	})
	if err != nil {
		return nil, err
	}
	return believed(answer.Users), nil
}

// believed are the users among ids that have the shape of one. Nil stays nil: the
// members were not told.
func believed(ids []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { return !isUser(id) })
}

// patiently repeats a read that Slack limits, after the time Slack asks for.
func (c *Client) patiently(ctx context.Context, read func() error) error {
	for range maxLimitedWaits {
		err := read()
		failed, ok := errors.AsType[*Error](err)
		if !ok || failed.Outcome != OutcomeLimited || failed.Code == CodeUnreachable || failed.RetryAfter > maxLimitedWait {
			return err
		}
		timer := time.NewTimer(failed.RetryAfter)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
	return read()
}

func hasMethod(failures []error, method string) bool {
	return slices.ContainsFunc(failures, func(err error) bool {
		failed, ok := errors.AsType[*Error](err)
		return ok && failed.Method == method
	})
}

package slackapi

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
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

// Ids among configured names are capitals only: isID would take a group called Support for one.
var (
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)
	groupID   = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)
)

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
// "anna@example.com" and U… ids users. Unknown lists those that Slack does not know,
// disabled groups and deactivated people among them. On an error the map holds what
// could be found, ids as they are, and a name in neither could not be asked about.
func (c *Client) People(ctx context.Context, names []string) (map[string]Person, []string, error) {
	people := map[string]Person{}
	var unknown []string
	var failures []error
	var groups map[string]Person
	for _, name := range names {
		if _, done := people[name]; done || slices.Contains(unknown, name) {
			continue
		}
		switch {
		case userID.MatchString(name):
			gone, err := c.goneUser(ctx, name)
			if gone {
				unknown = append(unknown, name)
				break
			}
			if err != nil {
				failures = append(failures, err)
			}
			people[name] = PersonOf(name)
		case isEmail(name):
			id, err := c.userByEmail(ctx, strings.TrimPrefix(name, "@"))
			if err != nil {
				failures = append(failures, err)
			} else if id == "" {
				unknown = append(unknown, name)
			} else {
				people[name] = PersonOf(id)
			}
		default:
			if groups == nil {
				var err error
				if groups, err = c.groups(ctx); err != nil {
					failures = append(failures, err)
				}
			}
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
		if !userID.MatchString(name) && !isEmail(name) {
			groups = append(groups, name)
		}
	}
	return groups
}

// isEmail reports whether a name is an address: those of groups begin with the only @.
func isEmail(name string) bool { return strings.Contains(strings.TrimPrefix(name, "@"), "@") }

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

// goneUser reports whether Slack knows no active user with the id.
func (c *Client) goneUser(ctx context.Context, id string) (bool, error) {
	var answer struct {
		User struct {
			Deleted bool `json:"deleted"`
		} `json:"user"`
	}
	err := c.patiently(ctx, func() error {
		return c.read(ctx, "users.info", id, url.Values{"user": {id}}, &answer)
	})
	if failed, ok := errors.AsType[*Error](err); ok && failed.Code == "user_not_found" {
		return true, nil
	}
	return answer.User.Deleted, err
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

package keeper

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/chat"
)

// askGroups asks Slack once more about the groups alone, with one call.
func (d *directory) askGroups(ctx context.Context) error {
	ids := map[string]string{}
	groups, _, err := d.askPeople(ctx, chat.GroupNames(d.Settings().People), ids)
	err = errors.Join(err, d.Store.SetNames(ctx, ids))
	for name, group := range groups {
		if group.Members != nil {
			err = errors.Join(err, d.keepMembers(ctx, name, group.Members))
		}
	}
	return err
}

// askMembers keeps whom a name stands for.
func (d *directory) askMembers(ctx context.Context, name string, person chat.Person) error {
	users := []string{person.ID}
	if person.Group {
		users = person.Members
	}
	if users == nil {
		var err error
		if users, err = d.Slack.Members(ctx, person.ID); err != nil {
			return err
		}
	}
	return d.keepMembers(ctx, name, users)
}

// keepMembers keeps whom a name stands for, in Redis too when that is news. Here it
// holds at once: who was taken out of a group acts no more, whatever Redis does.
func (d *directory) keepMembers(ctx context.Context, name string, users []string) error {
	d.mu.Lock()
	before, known := d.members[name]
	d.members[name] = users
	stored := known && slices.Equal(before, users) && !d.unsaved[name]
	d.mu.Unlock()
	if stored {
		return nil
	}
	err := d.Store.SetMembers(ctx, name, users)
	d.mu.Lock()
	d.unsaved[name] = err != nil // to be kept at the next try
	d.mu.Unlock()
	return err
}

// refuse says why a user may not act on what is reserved for responders; empty
// when he may. Names that Slack never explained let nobody in.
func (d *directory) refuse(ctx context.Context, user string, responders []string) (string, error) {
	if len(responders) == 0 {
		return "", nil
	}
	var unknown []string
	for _, name := range responders {
		users, known, err := d.who(ctx, name)
		switch {
		case err != nil:
			return "", err
		case name == user || slices.Contains(users, user):
			return "", nil
		case !known:
			unknown = append(unknown, name)
		}
	}
	sentence := "only " + strings.Join(responders, ", ") + " may act here"
	if len(unknown) > 0 {
		sentence += "; who is in " + strings.Join(unknown, ", ") + " is not known yet, because Slack has not said so"
	}
	return sentence, nil
}

// who returns the users that a name stands for, as Slack last said: in this
// reign, else in an earlier one.
func (d *directory) who(ctx context.Context, name string) (users []string, known bool, err error) {
	d.mu.Lock()
	users, known = d.members[name]
	d.mu.Unlock()
	if known {
		return users, true, nil
	}
	return d.Store.Members(ctx, name)
}

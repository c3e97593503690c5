package directory

import (
	"context"
	"errors"
	"slices"

	"github.com/signalbook/signalbook/bot/access"
	"github.com/signalbook/signalbook/bot/slackapi"
)

// askGroups asks Slack once more about the groups alone, with one call. Those that
// are in the configuration no more are among them: incidents from before still go by
// them.
func (d *Directory) askGroups(ctx context.Context) error {
	ids := map[string]string{}
	kept, err := d.Store.Directory.MemberNames(ctx)
	names := slices.Concat(d.Names().People, kept)
	slices.Sort(names)
	groups, _, errAsked := d.askPeople(ctx, slackapi.GroupNames(slices.Compact(names)), ids)
	err = errors.Join(err, errAsked, d.Store.Directory.SetNames(ctx, ids))
	for name, group := range groups {
		if group.Members != nil {
			err = errors.Join(err, d.keepMembers(ctx, name, group.Members))
		}
	}
	return err
}

// keepPrivate keeps which channels are private: endpoints need not ask about them.
func (d *Directory) keepPrivate(ctx context.Context, private map[string]bool) error {
	var errs []error
	for id, is := range private {
		errs = append(errs, d.Store.Directory.SetRosterPrivate(ctx, id, is, d.Store.Now()))
	}
	return errors.Join(errs...)
}

// askMembers keeps whom a name stands for.
func (d *Directory) askMembers(ctx context.Context, name string, person slackapi.Person) error {
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
func (d *Directory) keepMembers(ctx context.Context, name string, users []string) error {
	d.mu.Lock()
	before, known := d.members[name]
	d.members[name] = users
	stored := known && slices.Equal(before, users) && !d.unsaved[name]
	d.mu.Unlock()
	if stored {
		return nil
	}
	err := d.Store.Directory.SetMembers(ctx, name, users)
	d.mu.Lock()
	d.unsaved[name] = err != nil // to be kept at the next try
	d.mu.Unlock()
	return err
}

// May decides about something that needs a right, at a place, on the facts that came with it.
func (d *Directory) May(ctx context.Context, right access.Right, user string, facts access.Facts, at access.Place, external bool) (access.Decision, error) {
	q := access.Question{Right: right, Facts: facts, Role: at.Role, Channel: at.Channel, Responders: at.Responders, Responder: access.No, External: external}
	for _, name := range at.Responders {
		users, known, err := d.who(ctx, name)
		switch {
		case err != nil:
			return access.Decision{}, err
		case name == user || slices.Contains(users, user):
			q.Responder = access.Yes
		case !known:
			q.Unexplained = append(q.Unexplained, name)
		}
	}
	return q.Decide(), nil
}

// who returns the users that a name stands for, as Slack last said: in this
// term, else in an earlier one.
func (d *Directory) who(ctx context.Context, name string) (users []string, known bool, err error) {
	d.mu.Lock()
	users, known = d.members[name]
	d.mu.Unlock()
	if known {
		return users, true, nil
	}
	return d.Store.Directory.Members(ctx, name)
}

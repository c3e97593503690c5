package command

import (
	"strings"
	"unicode/utf8"

	"github.com/signalbook/signalbook/playbooks/handbook"
)

// users reads a number of users, of several words too ("75 million"); none stands
// for the organisation's own.
func (r *reader) users(c Command) (Command, error) {
	if r.rest == "" {
		return c, nil
	}
	users, err := handbook.ParseUsers(r.rest)
	if err != nil {
		return Command{}, r.wrong("", "%s is no number of users: write it like `75M`, `300k`, `0.5B` or `75,000,000`", quote(r.rest))
	}
	c.Users = &users
	return c, nil
}

// ask reads a question, or the name of something in the handbook.
func (r *reader) ask(c Command) (Command, error) {
	c.Text = strings.Trim(strings.TrimSpace(r.rest), `"“”`)
	n := utf8.RuneCountInString(c.Text)
	switch {
	case n == 0 && r.verb == VerbAsk:
		return Command{}, r.wrong("", "What is the question?")
	case n == 0:
		return Command{}, r.wrong("", "Which %s?", r.verb)
	case n > maxNote:
		return Command{}, r.wrong("", "That has %d characters, %d are read", n, maxNote)
	}
	return c, nil
}

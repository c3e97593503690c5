package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

var (
	channelID = regexp.MustCompile(`^[CG][A-Z0-9]{5,20}$`)
	userID    = regexp.MustCompile(`^[UW][A-Z0-9]{5,20}$`)
	groupName = regexp.MustCompile(`^@[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$`)
	email     = regexp.MustCompile(`^[^@\s<>,;:"]{1,64}@[^@\s<>,;:"]+\.[^@\s<>,;:"]+$`)
)

// everyone are Slack's own groups: a bot that pings few never writes them.
var everyone = [...]string{"@channel", "@here", "@everyone"}

// channel checks "#name" or a channel id. Slack: names of at most 80 characters,
// without capitals, spaces and most punctuation.
func (p place) channel(name string) {
	p.named(name)
	if channelID.MatchString(name) {
		return
	}
	bare, ok := strings.CutPrefix(name, "#")
	switch {
	case !ok:
		p.problem("%q is not a channel: write \"#name\" with quotes, or the channel's id (C...)", name)
	case bare == "" || utf8.RuneCountInString(bare) > 80:
		p.problem("%q is not a channel: its name has 1 to 80 characters", name)
	case strings.ContainsFunc(bare, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsSpace(r) }):
		p.problem("%q is not a channel: names in Slack have neither capitals nor spaces", name)
	case strings.ContainsFunc(bare, func(r rune) bool {
		return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	}):
		p.problem("%q is not a channel: names in Slack have letters, digits, - and _ only", name)
	}
}

// people checks who may be mentioned: user groups by @name, people by e-mail or id.
func (p place) people(names []string) {
	for i, name := range names {
		at := p.at(i)
		at.named(name)
		switch {
		case name == "":
			at.problem("a name must not be empty")
		case slices.Contains(everyone[:], name):
			at.problem("%s would ping everybody: name a user group", name)
		case !groupName.MatchString(name) && !email.MatchString(name) && !userID.MatchString(name):
			at.problem("%q is nobody: write a user group as \"@name\" with quotes, a person as e-mail address or id (U...)", name)
		case slices.Index(names, name) < i:
			at.problem("%q is given twice", name)
		}
	}
}

// named remembers where a channel or a person is first named, for problems that
// only Slack can tell.
func (p place) named(name string) {
	if _, ok := p.file.named[name]; !ok {
		p.file.named[name] = p.file.doc.Problem("", p.path...)
	}
}

// Problem is a problem of a channel or person that the configuration names, at
// the place where it first does.
func (c *Config) Problem(name, text string) yamlfile.Problem {
	problem, ok := c.named[name]
	if !ok {
		problem = yamlfile.Problem{File: c.path}
	}
	problem.Text = text
	return problem
}

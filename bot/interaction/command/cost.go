package command

import (
	"strings"
	"unicode/utf8"
)

// cost reads the name of a service, which may have spaces.
func (r *reader) cost(c Command) (Command, error) {
	if r.rest, c.By = byOf(r.rest); c.By != "" && strings.TrimSpace(r.rest) == "" {
		return Command{}, r.wrong("", "Which service? `cost` lists them")
	}
	c.Text = strings.Trim(strings.TrimSpace(r.rest), `"“”`)
	if n := utf8.RuneCountInString(c.Text); n > maxTitle {
		return Command{}, r.wrong("", "The service has %d characters, %d are allowed", n, maxTitle)
	}
	return c, nil
}

// dimensions are what a service's costs can be told apart by.
var dimensions = [...]string{"account", "region", "sku", "team"}

// byOf cuts "by account" off the end of what was typed. Other words after by are part
// of a service's name.
func byOf(text string) (rest, by string) {
	words := strings.Fields(text)
	n := len(words)
	if n < 2 || !strings.EqualFold(words[n-2], "by") {
		return text, ""
	}
	for _, name := range dimensions {
		if strings.TrimSuffix(strings.ToLower(words[n-1]), "s") == name {
			return strings.Join(words[:n-2], " "), name
		}
	}
	return text, ""
}

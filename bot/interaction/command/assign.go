package command

import "strings"

// assign reads who leads: one person, by mention, or "me". Raw is what was typed, as Slack
// sent it: a name may have spaces, and may be missing.
func (r *reader) assign(c Command, raw string) (Command, error) {
	var people []Person
	rest := reference.ReplaceAllStringFunc(raw, func(found string) string {
		parts := reference.FindStringSubmatch(found)
		id, person := strings.CutPrefix(parts[1], "@")
		if !person {
			return found
		}
		p := Person{ID: id}
		if parts[2] != "" {
			p.Name = strings.TrimPrefix(plain(found), "@")
		}
		people = append(people, p)
		return "@" + id
	})
	words := strings.Fields(plain(rest))
	last := words[len(words)-1]
	switch {
	case strings.EqualFold(c.Text, "me"):
		c.Text, c.People = "", nil
		return c, nil
	case len(people) > 1:
		return Command{}, r.wrong("", "One person leads: mention only one")
	case len(people) == 0 || last != "@"+people[0].ID || len(words) > 4:
		return Command{}, r.wrong("", "%s is nobody whom Slack knows: mention one person, such as `@anna`, or say `me`", quote(c.Text))
	}
	c.Text, c.People = "", people
	return c, nil
}

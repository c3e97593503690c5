package command

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// reference is what Slack puts in for mentions and links; a "<" that a person
// typed comes as &lt;.
var reference = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// plain turns Slack's text into what the person saw: references by their names,
// entities as signs (so that rendering escapes them exactly once), no control or
// direction-changing characters.
func plain(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = reference.ReplaceAllStringFunc(text, func(ref string) string {
		parts := reference.FindStringSubmatch(ref)
		return name(parts[1], parts[2])
	})
	text = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
	text = strings.Map(func(s rune) rune {
		switch {
		case s == '\n':
			return s
		case unicode.IsControl(s), unicode.IsSpace(s):
			return ' '
		case s >= '\u202A' && s <= '\u202E', s >= '\u2066' && s <= '\u2069':
			return -1
		}
		return s
	}, text)
	return strings.TrimSpace(text)
}

// maxPeople bounds how many people of one text are known as such.
const maxPeople = 5

// mentioned are the people in a text as Slack sent it, by the names that plain writes
// for them.
func mentioned(text string) (people []Person) {
	for _, parts := range reference.FindAllStringSubmatch(text, -1) {
		id, person := strings.CutPrefix(parts[1], "@")
		if !person || parts[2] == "" || len(people) == maxPeople {
			continue
		}
		if p := (Person{id, strings.TrimPrefix(plain(parts[0]), "@")}); !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	return people
}

// unnamed are what references read as that come without a name: no person reads ids.
var unnamed = map[byte]string{'U': "@somebody", 'W': "@somebody", 'S': "@a-group", 'C': "#a-channel", 'G': "#a-channel", 'D': "#a-channel"}

// name is how a reference reads without its markup.
func name(target, shown string) string {
	if target == "" {
		return shown
	}
	kind, id := target[0], target[1:]
	switch kind {
	case '@', '#':
		if shown == "" && id != "" && unnamed[id[0]] != "" {
			return unnamed[id[0]]
		}
		if shown == "" {
			shown = id
		}
		return string(kind) + strings.TrimPrefix(shown, string(kind))
	case '!':
		if shown == "" && strings.HasPrefix(id, "subteam^") {
			return unnamed['S']
		}
		if shown == "" {
			shown, _, _ = strings.Cut(id, "^")
		}
		return "@" + strings.TrimPrefix(shown, "@")
	}
	if shown == "" || strings.HasSuffix(target, shown) {
		return target
	}
	return shown + " (" + target + ")"
}

// cut takes the first word off.
func cut(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimSpace(text[end:])
}

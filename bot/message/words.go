package message

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/incident"
)

// maxPeople bounds how many names of one text are shown as people.
const maxPeople = 5

// words shows what a person wrote, with those whom it mentions as people; in a post it
// notifies them.
func (p *paragraph) words(text string, people []incident.User) *paragraph {
	eachName(text, people, func(before string, u incident.User) { p.text(before).user(u) }, func(rest string) { p.text(rest) })
	return p
}

// quoted is what a person wrote as a text object of at most limit bytes of JSON: mrkdwn
// only where it mentions somebody, and there is room for that.
func quoted(text string, people []incident.User, limit int) *slack.TextBlockObject {
	var b strings.Builder
	named := false
	eachName(text, people, func(before string, u incident.User) {
		named = true
		b.WriteString(around(before))
		b.WriteString(user(u))
	}, func(rest string) { b.WriteString(around(rest)) })
	if !named || jsonLength(b.String()) > limit {
		return plain("“" + text + "”")
	}
	return markup("“" + b.String() + "”")
}

// around is Harmless for what stands before and after a name: its blanks stay.
func around(s string) string {
	inner := strings.TrimSpace(s)
	if inner == "" {
		return s
	}
	before, after, _ := strings.Cut(s, inner)
	return before + Harmless(inner) + after
}

// eachName goes through a text by the names in it that stand behind an @ and are a
// person's, the longest that fits.
func eachName(text string, people []incident.User, name func(before string, u incident.User), rest func(string)) {
	people = slices.SortedFunc(slices.Values(people), func(a, b incident.User) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	shown, from := 0, 0
	for at := 0; at < len(text) && shown < maxPeople && len(people) > 0; at++ {
		if text[at] != '@' || letter(utf8.DecodeLastRuneInString(text[:at])) {
			continue
		}
		k := slices.IndexFunc(people, func(u incident.User) bool {
			after, is := strings.CutPrefix(text[at+1:], u.Name)
			return is && u.Name != "" && !goesOn(after)
		})
		if k < 0 || !slackID.MatchString(people[k].ID) {
			continue
		}
		name(text[from:at], people[k])
		from = at + 1 + len(people[k].Name)
		at = from - 1
		shown++
	}
	rest(text[from:])
}

// goesOn reports whether what follows a name makes it a longer one: anna.lee, anna-x.
func goesOn(after string) bool {
	return letter(utf8.DecodeRuneInString(strings.TrimLeft(after, ".-")))
}

func letter(r rune, _ int) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

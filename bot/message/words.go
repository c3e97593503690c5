package message

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// maxPeople bounds how many names of one text are shown as people.
const maxPeople = 5

// addWords adds what a person wrote, with those whom it mentions as people; in a post it
// notifies them.
func addWords(p *blockkit.Paragraph, text string, people []incident.User) *blockkit.Paragraph {
	for _, s := range spokenOf(text, people) {
		if p.Text(s.text); s.then.ID != "" {
			p.User(s.then.ID, PersonName(s.then))
		}
	}
	return p
}

// quoted is what a person wrote as a text object of at most limit bytes of JSON: mrkdwn
// only where it mentions somebody, and there is room for that.
func quoted(text string, people []incident.User, limit int) *slack.TextBlockObject {
	var b strings.Builder
	said := spokenOf(text, people)
	for _, s := range said {
		if b.WriteString(around(s.text)); s.then.ID != "" {
			b.WriteString(user(s.then))
		}
	}
	if len(said) == 1 || blockkit.JSONLength(b.String()) > limit {
		return blockkit.PlainText("“" + text + "”")
	}
	return blockkit.Mrkdwn("“" + b.String() + "”")
}

// around is EscapeMrkdwn for what stands before and after a name: its blanks stay.
func around(s string) string {
	inner := strings.TrimSpace(s)
	if inner == "" {
		return s
	}
	before, after, _ := strings.Cut(s, inner)
	return before + blockkit.EscapeMrkdwn(inner) + after
}

// spoken is a piece of what a person wrote, and whom the name behind it means; the last
// piece has none.
type spoken struct {
	text string
	then incident.User
}

// spokenOf divides a text at the names in it that stand behind an @ and are a person's,
// the longest that fits.
func spokenOf(text string, people []incident.User) (all []spoken) {
	people = slices.SortedFunc(slices.Values(people), func(a, b incident.User) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	from := 0
	for at := 0; at < len(text) && len(all) < maxPeople && len(people) > 0; at++ {
		if text[at] != '@' || letter(utf8.DecodeLastRuneInString(text[:at])) {
			continue
		}
		k := slices.IndexFunc(people, func(u incident.User) bool {
			after, is := strings.CutPrefix(text[at+1:], u.Name)
			return is && u.Name != "" && !goesOn(after)
		})
		if k < 0 || !blockkit.IsUserID(people[k].ID) {
			continue
		}
		all = append(all, spoken{text[from:at], people[k]})
		from = at + 1 + len(people[k].Name)
		at = from - 1
	}
	return append(all, spoken{text: text[from:]})
}

// goesOn reports whether what follows a name makes it a longer one: anna.lee, anna-x.
func goesOn(after string) bool {
	return letter(utf8.DecodeRuneInString(strings.TrimLeft(after, ".-")))
}

func letter(r rune, _ int) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' }

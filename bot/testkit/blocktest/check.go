package blocktest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/blockkit"
)

// markupAllowed is all that may stand between < and > in mrkdwn: our dates, the
// mentions of Names and of users, an author's web links.
var markupAllowed = regexp.MustCompile(`^<(!date\^\d+\^(\{date_short_pretty\} )?\{time\}\|[-:0-9 ]+ UTC|@U[A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|https?://[^<>|]+(\|[^<>|]+)?)>`)

var (
	likeMention = regexp.MustCompile(`<[!@#]`)
	entity      = regexp.MustCompile(`^&(amp|lt|gt);`)
)

// Problems checks a message as Slack gets it, apart from the code that made it.
func Problems(t testing.TB, m blockkit.Message) []string {
	c := &checker{ids: map[string]bool{}}
	if n := Units(m.Text); n == 0 || n > 3000 {
		c.fail("fallback text has %d characters", n)
	}
	c.markup("fallback", m.Text)
	blocks := Generic(t, m.Blocks)
	if len(blocks) == 0 || len(blocks) > 50 {
		c.fail("%d blocks", len(blocks))
	}
	for _, b := range blocks {
		c.block(b.(map[string]any))
	}
	if len(m.Text) > 3_800 {
		c.fail("fallback text has %d bytes", len(m.Text))
	}
	if sent, err := json.Marshal(m.Blocks); err != nil || len(sent) > 11_000+2 {
		c.fail("%d bytes of JSON, %v", len(sent), err)
	}
	return c.found
}

// Units counts UTF-16 units.
func Units(s string) int { return len(utf16.Encode([]rune(s))) }

type checker struct {
	found []string
	ids   map[string]bool
	total int
}

func (c *checker) fail(format string, values ...any) {
	c.found = append(c.found, fmt.Sprintf(format, values...))
}

func (c *checker) block(b map[string]any) {
	id, _ := b["block_id"].(string)
	if id == "" || len(id) > 255 || c.ids[id] {
		c.fail("block_id %q is missing, too long or not unique", id)
	}
	c.ids[id] = true
	limit := map[string]int{"header": 150, "section": 3000}[fmt.Sprint(b["type"])]
	if text, ok := b["text"].(map[string]any); ok && (Units(text["text"].(string)) > limit || Units(text["text"].(string)) == 0) {
		c.fail("%s: text of %d characters", id, Units(text["text"].(string)))
	}
	if elements, ok := b["elements"].([]any); ok {
		most := map[string]int{"context": 10, "actions": 25, "rich_text": 200}[fmt.Sprint(b["type"])]
		if len(elements) == 0 || len(elements) > most {
			c.fail("%s: %d elements", id, len(elements))
		}
	}
	c.walk(id, b)
}

// walk looks at every object of a block.
func (c *checker) walk(at string, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			c.walk(at, e)
		}
	case map[string]any:
		if s, ok := v["text"].(string); ok {
			c.text(at, fmt.Sprint(v["type"]), s)
		}
		if s, ok := v["url"].(string); ok {
			c.total += Units(s)
			if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") || Units(s) > 3000 || strings.ContainsAny(s, "<>| ") {
				c.fail("%s: address %.80q", at, s)
			}
		}
		if s, ok := v["fallback"].(string); ok {
			c.total += Units(s) + Units(v["format"].(string))
		}
		if v["type"] == "button" && Units(v["text"].(map[string]any)["text"].(string)) > 75 {
			c.fail("%s: button text too long", at)
		}
		if s, ok := v["value"].(string); ok && Units(s) > 75 {
			c.fail("%s: value %q too long", at, s)
		}
		if v["type"] == "date" && v["timestamp"].(float64) <= 0 {
			c.fail("%s: date %v", at, v["timestamp"])
		}
		for _, e := range v {
			c.walk(at, e)
		}
	}
}

func (c *checker) text(at, kind, s string) {
	c.total += Units(s)
	if s == "" {
		c.fail("%s: empty text", at)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u2028' {
			c.fail("%s: sign %U in %.60q", at, r, s)
		}
	}
	if kind == "mrkdwn" {
		c.markup(at, s)
	} else if !strings.HasPrefix(at, "commands:") && likeMention.MatchString(s) {
		c.fail("%s: %.60q could be taken for a mention", at, s)
	}
}

func (c *checker) markup(at, s string) {
	for k := range s {
		if s[k] == '<' && !markupAllowed.MatchString(s[k:]) {
			c.fail("%s: markup that nobody meant: %.80q", at, s[k:])
		}
		if s[k] == '&' && !entity.MatchString(s[k:]) {
			c.fail("%s: a cut or bare entity: %.20q", at, s[k:])
		}
	}
}

// Notified are the mentions in a message that notify when it is posted.
func Notified(t testing.TB, m blockkit.Message) []string {
	found := regexp.MustCompile(`<(@U[A-Z0-9]+|!subteam\^S[A-Z0-9]+)>`).FindAllString(Readable(t, m), -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// Texts returns what every value of a "text" key in the blocks' JSON says.
func Texts(t *testing.T, m blockkit.Message) []string {
	t.Helper()
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if text, ok := v["text"].(string); ok {
				if v["type"] == "mrkdwn" {
					text = strings.TrimSuffix(blockkit.Terminal(blockkit.Message{Blocks: []slack.Block{blockkit.Section("one", text)}}), "\n")
				}
				all = append(all, text)
			}
			for key, value := range v {
				if key == "options" && v["type"] == "static_select" {
					continue // a menu that is not open
				}
				walk(value)
			}
		case []any:
			for _, value := range v {
				walk(value)
			}
		}
	}
	walk(Generic(t, m.Blocks))
	return all
}

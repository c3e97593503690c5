package blockkit

import (
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
)

// richTextPart is one of the four parts a rich_text block is made of.
func richTextPart(c *checker, at string, v any) {
	inline := list(0, 1000, richTextInline)
	s := shape{must: []string{"elements"}, may: map[string]rule{"type": text(1, maxID), "elements": inline}}
	switch Kind(v) {
	case "rich_text_section":
	case "rich_text_quote":
		s.may["border"] = integer(0, 1)
	case "rich_text_preformatted":
		s.may["border"] = integer(0, 1)
		s.may["language"] = text(1, 100)
		s.may["elements"] = list(0, 1000, func(c *checker, at string, v any) {
			if k := Kind(v); k != "text" && k != "link" {
				c.fail(at+"/type", "unsupported type: %s", k)
				return
			}
			richTextInline(c, at, v)
		})
	case "rich_text_list":
		s.must = append(s.must, "style")
		s.may["style"] = oneOf("bullet", "ordered")
		s.may["indent"] = integer(0, 8)
		s.may["offset"] = integer(0, 1e6)
		s.may["border"] = integer(0, 1)
		s.may["elements"] = list(1, 1000, func(c *checker, at string, v any) {
			if k := Kind(v); k != "rich_text_section" {
				c.fail(at+"/type", "unsupported type: %s", k)
				return
			}
			richTextPart(c, at, v)
		})
	default:
		c.fail(at+"/type", "unsupported type: %s", Kind(v))
		return
	}
	c.object(at, v, s)
}

// richTextInline is a piece of a line.
func richTextInline(c *checker, at string, v any) {
	s := shape{may: map[string]rule{"type": text(1, maxID), "style": textStyle}}
	need := func(name string, r rule) { s.must, s.may[name] = append(s.must, name), r }
	switch Kind(v) {
	case "text":
		need("text", text(1, 1e6))
	case "link":
		need("url", link("http", "https", "mailto", "tel", "slack"))
		s.may["text"] = text(0, 1e6)
		s.may["unsafe"] = isBool
	case "user":
		need("user_id", text(1, maxID))
	case "usergroup":
		need("usergroup_id", text(1, maxID))
	case "channel":
		need("channel_id", text(1, maxID))
	case "team":
		need("team_id", text(1, maxID))
	case "broadcast":
		need("range", oneOf("here", "channel", "everyone"))
	case "emoji":
		need("name", text(1, 100))
		s.may["unicode"] = text(1, 100)
		s.may["skin_tone"] = integer(1, 6)
		s.may["url"] = link("http", "https")
	case "color":
		need("value", text(1, 20))
	case "date":
		need("timestamp", integer(0, 1e11))
		need("format", dateFormat)
		s.may["fallback"] = text(1, 3000)
		s.may["url"] = link("http", "https")
		s.may["timezone"] = text(1, 100)
	default:
		c.fail(at+"/type", "unsupported type: %s", Kind(v))
		return
	}
	c.object(at, v, s)
}

func textStyle(c *checker, at string, v any) {
	c.object(at, v, shape{may: map[string]rule{"bold": isBool, "italic": isBool, "strike": isBool, "code": isBool,
		"underline": isBool, "highlight": isBool, "client_highlight": isBool, "unlink": isBool}})
}

// dateFormat wants at least one token that Slack knows, and no other.
func dateFormat(c *checker, at string, v any) {
	text(1, 1000)(c, at, v)
	s, _ := v.(string)
	found := false
	for rest := s; ; {
		_, after, open := strings.Cut(rest, "{")
		token, tail, closed := strings.Cut(after, "}")
		if !open || !closed {
			break
		}
		if !mrkdwn.IsDateToken(token) {
			c.fail(at, "invalid date token: {%s}", token)
		}
		found, rest = true, tail
	}
	if !found {
		c.fail(at, "must contain at least one date token")
	}
}

package slackapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// pageSize is what Slack recommends at most for history (it allows 999).
	pageSize = 200
	// maxPages bounds one search: 10,000 messages since an intent is no channel
	// that people read.
	maxPages = 50
	// lookBack is how long before the intent a search begins. The Date header tells
	// Slack's clock as ours shows it now; the intent may have been written by
	// another machine's clock, or before ours was set.
	lookBack = time.Hour
)

// Find says where to look for a message that may have been sent: in a thread, or
// with an empty ThreadTS among the channel's roots. Since is when it was meant to
// be sent, by the local clock; zero looks at everything.
type Find struct {
	Channel, ThreadTS string
	Since             time.Time
	Op                string
}

// FindOp returns the ts of the bot's own messages that carry the op, oldest
// first; none when Slack shows none. It reads every page
// (conversations.replies or conversations.history) and fails rather than report
// "none" after a part of them. The caller has taken the first page from its
// budgets; the others wait for them here.
func (c *Client) FindOp(ctx context.Context, f Find) ([]string, error) {
	id, err := c.who(ctx)
	if err != nil {
		return nil, err
	}
	method := "conversations.history"
	values := url.Values{"channel": {f.Channel}, "limit": {strconv.Itoa(pageSize)},
		"include_all_metadata": {"true"}, "inclusive": {"true"}}
	if f.ThreadTS != "" {
		method = "conversations.replies"
		values.Set("ts", f.ThreadTS)
	}
	if !f.Since.IsZero() {
		values.Set("oldest", c.oldest(f.Since))
	}
	var found []string
	read := c.readPaid
	for range maxPages {
		var page historyPage
		if err := read(ctx, method, f.Channel, values, &page); err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			if m.op() != f.Op || !m.from(id) {
				continue
			}
			if !isTS(m.TS) {
				return nil, &Error{Method: method, Target: f.Channel, Outcome: OutcomeUnknown, Err: errors.New("the message that was looked for has a ts that is none")}
			}
			if !slices.Contains(found, m.TS) {
				found = append(found, m.TS)
			}
		}
		if page.Next.Cursor == "" && !page.HasMore {
			slices.SortFunc(found, compareTS)
			return found, nil
		}
		if !page.turn(values) {
			break
		}
		read = c.read
	}
	return nil, &Error{Method: method, Target: f.Channel, Code: "history_not_read", Outcome: OutcomeUnknown,
		Err: fmt.Errorf("more messages than %d pages, or pages that do not go on", maxPages)}
}

// oldest is since on Slack's clock, as far as that is known, and well before, as a
// ts.
func (c *Client) oldest(since time.Time) string {
	skew, _ := c.Skew()
	at := since.Add(skew - lookBack)
	return fmt.Sprintf("%d.%06d", max(at.Unix(), 0), at.Nanosecond()/1000)
}

// historyPage is what we read of conversations.history and .replies.
type historyPage struct {
	Messages []historyMessage `json:"messages"`
	HasMore  bool             `json:"has_more"`
	onward
}

// onward is what a page of a list says of the page after it.
type onward struct {
	Next struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// turn makes values ask for the next page; false when there is none. A cursor that
// leads nowhere else would be followed for ever.
func (o onward) turn(values url.Values) bool {
	if o.Next.Cursor == "" || o.Next.Cursor == values.Get("cursor") {
		return false
	}
	values.Set("cursor", o.Next.Cursor)
	return true
}

type historyMessage struct {
	TS       string          `json:"ts"`
	Subtype  string          `json:"subtype"`
	User     string          `json:"user"`
	BotID    string          `json:"bot_id"`
	AppID    string          `json:"app_id"`
	Blocks   json.RawMessage `json:"blocks"` // others' may have any shape
	Metadata struct {
		Type    string          `json:"event_type"`
		Payload json.RawMessage `json:"event_payload"`
	} `json:"metadata"`
}

// op is the op the message carries. Payloads of other apps may have any shape.
func (m historyMessage) op() string {
	if m.Metadata.Type != metadataType {
		return m.blockOp()
	}
	var payload struct {
		Op string `json:"op_id"`
	}
	if err := json.Unmarshal(m.Metadata.Payload, &payload); err != nil {
		return ""
	}
	return payload.Op
}

// blockOp is the op in the id of the first block; empty when there is none.
func (m historyMessage) blockOp() string {
	var blocks []struct {
		ID string `json:"block_id"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 || !strings.HasPrefix(blocks[0].ID, opBlock) {
		return ""
	}
	return strings.TrimPrefix(blocks[0].ID, opBlock)
}

// from reports whether the message is the bot's own. Anyone in the workspace can
// read an op and post a copy of it.
func (m historyMessage) from(id Identity) bool {
	return id.BotID != "" && m.BotID == id.BotID || id.UserID != "" && m.User == id.UserID ||
		id.AppID != "" && m.AppID == id.AppID
}

// compareTS orders message ids by time: seconds, then fraction, as whole numbers
// (a float loses digits).
func compareTS(a, b string) int {
	as, af, _ := strings.Cut(a, ".")
	bs, bf, _ := strings.Cut(b, ".")
	return cmp.Or(compareDigits(as, bs), compareDigits(pad(af), pad(bf)), cmp.Compare(a, b))
}

func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// pad makes fractions of one length, so that .5 is after .499999.
func pad(fraction string) string {
	return fraction + strings.Repeat("0", max(9-len(fraction), 0))
}

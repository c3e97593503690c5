package chat

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
)

const (
	// newestPages bounds how far back a channel is looked through for the newest incident: people may have written much
	// since. Two pages are read in any case: a root that was posted again stands after newer ones.
	newestPages, newestAtLeast = 5, 2
	newestSize                 = 200
)

// Where our own messages name incidents, in places that no alert and no person can
// write to: the values of a root's buttons and menus, and the heads of a storm's list.
var (
	valueID  = regexp.MustCompile(`"value":\s*"(?:[a-z_]+\\?/)?INC-([0-9]{1,9})["/\\]`)
	pickID   = regexp.MustCompile(`"block_id":\s*"pick:[0-9]{1,9}"`)
	listedTo = regexp.MustCompile(`"text":\s*"List [0-9,]+ (?:·|\\u00b7) INC-[0-9]{1,9} to INC-([0-9]{1,9})"`)
)

// NewestIncident returns the highest number of an incident that the bot's own
// recent messages in a channel name; 0 when they name none. It reads
// conversations.history, and conversations.replies of the newest storm.
func (c *Client) NewestIncident(ctx context.Context, channel string) (int, error) {
	id, err := c.who(ctx)
	if err != nil {
		return 0, err
	}
	values := url.Values{"channel": {channel}, "limit": {strconv.Itoa(newestSize)}}
	newest, storm := 0, ""
	for n := 1; n <= newestPages; n++ {
		page, next, err := c.ownMessages(ctx, id, "conversations.history", channel, values)
		if err != nil {
			return 0, err
		}
		for _, m := range page {
			newest = max(newest, highest(valueID, m.raw))
			if storm == "" && pickID.Match(m.raw) {
				storm = m.TS // pages come newest first
			}
		}
		if next == "" || next == values.Get("cursor") || newest > 0 && n >= newestAtLeast {
			break
		}
		values.Set("cursor", next)
	}
	if storm == "" {
		return newest, nil
	}
	values = url.Values{"channel": {channel}, "ts": {storm}, "limit": {strconv.Itoa(newestSize)}}
	for range newestPages {
		page, next, err := c.ownMessages(ctx, id, "conversations.replies", channel, values)
		if err != nil {
			return 0, err
		}
		for _, m := range page {
			newest = max(newest, highest(listedTo, m.raw))
		}
		if next == "" || next == values.Get("cursor") {
			break
		}
		values.Set("cursor", next)
	}
	return newest, nil
}

// rawMessage is a message with all that Slack says of it.
type rawMessage struct {
	historyMessage
	raw []byte
}

// ownMessages reads one page, and keeps what the bot itself has posted.
func (c *Client) ownMessages(ctx context.Context, id Identity, method, channel string, values url.Values) (own []rawMessage, next string, err error) {
	var page struct {
		Messages []json.RawMessage `json:"messages"`
		Next     struct {
			Cursor string `json:"next_cursor"`
		} `json:"response_metadata"`
	}
	if err := c.read(ctx, method, channel, values, &page); err != nil {
		return nil, "", err
	}
	for _, raw := range page.Messages {
		m := rawMessage{raw: raw}
		if json.Unmarshal(raw, &m.historyMessage) == nil && m.from(id) {
			own = append(own, m)
		}
	}
	return own, page.Next.Cursor, nil
}

// highest is the highest number that a pattern finds.
func highest(pattern *regexp.Regexp, text []byte) (n int) {
	for _, m := range pattern.FindAllSubmatch(text, -1) {
		if found, err := strconv.Atoi(string(m[1])); err == nil {
			n = max(n, found)
		}
	}
	return n
}

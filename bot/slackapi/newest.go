package slackapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"

	"github.com/signalbook/signalbook/bot/topic"
)

const (
	// newestPages bounds how far back a channel is looked through for the newest incident: people may have written much
	// since. Two pages are read in any case: a root that was posted again stands after newer ones.
	newestPages, newestAtLeast = 10, 2
	newestSize                 = 200
)

// Where our own messages name incidents, in places that no alert and no person can
// write to: the op of a post, the values of a root's buttons and menus, and the heads
// of a storm's list.
var (
	opID     = regexp.MustCompile(`^INC-([0-9]{1,9})-`)
	valueID  = regexp.MustCompile(`"value":\s*"(?:[a-z_]+\\?/)?INC-([0-9]{1,9})["/\\]`)
	pickID   = regexp.MustCompile(`"block_id":\s*"pick:[0-9]{1,9}"`)
	listedTo = regexp.MustCompile(`"text":\s*"List [0-9,]+ (?:·|\\u00b7) INC-[0-9]{1,9} to INC-([0-9]{1,9})"`)
)

// OpOf is a new op for a post: an incident's tells the number to whoever
// finds the message when all else was lost (see [Client.NewestIncident]).
func OpOf(about topic.ID) string {
	if about.Kind != topic.OfIncident {
		return rand.Text()
	}
	return about.String() + "-" + rand.Text()
}

// NewestIncident returns the highest number of an incident that the bot's own
// recent messages in a channel name; 0 when they name none. It reads
// conversations.history back to where the bot joined, and conversations.replies of
// the newest storm. found is false when none was found and there is more to read than
// is read.
func (c *Client) NewestIncident(ctx context.Context, channel string) (newest int, found bool, err error) {
	id, err := c.who(ctx)
	if err != nil {
		return 0, false, err
	}
	values := url.Values{"channel": {channel}, "limit": {strconv.Itoa(newestSize)}, "include_all_metadata": {"true"}}
	storm, joined := "", false
	for n := 1; n <= newestPages && !joined; n++ {
		page, more, err := c.ownMessages(ctx, id, "conversations.history", channel, values)
		if err != nil {
			return 0, false, err
		}
		found = !more
		for _, m := range page {
			joined = joined || m.Subtype == "channel_join" || m.Subtype == "group_join"
			newest = max(newest, highest(valueID, m.raw), highest(opID, []byte(m.op())))
			if storm == "" && pickID.Match(m.raw) {
				storm = m.TS // pages come newest first
			}
		}
		if found || newest > 0 && n >= newestAtLeast {
			break
		}
	}
	found = found || joined || newest > 0
	if storm == "" {
		return newest, found, nil
	}
	values = url.Values{"channel": {channel}, "ts": {storm}, "limit": {strconv.Itoa(newestSize)}}
	for range newestPages {
		page, more, err := c.ownMessages(ctx, id, "conversations.replies", channel, values)
		if err != nil {
			return 0, false, err
		}
		for _, m := range page {
			newest = max(newest, highest(listedTo, m.raw))
		}
		if !more {
			break
		}
	}
	return newest, found || newest > 0, nil
}

// rawMessage is a message with all that Slack says of it.
type rawMessage struct {
	historyMessage
	raw []byte
}

// ownMessages reads one page, keeps what the bot itself has posted, and turns values
// to the page after it; more is false when there is none.
func (c *Client) ownMessages(ctx context.Context, id Identity, method, channel string, values url.Values) (own []rawMessage, more bool, err error) {
	var page struct {
		Messages []json.RawMessage `json:"messages"`
		onward
	}
	if err := c.read(ctx, method, channel, values, &page); err != nil {
		return nil, false, err
	}
	for _, raw := range page.Messages {
		m := rawMessage{raw: raw}
		if json.Unmarshal(raw, &m.historyMessage) == nil && m.from(id) {
			own = append(own, m)
		}
	}
	return own, page.turn(values), nil
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

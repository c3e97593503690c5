package slackapi

import (
	"net/url"
	"strings"
)

// Permalink is the address of a message, made of what is known already: no call is
// needed for one (chat.getPermalink gives the same). Root is the ts of the thread's
// first message when it is a reply, else empty. It is empty while Slack has not told
// the workspace's own address or the channel's id.
func (c *Client) Permalink(channel, ts, root string) string {
	id := c.identity.Load()
	if id == nil {
		return ""
	}
	home, err := url.Parse(id.URL) // what it leads to is shown to people
	if err != nil || home.Host == "" || !c.trusted(home) || !isChannel(channel) || !isTS(ts) || !isWhole(isTS, root) {
		return ""
	}
	link := home.Scheme + "://" + home.Host + "/archives/" + channel + "/p" + strings.Replace(ts, ".", "", 1)
	if root != "" && root != ts {
		link += "?" + url.Values{"thread_ts": {root}, "cid": {channel}}.Encode()
	}
	return link
}

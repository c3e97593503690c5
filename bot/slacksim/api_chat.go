package slacksim

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

const (
	maxText        = 40000 // Slack: chat.postMessage truncates longer text
	maxUpdateText  = 4000  // bytes of UTF-8 (measured): chat.update refuses longer text with msg_too_long
	maxAttachments = 100
	// maxMetadata is how many bytes of JSON metadata may have. Slack refuses it as too
	// large, and does not say from where on.
	maxMetadata = 2000
)

func (s *Sim) chatMethods() map[string]method {
	return map[string]method{
		"chat.postMessage":   {tier: tierPost, needs: scope("chat:write"), run: s.postMessage},
		"chat.update":        {tier: tier3, needs: scope("chat:write"), run: s.updateMessage},
		"chat.delete":        {tier: tier3, needs: scope("chat:write"), run: s.deleteMessage},
		"chat.postEphemeral": {tier: tier4, needs: scope("chat:write"), run: s.postEphemeral},
		"chat.getPermalink":  {tier: tier4, run: s.getPermalink},
	}
}

// content is what a message says, checked.
type content struct {
	text        string
	blocks      []block
	hasBlocks   bool // blocks were given, maybe none
	attachments []any
	metadata    *Metadata
	hasMetadata bool
	warnings    []string // what Slack leaves out without refusing the rest
}

// readContent reads and checks text, blocks, attachments and metadata.
func (s *Sim) readContent(a args) (content, *refusal) {
	c := content{text: a.text("text"), hasBlocks: a.text("blocks") != "" || a["blocks"] != nil && !isText(a["blocks"])}
	if c.hasBlocks {
		raw, ok := a.decoded("blocks")
		list, isList := raw.([]any)
		if !ok || !isList {
			return c, refuse("invalid_blocks_format")
		}
		if problems := s.checkBlocks(list, onMessage); len(problems) > 0 {
			return c, refuse("invalid_blocks", problems...)
		}
		if tooLong(list) {
			return c, refuse("msg_blocks_too_long")
		}
		c.blocks = s.identify(list)
	}
	if a.text("attachments") != "" || a["attachments"] != nil && !isText(a["attachments"]) {
		raw, ok := a.decoded("attachments")
		list, isList := raw.([]any)
		if !ok || !isList {
			return c, refuse("invalid_attachments")
		}
		if len(list) > maxAttachments {
			return c, refuse("too_many_attachments")
		}
		c.attachments = list
	}
	return c, c.readMetadata(a)
}

func isText(v any) bool { _, ok := v.(string); return ok }

// readMetadata reads what the app hides in the message. Slack refuses what is no
// object; a bad event_type is a warning, and there is no metadata then.
func (c *content) readMetadata(a args) *refusal {
	if !a.has("metadata") || a.text("metadata") == "" && isText(a["metadata"]) {
		return nil
	}
	raw, ok := a.decoded("metadata")
	object, isObject := raw.(map[string]any)
	if !ok || !isObject {
		return refuse("invalid_metadata_format")
	}
	if len(object) == 0 {
		c.hasMetadata = true
		return nil
	}
	if len(mustJSON(object)) > maxMetadata {
		return refuse("metadata_too_large")
	}
	event, _ := object["event_type"].(string)
	if event == "" && object["event_payload"] == nil {
		return nil // as slack-go sends with every response_url
	}
	payload, isPayload := object["event_payload"].(map[string]any)
	if !isPayload {
		return refuse("invalid_metadata_format")
	}
	if !eventType.MatchString(event) {
		c.warnings = append(c.warnings, "invalid_metadata_format")
		return nil
	}
	c.metadata, c.hasMetadata = &Metadata{EventType: event, Payload: payload}, true
	return nil
}

// eventType is what metadata may be called (Slack: alphanumeric, and as its examples
// show with underscores).
var eventType = regexp.MustCompile(`^[A-Za-z0-9_]{1,255}$`)

// warn adds what was left out to an answer.
func (c content) warn(ans answer) answer {
	if len(c.warnings) > 0 {
		ans["warning"] = strings.Join(c.warnings, ",")
		ans["response_metadata"] = answer{"warnings": c.warnings}
	}
	return ans
}

// writable finds the channel a bot may write to.
func (s *Sim) writable(c *channel) *refusal {
	switch {
	case c == nil:
		return refuse("channel_not_found")
	case c.archived:
		return refuse("is_archived")
	case !c.members[s.bot.id]:
		return refuse("not_in_channel")
	}
	return nil
}

func (s *Sim) postMessage(r *request) (answer, *refusal) {
	c := s.known(r.args.text("channel"))
	if refused := s.writable(c); refused != nil {
		return nil, refused
	}
	said, refused := s.readContent(r.args)
	if refused != nil {
		return nil, refused
	}
	if said.text == "" && len(said.blocks) == 0 && len(said.attachments) == 0 {
		return nil, refuse("no_text")
	}
	m := &message{channel: c, user: s.bot, byApp: true, text: truncate(said.text, maxText),
		blocks: said.blocks, attachments: said.attachments, metadata: said.metadata}
	// Slack does not refuse a reply to a message that is gone or that is a reply
	// itself: it silently posts it to the channel, and the answer has no thread_ts.
	if m.parent = c.root(r.args.text("thread_ts")); m.parent != nil {
		m.broadcast = r.args.flag("reply_broadcast")
	}
	if r.args.flag("link_names") || r.args.text("parse") == "full" {
		m.text = s.linkNames(m.text)
	}
	s.post(m, r.now)
	return said.warn(answer{"channel": c.id, "ts": m.ts.String(), "message": s.wire(m, true)}), nil
}

func (s *Sim) updateMessage(r *request) (answer, *refusal) {
	c := s.knownByID(r.args.text("channel"))
	switch {
	case c == nil:
		return nil, refuse("channel_not_found")
	case c.archived: // chat.update knows no is_archived
		return nil, refuse("is_inactive")
	case !c.members[s.bot.id]:
		return nil, refuse("channel_not_found") // nor not_in_channel
	}
	m := c.find(r.args.text("ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	if !m.byApp {
		return nil, refuse("cant_update_message")
	}
	said, refused := s.readContent(r.args)
	if refused != nil {
		return nil, refused
	}
	if len(said.text) > maxUpdateText {
		return nil, refuse("msg_too_long")
	}
	if said.text == "" && len(said.blocks) == 0 && len(said.attachments) == 0 {
		return nil, refuse("no_text")
	}
	if m.mismatches(said) {
		return nil, refuse("block_mismatch")
	}
	s.rewrite(m, said)
	if r.args.flag("reply_broadcast") && m.parent != nil {
		m.broadcast = true
	}
	return said.warn(answer{"channel": c.id, "ts": m.ts.String(), "text": m.text, "message": s.wire(m, true)}), nil
}

// mismatches reports whether new content would leave a message without the rich_text
// block that it has, which Slack does not let happen as long as the message lives.
func (m *message) mismatches(said content) bool {
	return hasRichText(m.blocks) && !hasRichText(said.blocks)
}

func hasRichText(blocks []block) bool {
	return slices.ContainsFunc(blocks, func(b block) bool { return kind(b) == "rich_text" })
}

// rewrite gives a message new content as chat.update does: text without blocks
// deletes the blocks, metadata stays unless given, and a message that shows blocks
// is not marked as edited.
func (s *Sim) rewrite(m *message, said content) {
	m.before = m.blocks
	if said.hasBlocks || said.text != "" {
		m.blocks = said.blocks
	}
	if said.text != "" && said.text != m.text {
		m.edited = m.edited || len(said.blocks) == 0
		m.text = said.text
	}
	m.attachments = said.attachments
	if said.hasMetadata {
		m.metadata = said.metadata
	}
	m.revision++
}

func (s *Sim) deleteMessage(r *request) (answer, *refusal) {
	c := s.knownByID(r.args.text("channel"))
	if c == nil {
		return nil, refuse("channel_not_found")
	}
	m := c.find(r.args.text("ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	if !m.byApp {
		return nil, refuse("cant_delete_message")
	}
	c.remove(m)
	return answer{"channel": c.id, "ts": m.ts.String()}, nil
}

func (s *Sim) postEphemeral(r *request) (answer, *refusal) {
	c := s.known(r.args.text("channel"))
	if refused := s.writable(c); refused != nil {
		return nil, refused
	}
	u := s.user(r.args.text("user"))
	if u == nil || u.id != r.args.text("user") {
		return nil, refuse("user_not_found")
	}
	if !c.members[u.id] {
		return nil, refuse("user_not_in_channel")
	}
	said, refused := s.readContent(r.args)
	if refused != nil {
		return nil, refused
	}
	if said.text == "" && len(said.blocks) == 0 && len(said.attachments) == 0 {
		return nil, refuse("no_text")
	}
	m := &message{channel: c, user: s.bot, byApp: true, onlyFor: u, parent: c.root(r.args.text("thread_ts")),
		text: truncate(said.text, maxText), blocks: said.blocks, attachments: said.attachments}
	s.post(m, r.now)
	return answer{"message_ts": m.ts.String()}, nil
}

// DeleteMessage deletes a message as an admin would: the bot finds it gone.
func (s *Sim) DeleteMessage(channel, ts string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channel)
	if c == nil {
		return fmt.Errorf("delete message %s: no channel %q", ts, channel)
	}
	m := c.find(ts)
	if m == nil {
		return fmt.Errorf("delete message %s: not in channel %q", ts, channel)
	}
	c.remove(m)
	s.touch()
	return nil
}

// length counts as Slack does, as far as is known: in UTF-16 units, so that both
// readings of "characters" are kept.
func length(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

func truncate(text string, most int) string {
	if length(text) <= most {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n += max(1, utf16.RuneLen(r)); n > most {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

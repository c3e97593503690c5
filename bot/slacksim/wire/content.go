package wire

import (
	"regexp"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

const (
	maxAttachments = 100
	// maxMetadata is how many bytes of JSON metadata may have. Slack refuses it as too
	// large, and does not say from where on.
	maxMetadata = 2000
)

// Content is what a message says, checked.
type Content struct {
	Text        string
	Blocks      []blockkit.Block
	hasBlocks   bool // blocks were given, maybe none
	Attachments []any
	Metadata    *workspace.Metadata
	hasMetadata bool
	warnings    []string // what Slack leaves out without refusing the rest
}

// ReadContent reads and checks text, blocks, attachments and metadata.
func ReadContent(w *workspace.Workspace, a Args) (Content, *Refusal) {
	c := Content{Text: a.Text("text"), hasBlocks: a.Text("blocks") != "" || a["blocks"] != nil && !isText(a["blocks"])}
	if c.hasBlocks {
		raw, ok := a.Decoded("blocks")
		list, isList := raw.([]any)
		if !ok || !isList {
			return c, Refuse("invalid_blocks_format")
		}
		if problems := blockkit.Check(list, w.Shows); len(problems) > 0 {
			return c, Refuse("invalid_blocks", problems...)
		}
		if blockkit.TooLong(list) {
			return c, Refuse("msg_blocks_too_long")
		}
		c.Blocks = blockkit.Identify(list, w.Next)
	}
	if a.Text("attachments") != "" || a["attachments"] != nil && !isText(a["attachments"]) {
		raw, ok := a.Decoded("attachments")
		list, isList := raw.([]any)
		if !ok || !isList {
			return c, Refuse("invalid_attachments")
		}
		if len(list) > maxAttachments {
			return c, Refuse("too_many_attachments")
		}
		c.Attachments = list
	}
	return c, c.readMetadata(a)
}

// Empty is whether there is nothing to show.
func (c Content) Empty() bool {
	return c.Text == "" && len(c.Blocks) == 0 && len(c.Attachments) == 0
}

func isText(v any) bool { _, ok := v.(string); return ok }

// readMetadata reads what the app hides in the message. Slack refuses what is no
// object; a bad event_type is a warning, and there is no metadata then.
func (c *Content) readMetadata(a Args) *Refusal {
	if !a.has("metadata") || a.Text("metadata") == "" && isText(a["metadata"]) {
		return nil
	}
	raw, ok := a.Decoded("metadata")
	object, isObject := raw.(map[string]any)
	if !ok || !isObject {
		return Refuse("invalid_metadata_format")
	}
	if len(object) == 0 {
		c.hasMetadata = true
		return nil
	}
	if len(Encode(object)) > maxMetadata {
		return Refuse("metadata_too_large")
	}
	event, _ := object["event_type"].(string)
	if event == "" && object["event_payload"] == nil {
		return nil // as slack-go sends with every response_url
	}
	payload, isPayload := object["event_payload"].(map[string]any)
	if !isPayload {
		return Refuse("invalid_metadata_format")
	}
	if !eventType.MatchString(event) {
		c.warnings = append(c.warnings, "invalid_metadata_format")
		return nil
	}
	c.Metadata, c.hasMetadata = &workspace.Metadata{EventType: event, Payload: payload}, true
	return nil
}

// eventType is what metadata may be called (Slack: alphanumeric, and as its examples
// show with underscores).
var eventType = regexp.MustCompile(`^[A-Za-z0-9_]{1,255}$`)

// Warn adds what was left out to an answer.
func (c Content) Warn(ans Object) Object {
	if len(c.warnings) > 0 {
		ans["warning"] = strings.Join(c.warnings, ",")
		ans["response_metadata"] = Object{"warnings": c.warnings}
	}
	return ans
}

// Mismatches reports whether new content would leave a message without the rich_text
// block that it has, which Slack does not let happen as long as the message lives.
func (c Content) Mismatches(m *workspace.Message) bool {
	return hasRichText(m.Blocks) && !hasRichText(c.Blocks)
}

func hasRichText(blocks []blockkit.Block) bool {
	return slices.ContainsFunc(blocks, func(b blockkit.Block) bool { return blockkit.Kind(b) == "rich_text" })
}

// Rewrite gives a message new content as chat.update does: text without blocks
// deletes the blocks, metadata stays unless given, and a message that shows blocks
// is not marked as edited.
func (c Content) Rewrite(m *workspace.Message) {
	m.Before = m.Blocks
	if c.hasBlocks || c.Text != "" {
		m.Blocks = c.Blocks
	}
	if c.Text != "" && c.Text != m.Text {
		m.Edited = m.Edited || len(c.Blocks) == 0
		m.Text = c.Text
	}
	m.Attachments = c.Attachments
	if c.hasMetadata {
		m.Metadata = c.Metadata
	}
	m.Revision++
}

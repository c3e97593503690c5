package blockkit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"
)

// Message is one Slack message as it should be: Text is the plain fallback that
// notifications and screen readers use (mrkdwn, already escaped), Blocks is what
// people see. Both are always sent together, because an edit that carries text
// alone deletes the blocks (Slack: chat.update).
type Message struct {
	Text   string
	Blocks []slack.Block
}

// Hash names the content of a message: 16 hex digits over its text and blocks.
func (m Message) Hash() string {
	data, err := json.Marshal(m)
	if err != nil {
		// Blocks are made of values that JSON can hold.
		data = fmt.Appendf(nil, "%s %+v", m.Text, m.Blocks)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// TextMessage is a message of running text (mrkdwn, already escaped): a section for
// each few paragraphs, within [MaxTotal].
func TextMessage(s string) Message {
	m := Message{Text: CutMrkdwn(s, MaxText)}
	for n, part := range paragraphs(CutMrkdwnJSON(strings.TrimSpace(s), MaxTotal-1_000), MaxSection-100, MaxTotal-500) {
		m.Blocks = append(m.Blocks, Section(fmt.Sprintf("text:%d", n+1), part))
	}
	return m
}

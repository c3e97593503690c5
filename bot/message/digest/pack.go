package digest

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/message"
)

// chunk is a part of a detail message that stays in one piece. Room and places
// are the weight and the blocks that are kept for it, whatever people click: so no
// chunk ever moves to another message.
type chunk struct {
	blocks       []slack.Block
	said         string // for ears; may be empty
	room, places int
}

const (
	// clickRoom is what clicks add: who, when, a reason, an incident.
	clickRoom = 500
	// tableRows and tableRoom bound one table; a longer one goes on in the next chunk.
	tableRows = 60
	tableRoom = 4_000
	// detailParts bounds how many messages one detail has.
	detailParts = 6
)

// fixed is a chunk that no click changes.
func fixed(said string, blocks ...slack.Block) chunk {
	return chunk{blocks, said, blockkit.Size(blocks...), len(blocks)}
}

// clickable is a chunk as it is now, with the room of one that nobody has clicked.
func clickable(fresh, now []slack.Block) chunk {
	return chunk{blocks: now, room: blockkit.Size(fresh...) + clickRoom, places: len(fresh) + 1}
}

// fresh is the digest before anybody clicked.
func (v View) fresh() View {
	v.Marks, v.Adoptions = nil, map[string]report.Adoption{}
	return v
}

// detailSlots are the replies of one detail: none, one, or several when it does
// not fit into a message.
func detailSlots(v View, name, head string, chunks []chunk) []message.Slot {
	var groups [][]chunk
	left, places, rest := 0, 0, 0
	for k, c := range chunks {
		if len(groups) == 0 || c.room > left || c.places > places {
			if len(groups) == detailParts {
				rest = len(chunks) - k
				break
			}
			groups = append(groups, nil)
			left, places = blockkit.MaxTotal-1_000, blockkit.MaxBlocks-2
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], c)
		left, places = left-c.room, places-c.places
	}
	slots := make([]message.Slot, len(groups))
	for k, group := range groups {
		slot, title := name, head
		if k > 0 {
			slot += fmt.Sprintf(":%d", k+1)
		}
		if len(groups) > 1 {
			title += fmt.Sprintf(" · part %d of %d", k+1, len(groups))
		}
		m := blockkit.Message{Blocks: []slack.Block{blockkit.Header("head", title)}}
		said := []string{strings.ReplaceAll(title, " · ", ", ") + ", " + report.ID(v.Number)}
		for _, c := range group {
			m.Blocks = append(m.Blocks, c.blocks...)
			if c.said != "" {
				said = append(said, c.said)
			}
		}
		if rest > 0 && k == len(groups)-1 {
			m.Blocks = append(m.Blocks, blockkit.Context("rest", blockkit.PlainText(textutil.Count(rest, "more part")+" of this left out: too much for a thread")))
		}
		m.Text = blockkit.CutMrkdwn(strings.Join(said, ". ")+".", blockkit.MaxText)
		slots[k] = message.Slot{Name: slot, Thread: true, Message: m}
	}
	return slots
}

// table makes chunks of a titled table. About says what the rows are; it may be
// empty.
func table(id, title, about string, rows []line) []chunk {
	var chunks []chunk
	for at := 0; at < len(rows); {
		end, room := at, 0
		for end < len(rows) && end-at < tableRows {
			w := blockkit.JSONLength(rows[end].name) + 2
			for _, a := range rows[end].amounts {
				w += blockkit.JSONLength(a) + 12
			}
			if room += w; room > tableRoom && end > at {
				break
			}
			end++
		}
		head := (&blockkit.Paragraph{}).Bold(title)
		if about != "" {
			head.Text(": " + about)
		}
		said := blockkit.EscapeMrkdwn(title) + ": " + textutil.Count(len(rows), "line")
		if at > 0 {
			head, said = (&blockkit.Paragraph{}).Bold(title).Text(", continued"), ""
		}
		chunks = append(chunks, fixed(said, blockkit.RichText(fmt.Sprintf("%s:%d", id, at), head.Section(), blockkit.Preformatted(aligned(rows[at:end])))))
		at = end
	}
	return chunks
}

// sentences make chunks of a titled list of sentences, each of at most limit
// units.
func sentences(id, title string, all []string, limit int) []chunk {
	var chunks []chunk
	var items []*blockkit.Paragraph
	room, first := 0, 0
	flush := func(next int) {
		if len(items) == 0 {
			return
		}
		var parts []slack.RichTextElement
		said := ""
		if title != "" {
			head := (&blockkit.Paragraph{}).Bold(title)
			if first > 0 {
				head.Text(", continued")
			}
			parts = append(parts, head.Section())
		}
		if first == 0 {
			said = saidFirst(title, all)
		}
		chunks = append(chunks, fixed(said, blockkit.RichText(fmt.Sprintf("%s:%d", id, first), append(parts, blockkit.Bullets(items))...)))
		items, room, first = nil, 0, next
	}
	for k, s := range all {
		p := (&blockkit.Paragraph{}).Text(blockkit.NotEmpty(blockkit.CutNamed(blockkit.Line(s), limit)))
		w := blockkit.LineSize(p)
		if room+w > tableRoom {
			flush(k)
		}
		room += w
		items = append(items, p)
	}
	flush(len(all))
	return chunks
}

// saidFirst is a list's beginning for ears.
func saidFirst(title string, all []string) string {
	var said []string
	for _, s := range all[:min(len(all), 3)] {
		said = append(said, strings.TrimRight(blockkit.EscapeMrkdwn(textutil.CutUnits(blockkit.Line(s), 200)), "."))
	}
	if title == "" {
		return strings.Join(said, ". ")
	}
	return blockkit.EscapeMrkdwn(title) + ": " + strings.Join(said, ". ")
}

package blockkit

import (
	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
)

// ParseText reads a text object of either type.
func ParseText(v any) []mrkdwn.Paragraph {
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if Field(o, "type") == "mrkdwn" {
		return mrkdwn.Parse(Field(o, "text"))
	}
	return []mrkdwn.Paragraph{{Kind: "text", Pieces: mrkdwn.ParsePlain(Field(o, "text"), o["emoji"] != false)}}
}

// ParseRichText reads a rich_text block.
func ParseRichText(b Block) []mrkdwn.Paragraph {
	var out []mrkdwn.Paragraph
	for _, part := range Items(b["elements"]) {
		switch Kind(part) {
		case "rich_text_list":
			offset := int(Number(part["offset"]))
			for i, item := range Items(part["elements"]) {
				p := mrkdwn.Paragraph{Kind: "item", Indent: int(Number(part["indent"])), Pieces: richPieces(item)}
				if Field(part, "style") == "ordered" {
					p.Number = offset + i + 1
				}
				out = append(out, p)
			}
		case "rich_text_preformatted":
			out = append(out, mrkdwn.Paragraph{Kind: "code", Pieces: richPieces(part)})
		case "rich_text_quote":
			out = append(out, mrkdwn.Paragraph{Kind: "quote", Pieces: richPieces(part)})
		default:
			out = append(out, mrkdwn.Paragraph{Kind: "text", Pieces: richPieces(part)})
		}
	}
	return out
}

func richPieces(section Block) []mrkdwn.Piece {
	var out []mrkdwn.Piece
	for _, e := range Items(section["elements"]) {
		p := mrkdwn.Piece{Text: Field(e, "text")}
		style, _ := e["style"].(map[string]any)
		p.Bold, _ = style["bold"].(bool)
		p.Italic, _ = style["italic"].(bool)
		p.Strike, _ = style["strike"].(bool)
		p.Code, _ = style["code"].(bool)
		switch Kind(e) {
		case "link":
			p.Kind, p.Target = mrkdwn.Link, Field(e, "url")
			if p.Text == "" {
				p.Text = p.Target
			}
		case "user":
			p.Kind, p.Target = mrkdwn.User, Field(e, "user_id")
		case "usergroup":
			p.Kind, p.Target = mrkdwn.Group, Field(e, "usergroup_id")
		case "channel":
			p.Kind, p.Target = mrkdwn.Channel, Field(e, "channel_id")
		case "broadcast":
			p.Kind, p.Target = mrkdwn.Broadcast, Field(e, "range")
		case "emoji":
			p.Kind, p.Target, p.Text = mrkdwn.Emoji, Field(e, "name"), ":"+Field(e, "name")+":"
		case "date":
			p.Kind, p.Target, p.At, p.Text = mrkdwn.Date, Field(e, "format"), Number(e["timestamp"]), Field(e, "fallback")
		case "color":
			p.Text = Field(e, "value")
		}
		out = append(out, p)
	}
	return out
}

package slacksim

import (
	"hash/fnv"
	"html/template"
	"strings"
)

type showMessage struct {
	Key, TS, Channel     string
	Author, AuthorID     string
	Initial              string
	Color                int // of the avatar, 0 to 7
	App, Slackbot        bool
	At                   int64
	Time                 string
	Ephemeral            bool
	Edited               bool
	Broadcast, Tombstone bool
	Thread               string // the root's ts, of replies
	InThread             bool   // drawn in the thread panel
	Replies              int
	LastAt               int64
	LastTime             string
	Repliers             []showFace
	Blocks               []showBlock
}

type showFace struct {
	Initial string
	Color   int
	Name    string
	App     bool
}

type showBlock struct {
	Kind      string // "text", "header", "section", "context", "actions", "image", "divider", "markdown" or "input"
	Text      []showParagraph
	Fields    [][]showParagraph
	Parts     []showPart // of context
	Accessory *showControl
	Controls  []showControl
	Image     *showImage
	Input     *showInput
	Plain     string // of markdown and tables
}

type showPart struct {
	Text  []showParagraph
	Image *showImage
}

type showImage struct {
	Alt, Title    string
	URL           template.URL // of a picture elsewhere
	File          string       // the page's own address of a file of Slack's; empty when it was deleted
	Width, Height int          // of File, so that nothing moves when it comes
}

type showControl struct {
	Kind, ActionID, BlockID, Value, Style string
	Label                                 []showPiece
	Name                                  string // for screen readers
	URL                                   template.URL
	Confirm                               *showConfirm
	Options                               []showOption
	Placeholder                           string
	Least                                 int // characters to type before the app is asked
}

type showConfirm struct{ Title, Text, Confirm, Deny, Style string }

type showOption struct {
	Text, Value, Description string
	Chosen                   bool
}

// message shows a message to a reader. The caller holds the lock.
func (s *Sim) showMessage(m *message, reader *user, inThread bool) showMessage {
	shown := showMessage{TS: m.ts.String(), Channel: m.channel.name, Author: m.user.realName, AuthorID: m.user.id, App: m.byApp,
		Slackbot: m.slackbot, At: m.ts.time().Unix(), Ephemeral: m.onlyFor != nil, Edited: m.edited, Broadcast: m.broadcast,
		Tombstone: m.deleted, InThread: inThread}
	shown.Key = "m" + shown.TS
	shown.Initial, shown.Color = face(shown.Author)
	shown.Time = m.ts.time().In(s.opts.Location).Format("3:04 PM")
	if m.parent != nil {
		shown.Thread = m.parent.ts.String()
	} else if m.onlyFor == nil {
		s.showReplies(m, &shown)
	}
	if len(m.blocks) == 0 {
		shown.Blocks = []showBlock{{Kind: "section", Text: s.paragraphs(parseMrkdwn(m.text), reader)}}
		for _, a := range items(m.attachments) {
			text := strings.TrimSpace("*" + str(a, "title") + "*\n" + str(a, "text"))
			shown.Blocks = append(shown.Blocks, showBlock{Kind: "section", Text: s.paragraphs(parseMrkdwn(text), reader)})
		}
		return shown
	}
	shown.Blocks = s.showBlocks(m.blocks, reader)
	return shown
}

func (s *Sim) showReplies(root *message, shown *showMessage) {
	replies := root.channel.replies(root)
	if shown.Replies = len(replies); len(replies) == 0 {
		return
	}
	last := replies[len(replies)-1].ts.time()
	shown.LastAt, shown.LastTime = last.Unix(), last.In(s.opts.Location).Format("Jan 2 at 3:04 PM")
	seen := map[*user]bool{}
	for _, r := range replies {
		if seen[r.user] || len(shown.Repliers) == 4 {
			continue
		}
		seen[r.user] = true
		initial, color := face(r.user.realName)
		shown.Repliers = append(shown.Repliers, showFace{initial, color, r.user.realName, r.byApp})
	}
}

// face is the letter and colour of somebody's avatar.
func face(name string) (initial string, color int) {
	for _, r := range name {
		initial = strings.ToUpper(string(r))
		break
	}
	h := fnv.New32a()
	h.Write([]byte(name)) // never fails
	return initial, int(h.Sum32() % 8)
}

func (s *Sim) showBlocks(blocks []block, reader *user) []showBlock {
	var out []showBlock
	for _, b := range blocks {
		shown := showBlock{Kind: kind(b)}
		switch shown.Kind {
		case "header", "section":
			shown.Text = s.paragraphs(parseTextObject(b["text"]), reader)
			for _, f := range items(b["fields"]) {
				shown.Fields = append(shown.Fields, s.paragraphs(parseTextObject(f), reader))
			}
			if e, ok := b["accessory"].(map[string]any); ok {
				if kind(e) == "image" {
					shown.Image = s.showPicture(e)
				} else {
					c := s.showControl(b, e, reader)
					shown.Accessory = &c
				}
			}
		case "context":
			for _, e := range items(b["elements"]) {
				if kind(e) == "image" {
					shown.Parts = append(shown.Parts, showPart{Image: s.showPicture(e)})
				} else {
					shown.Parts = append(shown.Parts, showPart{Text: s.paragraphs(parseTextObject(e), reader)})
				}
			}
		case "actions":
			for _, e := range items(b["elements"]) {
				shown.Controls = append(shown.Controls, s.showControl(b, e, reader))
			}
		case "rich_text":
			shown.Kind, shown.Text = "section", s.paragraphs(parseRichText(b), reader)
		case "markdown":
			shown.Plain = str(b, "text")
		case "table":
			shown.Kind, shown.Plain = "markdown", "(a table)"
		case "image":
			shown.Image = s.showPicture(b)
		case "input":
			shown.Input = s.showInput(b)
		}
		out = append(out, shown)
	}
	return out
}

// showPicture shows an image: one of Slack's files as it is, one of another host as
// a link, because the page loads nothing from elsewhere.
func (s *Sim) showPicture(o block) *showImage {
	image := &showImage{Alt: str(o, "alt_text"), Title: textOf(o, "title")}
	if named, ok := o["slack_file"].(map[string]any); ok {
		if f := s.picture(named); f != nil {
			image.File, image.Width, image.Height = "/sim/file/"+f.id, f.width, f.height
		}
	}
	if url := str(o, "image_url"); safeURL(url) {
		image.URL = template.URL(url)
	}
	return image
}

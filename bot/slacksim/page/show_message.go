package page

import (
	"hash/fnv"
	"html/template"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/mrkdwn"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
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
	Plain     string // of markdown and tables, and a file's title
	Address   string // the page's own of a file
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

// showMessage shows a message to a reader. The caller holds the lock.
func (pg *Page) showMessage(m *workspace.Message, reader *workspace.User, inThread bool) showMessage {
	shown := showMessage{TS: m.TS.String(), Channel: m.Channel.Name, Author: m.User.RealName, AuthorID: m.User.ID, App: m.ByApp,
		Slackbot: m.Slackbot, At: m.TS.Time().Unix(), Ephemeral: m.OnlyFor != nil, Edited: m.Edited, Broadcast: m.Broadcast,
		Tombstone: m.Deleted, InThread: inThread}
	shown.Key = "m" + shown.TS
	shown.Initial, shown.Color = face(shown.Author)
	shown.Time = m.TS.Time().In(pg.w.Opts.Location).Format("3:04 PM")
	if m.Parent != nil {
		shown.Thread = m.Parent.TS.String()
	} else if m.OnlyFor == nil {
		pg.showReplies(m, &shown)
	}
	if len(m.Blocks) == 0 {
		shown.Blocks = []showBlock{{Kind: "section", Text: pg.paragraphs(mrkdwn.Parse(m.Text), reader)}}
		for _, a := range blockkit.Items(m.Attachments) {
			text := strings.TrimSpace("*" + blockkit.Field(a, "title") + "*\n" + blockkit.Field(a, "text"))
			shown.Blocks = append(shown.Blocks, showBlock{Kind: "section", Text: pg.paragraphs(mrkdwn.Parse(text), reader)})
		}
		for _, f := range m.Files {
			shown.Blocks = append(shown.Blocks, showBlock{Kind: "file", Plain: f.Title, Address: "/sim/file/" + f.ID})
		}
		return shown
	}
	shown.Blocks = pg.showBlocks(m.Blocks, reader)
	return shown
}

func (pg *Page) showReplies(root *workspace.Message, shown *showMessage) {
	replies := root.Channel.Replies(root)
	if shown.Replies = len(replies); len(replies) == 0 {
		return
	}
	last := replies[len(replies)-1].TS.Time()
	shown.LastAt, shown.LastTime = last.Unix(), last.In(pg.w.Opts.Location).Format("Jan 2 at 3:04 PM")
	seen := map[*workspace.User]bool{}
	for _, r := range replies {
		if seen[r.User] || len(shown.Repliers) == 4 {
			continue
		}
		seen[r.User] = true
		initial, color := face(r.User.RealName)
		shown.Repliers = append(shown.Repliers, showFace{initial, color, r.User.RealName, r.ByApp})
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

func (pg *Page) showBlocks(blocks []blockkit.Block, reader *workspace.User) []showBlock {
	var out []showBlock
	for _, b := range blocks {
		shown := showBlock{Kind: blockkit.Kind(b)}
		switch shown.Kind {
		case "header", "section":
			shown.Text = pg.paragraphs(blockkit.ParseText(b["text"]), reader)
			for _, f := range blockkit.Items(b["fields"]) {
				shown.Fields = append(shown.Fields, pg.paragraphs(blockkit.ParseText(f), reader))
			}
			if e, ok := b["accessory"].(map[string]any); ok {
				if blockkit.Kind(e) == "image" {
					shown.Image = pg.showPicture(e)
				} else {
					c := pg.showControl(b, e, reader)
					shown.Accessory = &c
				}
			}
		case "context":
			for _, e := range blockkit.Items(b["elements"]) {
				if blockkit.Kind(e) == "image" {
					shown.Parts = append(shown.Parts, showPart{Image: pg.showPicture(e)})
				} else {
					shown.Parts = append(shown.Parts, showPart{Text: pg.paragraphs(blockkit.ParseText(e), reader)})
				}
			}
		case "actions":
			for _, e := range blockkit.Items(b["elements"]) {
				shown.Controls = append(shown.Controls, pg.showControl(b, e, reader))
			}
		case "rich_text":
			shown.Kind, shown.Text = "section", pg.paragraphs(blockkit.ParseRichText(b), reader)
		case "markdown":
			shown.Plain = blockkit.Field(b, "text")
		case "table":
			shown.Kind, shown.Plain = "markdown", "(a table)"
		case "image":
			shown.Image = pg.showPicture(b)
		case "input":
			shown.Input = pg.showInput(b)
		}
		out = append(out, shown)
	}
	return out
}

// showPicture shows an image: one of Slack's files as it is, one of another host as
// a link, because the page loads nothing from elsewhere.
func (pg *Page) showPicture(o blockkit.Block) *showImage {
	image := &showImage{Alt: blockkit.Field(o, "alt_text"), Title: blockkit.TextOf(o, "title")}
	if named, ok := o["slack_file"].(map[string]any); ok {
		if f := pg.w.Picture(named); f != nil {
			image.File, image.Width, image.Height = "/sim/file/"+f.ID, f.Width, f.Height
		}
	}
	if url := blockkit.Field(o, "image_url"); safeURL(url) {
		image.URL = template.URL(url)
	}
	return image
}

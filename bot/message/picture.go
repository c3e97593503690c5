package message

import (
	"cmp"
	"slices"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
)

// maxAlt is Slack's limit for the description and for the title of an image block,
// in UTF-16 units (docs.slack.dev/reference/block-kit/blocks/image-block).
const maxAlt = 2_000

// pictureID is the block_id of a picture. Slack wants another one when a message
// changes, and clients may keep what they have of the same one.
func pictureID(p Picture) string { return "picture:" + textutil.CutUnits(blockkit.Line(p.Hash), 64) }

// Picture is a picture in a message: a chart, a graph. Slack shows it once its file
// is there, under an id that only Slack knows; Hash says what it shows.
type Picture struct {
	Name  string // of the file: "costs-2026-W47.png"; required
	Alt   string // what it shows, for those who cannot see it; required
	Title string // above it; may be empty
	// Hash names what the picture is drawn from: as long as it stays the same, so does the picture. Required.
	Hash string
	// At is the index among the message's blocks that the picture gets; past the end means the end.
	At int
	// Posted is a file that is posted by itself into the thread, and no picture: its slot's message stands there only when it
	// could not be brought. Whoever brings it knows what is in it.
	Posted bool
	// PNG draws it. It is called only when the picture has to be brought to Slack, maybe more than once.
	PNG func() ([]byte, error)
}

// withPicture is the message with the picture, shown by Slack's own file of that
// id. A message that has no room left for it stays as it is.
func withPicture(m blockkit.Message, p Picture, fileID string) blockkit.Message {
	alt := textutil.CutUnits(blockkit.Line(cmp.Or(p.Alt, p.Name)), maxAlt)
	var title *slack.TextBlockObject
	if p.Title != "" {
		title = blockkit.PlainText(textutil.CutUnits(blockkit.Line(p.Title), maxAlt))
	}
	image := slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: fileID}, alt, pictureID(p), title)
	if len(m.Blocks) >= blockkit.MaxBlocks || blockkit.Size(m.Blocks...)+blockkit.Size(image) > blockkit.MaxTotal {
		return m
	}
	m.Blocks = slices.Insert(slices.Clone(m.Blocks), min(max(p.At, 0), len(m.Blocks)), slack.Block(image))
	return m
}

// Shown is the message as Slack is to show it: with the slot's picture when its
// file is there.
func (s Slot) Shown() blockkit.Message { return s.shown(s.File) }

// Hash names the content of [Slot.Shown]. It depends on what the picture shows and
// not on the file that Slack happens to have of it.
func (s Slot) Hash() string {
	if s.Picture == nil || s.Picture.Posted {
		return s.Message.Hash()
	}
	return s.shown(s.Picture.Hash).Hash()
}

func (s Slot) shown(file string) blockkit.Message {
	if s.Picture == nil || s.Picture.Posted || s.File == "" {
		return s.Message
	}
	return withPicture(s.Message, *s.Picture, file)
}

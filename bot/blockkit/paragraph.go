package blockkit

import (
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// Paragraph is one line of rich text, in which Slack interprets nothing but what the
// elements say. Its methods add to it and give it back, so that they can be chained.
type Paragraph []slack.RichTextSectionElement

func (p *Paragraph) styled(s string, style *slack.RichTextSectionTextStyle) *Paragraph {
	if s != "" {
		*p = append(*p, slack.NewRichTextSectionTextElement(s, style))
	}
	return p
}

// Joined is the paragraph with texts that follow one another made one, which is
// less JSON.
func (p *Paragraph) Joined() *Paragraph {
	joined := &Paragraph{}
	for _, e := range *p {
		text, ok := e.(*slack.RichTextSectionTextElement)
		if n := len(*joined); ok && text.Style == nil && n > 0 {
			if last, ok := (*joined)[n-1].(*slack.RichTextSectionTextElement); ok && last.Style == nil {
				(*joined)[n-1] = slack.NewRichTextSectionTextElement(last.Text+text.Text, nil)
				continue
			}
		}
		*joined = append(*joined, e)
	}
	return joined
}

// Text adds plain text; an empty one adds nothing.
func (p *Paragraph) Text(s string) *Paragraph { return p.styled(s, nil) }

// Bold adds bold text.
func (p *Paragraph) Bold(s string) *Paragraph {
	return p.styled(s, &slack.RichTextSectionTextStyle{Bold: true})
}

// Italic adds text in italics.
func (p *Paragraph) Italic(s string) *Paragraph {
	return p.styled(s, &slack.RichTextSectionTextStyle{Italic: true})
}

// Code adds text as code.
func (p *Paragraph) Code(s string) *Paragraph {
	return p.styled(s, &slack.RichTextSectionTextStyle{Code: true})
}

// Date adds a time, which each reader sees in their own time zone.
func (p *Paragraph) Date(t time.Time) *Paragraph {
	if !sane(t) {
		return p.Text(unknownTime)
	}
	fallback := utc(t)
	*p = append(*p, slack.NewRichTextSectionDateElement(t.Unix(), dateFormat, nil, &fallback))
	return p
}

// User adds a person as Slack names them, and notifies them when it is posted. An id that
// is none of Slack's is shown as the name, which notifies nobody.
func (p *Paragraph) User(id, name string) *Paragraph {
	if !IsUserID(id) {
		return p.Text(name)
	}
	*p = append(*p, slack.NewRichTextSectionUserElement(id, nil))
	return p
}

// Channel adds a channel as Slack names it; an id that is none of Slack's is shown as a
// name, in bold.
func (p *Paragraph) Channel(id string) *Paragraph {
	if !IsChannelID(id) {
		return p.Bold(textutil.CutUnits(Line(id), 80))
	}
	*p = append(*p, slack.NewRichTextSectionChannelElement(id, nil))
	return p
}

// Link adds a web link under a label.
func (p *Paragraph) Link(url, label string) *Paragraph {
	*p = append(*p, slack.NewRichTextSectionLinkElement(url, label, nil))
	return p
}

// Section is the paragraph as a part of a rich_text block.
func (p *Paragraph) Section() *slack.RichTextSection {
	return slack.NewRichTextSection([]slack.RichTextSectionElement(*p)...)
}

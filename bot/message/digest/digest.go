// Package digest decides how the weekly cost review looks in Slack: its message, the
// details in its thread, its forms, and what single services cost. It never talks to Slack,
// reads no clock and keeps nothing, and mentions nobody.
package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/chart"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/message"
)

// View is all that rendering a digest depends on. The report is what was
// posted; marks and adoptions are what people have said since.
type View struct {
	Report report.Report
	// Adoptions are what people decided about cost steps by now, by the step's id:
	// one that is not in it is open. Nil: what the report says still holds.
	Adoptions map[string]report.Adoption
	Marks     []Mark
	Command   string        // the slash command: "/playbook"
	Number    int           // 7: DIG-7
	Names     message.Names // of whom a notice calls; without them nobody is
	// Belongs is the channel that it is for, when that cannot be written to, and BelongsWhy why.
	Belongs, BelongsWhy string
}

// Mark is what somebody said about an anomaly of a digest.
type Mark struct {
	Kind     MarkKind
	Series   string // report.SeriesID
	By       incident.User
	At       time.Time
	Reason   string // expected: why
	Incident int    // investigated: the incident that was started
}

// MarkKind is one of the buttons of an anomaly.
type MarkKind string

// The marks of an anomaly.
const (
	MarkExpected     MarkKind = "expected"
	MarkInvestigated MarkKind = "investigated"
)

// What the root shows of each; the rest is in the thread.
const (
	rootSpikes  = 3
	rootSteps   = 2
	rootGrowing = 2
	rootMissing = 3
	maxMissing  = 200 // units of one thing that is missing
	stepsRoom   = 400 // kept for the line about cost steps
)

// Render returns the messages that there should be of a digest: the root,
// which says what a week was on one screen, and details in its thread, each only
// when it has something to say. They mention nobody: a digest pings no one. What
// stands in which message depends on the report alone, so that clicks move
// nothing.
func Render(v View) []message.Slot {
	if n := v.Report.Notice; n != nil {
		return []message.Slot{{Name: "root", Message: notice(v, *n)}}
	}
	var details []message.Slot
	for _, d := range []struct {
		name, head string
		chunks     []chunk
	}{
		{"detail:costs", "Costs in detail", costChunks(v)},
		{"detail:steps", "Cost steps", stepChunks(v)},
		{"detail:organisation", "Growth and scale", organisationChunks(v)},
		{"detail:incidents", "Incidents of the week", incidentChunks(v)},
		{"detail:missing", "What is missing", missingChunks(v)},
	} {
		details = append(details, detailSlots(v, d.name, d.head, d.chunks)...)
	}
	root := message.Slot{Name: "root", Message: root(v, len(details) > 0, false)}
	if p, ok := chartPicture(v.Report); ok {
		// Below what the week cost, above what moved.
		p.At = 2 + len(linesOf("totals", digestNews(v.Report, false))) + len(answersBlock(v.Report, 0))
		if v.Belongs != "" {
			p.At++
		}
		root.Picture = &p
	}
	return append([]message.Slot{root}, details...)
}

// chartPicture is the chart of the first currency; ok is false when there is
// nothing to draw.
func chartPicture(r report.Report) (p message.Picture, ok bool) {
	if len(r.Money) == 0 || len(r.Money[0].Chart.Weeks) == 0 {
		return p, false
	}
	m := r.Money[0]
	// What the chart is drawn from, and no more: figures that are not finite have no JSON, but a text.
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %t %q %v", m.Currency, m.Until, m.Partial, m.Chart.Series, m.Chart.Weeks))
	return message.Picture{
		Name: "costs-" + r.Week.String() + ".png", Alt: chart.Alt(r), Hash: hex.EncodeToString(sum[:8]),
		PNG: func() ([]byte, error) { return chart.PNG(m) },
	}, true
}

// Preview answers `/playbook digest preview`: what the root would say, for
// one person, without buttons and picture.
func Preview(v View) blockkit.Message { return root(v, false, true) }

// root is the digest on one screen of a phone. Room is kept first for what
// must not be left out.
func root(v View, details, preview bool) blockkit.Message {
	r := v.Report
	organisation := linesOf("organisation", organisationLines(r, v.Command))
	incidents := append(linesOf("incidents", incidentLines(r.Incidents)), rootMissingBlock(r.Missing)...)
	s := stack{left: blockkit.MaxTotal - 800 - blockkit.Size(organisation...) - blockkit.Size(incidents...)}
	if p, ok := chartPicture(r); ok {
		s.left -= blockkit.JSONLength(p.Alt) + 4*blockkit.ObjectSize
	}
	s.add(0, blockkit.Header("head", digestHead(r)), origin(v, preview))
	if v.Belongs != "" {
		s.add(0, blockkit.Lines("belongs", []*blockkit.Paragraph{message.Belongs(v.Belongs, v.BelongsWhy)}))
	}
	kept := spikesRoom(v) + stepsRoom // what people are asked to act on goes before what moved
	totals := linesOf("totals", digestNews(r, true))
	if blockkit.Size(totals...) > s.left-kept {
		totals = linesOf("totals", digestNews(r, false))
	}
	movers := moverTable(r)
	s.left -= blockkit.Size(totals...)
	answers := answersBlock(r, max(answersRoom, min(answersFirst, s.left-kept), s.left-kept-rootStepsRoom(v)-blockkit.Size(movers...)))
	s.left += blockkit.Size(totals...)
	s.add(0, answers...)
	s.add(0, totals...)
	s.left -= kept
	for _, block := range movers {
		s.add(0, block)
	}
	s.left += kept - stepsRoom
	s.spikes(v, preview)
	s.add(0, linesOf("judged", judgedLines(r))...)
	s.left += stepsRoom
	s.blocks = append(s.blocks, organisation...)
	s.steps(v, preview)
	s.blocks = append(s.blocks, incidents...)
	way := fmt.Sprintf("`%s cost SERVICE` shows eight weeks of one service.", v.Command)
	switch {
	case details:
		way = "Details are in the thread. " + way
	case preview:
		way = fmt.Sprintf("Only you see this. `%s digest post` posts it with its chart and details.", v.Command)
	}
	s.blocks = append(s.blocks, blockkit.Context("way", blockkit.Mrkdwn(way)))
	return blockkit.Message{Text: digestText(v), Blocks: s.blocks}
}

// linesOf is a block of lines, or none.
func linesOf(id string, all []*blockkit.Paragraph) []slack.Block {
	if len(all) == 0 {
		return nil
	}
	return []slack.Block{blockkit.Lines(id, all)}
}

// stack collects the root's blocks while there is room for them.
type stack struct {
	blocks []slack.Block
	left   int // of the weight
}

// add puts blocks that belong together on the stack, or none of them: they weigh
// as much as they do now, or as is said.
func (s *stack) add(room int, blocks ...slack.Block) bool {
	room = max(room, blockkit.Size(blocks...))
	if room > s.left || len(s.blocks)+len(blocks) > blockkit.MaxBlocks-10 {
		return false
	}
	s.left -= room
	s.blocks = append(s.blocks, blocks...)
	return true
}

// origin says which digest of which week it is, and of what its money is.
func origin(v View, preview bool) slack.Block {
	r := v.Report
	name := "*" + report.ID(v.Number) + "*"
	if preview {
		name = "*Preview*"
	}
	parts := []*slack.TextBlockObject{blockkit.Mrkdwn(name)}
	if digest := textutil.CutUnits(blockkit.Line(r.Digest), 60); digest != "" {
		parts = append(parts, blockkit.PlainText(digest))
	}
	parts = append(parts, blockkit.PlainText(weekWord(r.Week)+", "+weekDates(r.Week)))
	if only := textutil.CutUnits(blockkit.Line(r.Filter), 80); only != "" {
		parts = append(parts, blockkit.PlainText("only "+only))
	}
	if len(r.Money) > 0 {
		m := r.Money[0]
		parts = append(parts, blockkit.PlainText(dataUntil(m)))
		if what := textutil.CutUnits(blockkit.Line(m.Column), 40) + inWords(currency(m)); what != "" {
			parts = append(parts, blockkit.PlainText(what))
		}
	}
	return blockkit.Context("origin", parts...)
}

// rootMissingBlock names what is missing, in a few lines.
func rootMissingBlock(missing []string) []slack.Block {
	if len(missing) == 0 {
		return nil
	}
	var items []*blockkit.Paragraph
	for _, m := range missing[:min(len(missing), rootMissing)] {
		items = append(items, (&blockkit.Paragraph{}).Text(blockkit.NotEmpty(textutil.CutUnits(blockkit.Line(m), maxMissing))))
	}
	parts := []slack.RichTextElement{(&blockkit.Paragraph{}).Text("⚠️ ").Bold("Missing").Section(), blockkit.Bullets(items)}
	if rest := len(missing) - rootMissing; rest > 0 {
		parts = append(parts, (&blockkit.Paragraph{}).Italic("and "+textutil.Count(rest, "more thing")+", in the thread").Section())
	}
	return []slack.Block{blockkit.RichText("missing", parts...)}
}

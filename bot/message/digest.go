package message

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/chart"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
)

// DigestView is all that rendering a digest depends on. The report is what was
// posted; marks and adoptions are what people have said since.
type DigestView struct {
	Report report.Report
	// Adoptions are what people decided about cost steps by now, by the step's id:
	// one that is not in it is open. Nil: what the report says still holds.
	Adoptions map[string]report.Adoption
	Marks     []Mark
	Command   string // the slash command: "/playbook"
	Number    int    // 7: DIG-7
	Names     Names  // of whom a notice calls; without them nobody is
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

// RenderDigest returns the messages that there should be of a digest: the root,
// which says what a week was on one screen, and details in its thread, each only
// when it has something to say. They mention nobody: a digest pings no one. What
// stands in which message depends on the report alone, so that clicks move
// nothing.
func RenderDigest(v DigestView) []Slot {
	if n := v.Report.Notice; n != nil {
		return []Slot{{Name: "root", Message: notice(v, *n)}}
	}
	var details []Slot
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
	root := Slot{Name: "root", Message: digestRoot(v, len(details) > 0, false)}
	if p, ok := digestPicture(v.Report); ok {
		// Below what the week cost, above what moved.
		p.At = 2 + len(linesOf("totals", digestNews(v.Report, 0))) + len(monthBlock(v.Report, 0))
		if v.Belongs != "" {
			p.At++
		}
		root.Picture = &p
	}
	return append([]Slot{root}, details...)
}

// digestPicture is the chart of the first currency; ok is false when there is
// nothing to draw.
func digestPicture(r report.Report) (p Picture, ok bool) {
	if len(r.Money) == 0 || len(r.Money[0].Chart.Weeks) == 0 {
		return p, false
	}
	m := r.Money[0]
	// What the chart is drawn from, and no more: figures that are not finite have no JSON, but a text.
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %t %q %v", m.Currency, m.Until, m.Partial, m.Chart.Series, m.Chart.Weeks))
	return Picture{
		Name: "costs-" + r.Week.String() + ".png", Alt: chart.Alt(r), Hash: hex.EncodeToString(sum[:8]),
		PNG: func() ([]byte, error) { return chart.PNG(m) },
	}, true
}

// DigestPreview answers `/playbook digest preview`: what the root would say, for
// one person, without buttons and picture.
func DigestPreview(v DigestView) Message { return digestRoot(v, false, true) }

// digestRoot is the digest on one screen of a phone. Room is kept first for what
// must not be left out.
func digestRoot(v DigestView, details, preview bool) Message {
	r := v.Report
	organisation := linesOf("organisation", organisationLines(r.Organisation))
	incidents := append(linesOf("incidents", incidentLines(r.Incidents)), rootMissingBlock(r.Missing)...)
	s := stack{left: MaxTotal - 800 - sizeEstimate(organisation...) - sizeEstimate(incidents...)}
	if p, ok := digestPicture(r); ok {
		s.left -= jsonLength(p.Alt) + 4*objectWeight
	}
	s.add(0, header("head", digestHead(r)), digestOrigin(v, preview))
	if v.Belongs != "" {
		s.add(0, lines("belongs", []*paragraph{belongs(v.Belongs, v.BelongsWhy)}))
	}
	kept := spikesRoom(v) + stepsRoom // what people are asked to act on goes before what moved
	totals := linesOf("totals", digestNews(r, maxCurrencies))
	for explained := 1; explained >= 0 && sizeEstimate(totals...) > s.left-kept; explained-- {
		totals = linesOf("totals", digestNews(r, explained))
	}
	s.add(0, totals...)
	s.add(0, monthBlock(r, s.left-kept-monthRoom)...)
	s.left -= kept
	s.add(0, moverTable(r)...)
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
	s.blocks = append(s.blocks, small("way", markup(way)))
	return Message{Text: digestText(v), Blocks: s.blocks}
}

// linesOf is a block of lines, or none.
func linesOf(id string, all []*paragraph) []slack.Block {
	if len(all) == 0 {
		return nil
	}
	return []slack.Block{lines(id, all)}
}

// stack collects the root's blocks while there is room for them.
type stack struct {
	blocks []slack.Block
	left   int // of the weight
}

// add puts blocks that belong together on the stack, or none of them: they weigh
// as much as they do now, or as is said.
func (s *stack) add(room int, blocks ...slack.Block) bool {
	room = max(room, sizeEstimate(blocks...))
	if room > s.left || len(s.blocks)+len(blocks) > MaxBlocks-10 {
		return false
	}
	s.left -= room
	s.blocks = append(s.blocks, blocks...)
	return true
}

// digestOrigin says which digest of which week it is, and of what its money is.
func digestOrigin(v DigestView, preview bool) slack.Block {
	r := v.Report
	name := "*" + report.ID(v.Number) + "*"
	if preview {
		name = "*Preview*"
	}
	parts := []*slack.TextBlockObject{markup(name)}
	if digest := textutil.CutUnits(Line(r.Digest), 60); digest != "" {
		parts = append(parts, plain(digest))
	}
	parts = append(parts, plain(weekWord(r.Week)+", "+weekDates(r.Week)))
	if len(r.Money) > 0 {
		m := r.Money[0]
		parts = append(parts, plain(dataUntil(m)))
		if what := textutil.CutUnits(Line(m.Column), 40) + inWords(currency(m)); what != "" {
			parts = append(parts, plain(what))
		}
	}
	return small("origin", parts...)
}

// rootMissingBlock names what is missing, in a few lines.
func rootMissingBlock(missing []string) []slack.Block {
	if len(missing) == 0 {
		return nil
	}
	var items []*paragraph
	for _, m := range missing[:min(len(missing), rootMissing)] {
		items = append(items, (&paragraph{}).text(orNothing(textutil.CutUnits(Line(m), maxMissing))))
	}
	parts := []slack.RichTextElement{(&paragraph{}).text("⚠️ ").bold("Missing").section(), bullets(items)}
	if rest := len(missing) - rootMissing; rest > 0 {
		parts = append(parts, (&paragraph{}).italic("and "+textutil.Count(rest, "more thing")+", in the thread").section())
	}
	return []slack.Block{rich("missing", parts...)}
}

// orNothing keeps a text from being empty, which Slack refuses.
func orNothing(s string) string {
	if s == "" {
		return "(no name)"
	}
	return s
}

// Package chart draws what weeks cost: a picture for people who see it, and the
// same in words for those who do not. It judges nothing and computes no figure
// that the report does not hold; it reads no clock and no file, and equal reports
// give equal bytes.
package chart

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/signalbook/signalbook/bot/costreview/report"
)

// The picture's size in pixels. A phone shows it at a third: letters are large.
const (
	Width  = 1200
	Height = 640
)

// The parts of the picture, in pixels from its left and its bottom.
const (
	margin      = 36
	legendWidth = 332
	plotBottom  = 92
	plotTop     = 524
	labelRoom   = 62 // above the highest bar: its total, and what is above expected
)

// PNG draws the weeks of one currency, [Width] × [Height]: stacked by service,
// the largest at the bottom, what nobody expected hatched in red on top. Weeks
// with less than seven days are pale and say how many they have.
func PNG(m report.CurrencyReport) ([]byte, error) {
	t, err := newTheme()
	if err != nil {
		return nil, err
	}
	img := vgimg.NewWith(vgimg.UseWH(Width, Height), vgimg.UseDPI(int(vg.Inch)), vgimg.UseBackgroundColor(color.White))
	s := sheet{theme: t, canvas: draw.New(img), figures: figuresOf(m)}
	s.heading(m)
	if len(s.weeks) == 0 {
		s.text(s.body(24, false), Width/2, Height/2, draw.XCenter, muted, "There are no cost data to draw.")
	} else {
		s.scale()
		s.axis()
		s.bars()
		s.legend()
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img.Image()); err != nil {
		return nil, fmt.Errorf("encode the cost chart: %w", err)
	}
	return out.Bytes(), nil
}

// sheet is the picture while it is drawn.
type sheet struct {
	theme
	figures
	canvas      draw.Canvas
	left, right float64 // of the plot
	zero        float64 // where nothing is, in pixels from the bottom
	perUnit     float64 // pixels of one unit of money
	ticks       []float64
	step        float64
}

func (s *sheet) heading(m report.CurrencyReport) {
	title := "Usage by service and week"
	if s.currency != "" {
		title += ", in " + s.currency
	}
	s.text(s.body(30, true), margin, Height-46, draw.XLeft, ink, s.fit(s.body(30, true), title, Width-2*margin))
	sub := "Weeks begin on Monday (UTC). Without fixed charges, tax and credits"
	if len(s.weeks) > 0 && m.Until != 0 {
		sub = "Data to " + m.Until.Time().Format("2 Jan 2006") + ". " + sub
	}
	if newest, _, ok := s.unfinished(); ok {
		sub = fmt.Sprintf("Data to %s. Dashed: the same %d weekdays of the other weeks. Usage only", m.Until.Time().Format("2 Jan 2006"), newest.Days)
	}
	if m.Partial {
		sub += ". Not all could be read"
	}
	s.text(s.body(20, false), margin, Height-78, draw.XLeft, muted, s.fit(s.body(20, false), sub+".", Width-2*margin))
}

// scale finds out where things are: the ticks' labels decide how much is left for
// the bars.
func (s *sheet) scale() {
	low, high := 0.0, 0.0
	for _, w := range s.weeks {
		low, high = min(low, w.below), max(high, w.top(), w.same)
	}
	if low == 0 && high == 0 {
		high = 1
	}
	s.step = niceStep((high - low) / 4)
	bottom := float64(plotBottom)
	if low < 0 {
		bottom += 10
	}
	s.perUnit = (plotTop - labelRoom - bottom) / (high - low)
	s.zero = bottom - low*s.perUnit
	for k := math.Ceil(low / s.step); k*s.step <= high*1.0001+s.step*0.3; k++ {
		s.ticks = append(s.ticks, k*s.step)
	}
	widest := 0.0
	for _, tick := range s.ticks {
		widest = max(widest, s.width(s.body(20, false), s.tickText(tick)))
	}
	s.left, s.right = margin+widest+14, Width-legendWidth-28
}

// y is where an amount is, in pixels from the bottom.
func (s *sheet) y(amount float64) float64 { return s.zero + amount*s.perUnit }

// axis draws a line for each tick and, above them, what the amounts are.
func (s *sheet) axis() {
	s.text(s.body(20, false), margin, plotTop+2, draw.XLeft, muted, s.currency)
	for _, tick := range s.ticks {
		line := grid
		if tick == 0 {
			line = strong
		}
		s.canvas.StrokeLine2(line, vg.Length(s.left), vg.Length(s.y(tick)), vg.Length(s.right), vg.Length(s.y(tick)))
		s.text(s.body(20, false), s.left-12, s.y(tick)-7, draw.XRight, muted, s.tickText(tick))
	}
}

// niceStep is the next of 1, 2, 2.5 and 5 times a power of ten.
func niceStep(rough float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, nice := range []float64{1, 2, 2.5, 5} {
		if rough <= nice*power*1.0001 {
			return nice * power
		}
	}
	return 10 * power
}

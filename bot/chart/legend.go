package chart

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legend names the services at the right, in the order of the bars from top to
// bottom, with what the last week has of each: order and amounts tell them apart
// without any colour.
func (s *sheet) legend() {
	left := float64(Width - legendWidth)
	last := s.weeks[len(s.weeks)-1]
	rows := len(s.names)
	if s.red {
		rows++
	}
	const head = 34
	y := float64(plotTop - 22)
	s.text(s.body(20, false), left, y, draw.XLeft, muted, "Week of "+last.Week.Monday().Time().Format("2 Jan"))
	y -= head
	row := min(62, (y-plotBottom+40)/float64(max(1, rows)))
	if s.red {
		says := "nothing this week"
		if last.above > 0 {
			says = s.plus(last.above)
		}
		s.hatch(swatch(left, y))
		s.entry(left, y, "above expected", says, alarm)
		y -= row
	}
	for k := len(s.names) - 1; k >= 0; k-- {
		s.canvas.FillPolygon(s.colour(k, true), swatch(left, y))
		says := s.short(last.values[k])
		if last.Days <= 0 {
			says = "no data"
		}
		s.entry(left, y, s.label(k), says, ink)
		y -= row
	}
}

// swatch is the square before a name, whose first line is at y.
func swatch(left, y float64) []vg.Point {
	const size = 24
	x0, y0 := vg.Length(left), vg.Length(y-6)
	return []vg.Point{{X: x0, Y: y0}, {X: x0 + size, Y: y0}, {X: x0 + size, Y: y0 + size}, {X: x0, Y: y0 + size}}
}

func (s *sheet) entry(left, y float64, name, amount string, c color.Color) {
	const indent = 36
	room := float64(legendWidth - indent - margin + 16)
	style := s.shrunk(s.body(21, true), name, room, 17)
	s.text(style, left+indent, y, draw.XLeft, c, s.fit(style, name, room))
	s.text(s.body(19, false), left+indent, y-24, draw.XLeft, muted, s.fit(s.body(19, false), amount, room))
}

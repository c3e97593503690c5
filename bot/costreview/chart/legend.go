package chart

import (
	"image/color"
	"strings"

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
	s.text(s.body(20, false), left, y, draw.XLeft, muted, s.lastWeek())
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
		says := s.short(last.costs[k])
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

// entry is a name and its amount. A name that needs two lines shares the second
// with the amount.
func (s *sheet) entry(left, y float64, name, amount string, c color.Color) {
	const indent, narrow = 36, 17
	room := float64(legendWidth - indent - margin + 16)
	left += indent
	small := s.body(19, false)
	style := s.body(21, true)
	if s.width(style, name) > room {
		style = s.shrunk(style, name, room, narrow)
	}
	first, second := s.broken(style, name, room)
	s.text(style, left, y, draw.XLeft, c, first)
	if second == "" {
		s.text(small, left, y-24, draw.XLeft, muted, s.fit(small, amount, room))
		return
	}
	second = s.fit(style, second, room-s.width(small, amount)-10)
	s.text(style, left, y-23, draw.XLeft, c, second)
	s.text(small, left+s.width(style, second)+10, y-23, draw.XLeft, muted, amount)
}

// broken is a name on one line or two, broken between words.
func (s *sheet) broken(style draw.TextStyle, name string, room float64) (first, second string) {
	if s.width(style, name) <= room {
		return name, ""
	}
	words := strings.Fields(name)
	for k := len(words) - 1; k > 0; k-- {
		if first = strings.Join(words[:k], " "); s.width(style, first) <= room {
			return first, strings.Join(words[k:], " ")
		}
	}
	return s.fit(style, name, room), ""
}

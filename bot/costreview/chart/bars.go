package chart

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bars draws the weeks, the oldest at the left.
func (s *sheet) bars() {
	slot := (s.right - s.left) / float64(max(4, len(s.weeks)))
	start := s.left + (s.right-s.left-slot*float64(len(s.weeks)))/2
	newest, before, unfinished := s.unfinished()
	for k, w := range s.weeks {
		center := start + slot*(float64(k)+0.5)
		width := min(96, 0.66*slot)
		s.bar(w, center, width)
		top := w.top()
		if unfinished {
			same := w.same
			if k == len(s.weeks)-1 { // what it is compared with
				same = before.same
				top = max(newest.top(), same)
			}
			s.outline(center, width, same)
		}
		s.under(w, center, slot-8)
		s.over(w, center, slot-4, top)
	}
}

// outline draws how high a bar is by the weekdays that the newest week has: beside the
// whole bars of the others an unfinished one would look like a fall.
func (s *sheet) outline(center, width, to float64) {
	if to <= 0 {
		return
	}
	corners := s.box(center, width+10, 0, to)
	s.canvas.StrokeLines(dashed, []vg.Point{corners[0], corners[3], corners[2], corners[1]})
}

// bar stacks what lies above zero upwards and what lies below it downwards.
func (s *sheet) bar(w week, center, width float64) {
	up, down := 0.0, 0.0
	for k, v := range w.values {
		if v >= 0 {
			s.segment(center, width, up, up+v, s.colour(k, w.whole()))
			up += v
			continue
		}
		s.segment(center, width, down+v, down, s.colour(k, w.whole()))
		down += v
	}
	if w.above > 0 {
		s.hatch(s.box(center, width, up, up+w.above))
	}
	if w.Days > 0 { // the zero line again, over the gaps between segments
		s.canvas.StrokeLine2(strong, vg.Length(center-width/2), vg.Length(s.zero), vg.Length(center+width/2), vg.Length(s.zero))
	}
}

// colour is a service's.
func (s *sheet) colour(k int, whole bool) color.RGBA {
	c := rest
	if k < len(palette) && s.names[k] != "other" {
		c = palette[k]
	}
	if !whole {
		return pale(c)
	}
	return c
}

func (s *sheet) box(center, width, from, to float64) []vg.Point {
	left, right := vg.Length(center-width/2), vg.Length(center+width/2)
	bottom, top := vg.Length(s.y(from)), vg.Length(s.y(to))
	return []vg.Point{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: top}, {X: left, Y: top}}
}

// segment is one part of a bar, with a white line above it when there is room for
// one.
func (s *sheet) segment(center, width, from, to float64, c color.RGBA) {
	corners := s.box(center, width, from, to)
	s.canvas.FillPolygon(c, corners)
	if corners[2].Y-corners[1].Y > 4 {
		s.canvas.StrokeLine2(gap, corners[3].X, corners[3].Y, corners[2].X, corners[2].Y)
	}
}

// hatch fills a box with white lines on red: what is above expected.
func (s *sheet) hatch(corners []vg.Point) {
	s.canvas.FillPolygon(alarm, corners)
	inside := draw.Canvas{Canvas: s.canvas.Canvas, Rectangle: vg.Rectangle{Min: corners[0], Max: corners[2]}}
	height := corners[2].Y - corners[0].Y
	for x := corners[0].X - height; x < corners[1].X; x += 9 {
		for _, line := range inside.ClipLinesXY([]vg.Point{{X: x, Y: corners[0].Y}, {X: x + height, Y: corners[2].Y}}) {
			inside.StrokeLine2(stripe, line[0].X, line[0].Y, line[1].X, line[1].Y)
		}
	}
}

// under says which week it is, and how much of it is there.
func (s *sheet) under(w week, center, room float64) {
	name := w.Week.Monday().Time().Format("2 Jan")
	s.text(s.shrunk(s.body(21, false), name, room, 12), center, plotBottom-34, draw.XCenter, ink, name)
	if w.whole() {
		return
	}
	says := fmt.Sprintf("%d of 7 days", w.Days)
	if w.Days <= 0 {
		says = "no data"
	}
	s.text(s.shrunk(s.body(17, true), says, room, 12), center, plotBottom-60, draw.XCenter, muted, says)
}

// over names the bar's total and what of it is above expected, above what is drawn.
func (s *sheet) over(w week, center, room, top float64) {
	if w.Days <= 0 {
		return
	}
	at := s.y(top) + 8
	if w.above > 0 {
		says := s.plus(w.above)
		s.plate(s.body(21, true), center, at, room, alarm, says)
		at += 25
	}
	says := s.short(w.total)
	s.plate(s.body(21, true), center, at, room, ink, says)
}

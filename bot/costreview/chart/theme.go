package chart

import (
	"fmt"
	"image/color"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ink   = rgb(0x1f2328)
	muted = rgb(0x59636e)
	alarm = rgb(0xc8102e) // what is above expected: never by colour alone, it is hatched and has a label

	grid   = draw.LineStyle{Color: rgb(0xe3e6ea), Width: 1}
	strong = draw.LineStyle{Color: rgb(0x59636e), Width: 2}
	gap    = draw.LineStyle{Color: color.White, Width: 2}
	dashed = draw.LineStyle{Color: rgb(0x1f2328), Width: 2, Dashes: []vg.Length{7, 5}}
	stripe = draw.LineStyle{Color: color.White, Width: 1.5}
)

// palette are the services' colours, the largest first. Neighbours differ in
// lightness too, so that they stay apart for people who see no red, no green or
// no blue, and in grey.
var palette = []color.RGBA{rgb(0x0b3c6f), rgb(0x5aa9e6), rgb(0x00755e), rgb(0xf2c14e), rgb(0x7b5ea7)}

// rest is the colour of all other services.
var rest = rgb(0xc3c9d0)

func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 0xff}
}

// pale is a colour mixed with white: of weeks that are not whole.
func pale(c color.RGBA) color.RGBA {
	mix := func(v uint8) uint8 { return uint8((int(v)*58 + 255*42) / 100) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

const typeface = "Liberation"

// faces are the two fonts, parsed once. They know Latin, Greek and Cyrillic.
var faces = sync.OnceValues(func() (plotfont.Collection, error) {
	var all plotfont.Collection
	for _, f := range []struct {
		weight font.Weight
		data   []byte
	}{{font.WeightNormal, liberationsansregular.TTF}, {font.WeightBold, liberationsansbold.TTF}} {
		parsed, err := opentype.Parse(f.data)
		if err != nil {
			return nil, fmt.Errorf("parse the chart's own font: %w", err)
		}
		all = append(all, plotfont.Face{Font: plotfont.Font{Typeface: typeface, Variant: "Sans", Weight: f.weight}, Face: parsed})
	}
	return all, nil
})

// theme is how letters look.
type theme struct {
	handler text.Handler
	regular *sfnt.Font
}

func newTheme() (theme, error) {
	all, err := faces()
	if err != nil {
		return theme{}, err
	}
	return theme{text.Plain{Fonts: plotfont.NewCache(all)}, all[0].Face}, nil
}

// body is a style of so many pixels.
func (t theme) body(size float64, bold bool) draw.TextStyle {
	f := plotfont.Font{Typeface: typeface, Variant: "Sans", Size: vg.Length(size)}
	if bold {
		f.Weight = font.WeightBold
	}
	return draw.TextStyle{Font: f, Handler: t.handler}
}

// width is how wide a text is, in pixels.
func (t theme) width(style draw.TextStyle, s string) float64 {
	return float64(style.Width(s))
}

// fit cuts a text to so many pixels.
func (t theme) fit(style draw.TextStyle, s string, limit float64) string {
	if t.width(style, s) <= limit {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && t.width(style, string(runes)+"…") > limit {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// shrunk is a style in which a text has so many pixels of room, if that is
// possible with letters of at least so many.
func (t theme) shrunk(style draw.TextStyle, s string, limit, least float64) draw.TextStyle {
	if w := t.width(style, s); w > limit {
		style.Font.Size = max(vg.Length(least), style.Font.Size*vg.Length(limit/w))
	}
	return style
}

// plate writes a centred line on white, so that no other line runs through it,
// in as many pixels as there are.
func (s *sheet) plate(style draw.TextStyle, x, y, room float64, c color.Color, line string) {
	style = s.shrunk(style, line, room, 12)
	half, size := vg.Length(s.width(style, line)/2+2), style.Font.Size
	center, base := vg.Length(x), vg.Length(y)
	s.canvas.FillPolygon(color.White, []vg.Point{
		{X: center - half, Y: base - 0.24*size}, {X: center + half, Y: base - 0.24*size}, {X: center + half, Y: base + 0.8*size}, {X: center - half, Y: base + 0.8*size},
	})
	s.text(style, x, y, draw.XCenter, c, line)
}

// text writes one line; y is its base line.
func (s *sheet) text(style draw.TextStyle, x, y float64, align text.XAlignment, c color.Color, line string) {
	style.XAlign, style.Color = align, c
	style.YAlign = draw.YBottom
	// The handler lowers a line by its ascent and lifts it by its size.
	y -= float64(style.Font.Size - style.FontExtents().Ascent)
	s.canvas.FillText(style, vg.Point{X: vg.Length(x), Y: vg.Length(y)}, line)
}

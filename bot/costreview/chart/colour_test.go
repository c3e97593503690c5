package chart

import (
	"image/color"
	"math"
	"slices"
	"testing"
)

// sights are what people see of linear red, green and blue: all, and without one
// of them (Machado, Oliveira, Fernandes: A Physiologically-based Model for
// Simulation of Color Vision Deficiency, 2009, severity 1).
var sights = map[string][9]float64{
	"all colours": {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"no red":      {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"no green":    {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"no blue":     {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// lab is a colour as people with a sight see it: lightness, and two more axes.
func lab(c color.RGBA, sight [9]float64) [3]float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	in := [3]float64{linear(c.R), linear(c.G), linear(c.B)}
	var seen [3]float64
	for k := range seen {
		seen[k] = max(0, min(1, sight[3*k]*in[0]+sight[3*k+1]*in[1]+sight[3*k+2]*in[2]))
	}
	curve := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	x := curve((0.4124564*seen[0] + 0.3575761*seen[1] + 0.1804375*seen[2]) / 0.95047)
	y := curve(0.2126729*seen[0] + 0.7151522*seen[1] + 0.0721750*seen[2])
	z := curve((0.0193339*seen[0] + 0.1191920*seen[1] + 0.9503041*seen[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// TestColoursStayApart: for everybody, each of the colours from each other, and
// neighbours in the bar in lightness alone.
func TestColoursStayApart(t *testing.T) {
	all := append(slices.Clone(palette), rest, alarm)
	for sight, matrix := range sights {
		for i, a := range all {
			for j, b := range all[:i] {
				x, y := lab(a, matrix), lab(b, matrix)
				if d := math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]); d < 15 {
					t.Errorf("%s: colours %d and %d are %.0f apart, want 15 at least", sight, j, i, d)
				}
				if d := math.Abs(x[0] - y[0]); i-j == 1 && d < 12 {
					t.Errorf("%s: neighbours %d and %d differ by %.0f in lightness, want 12 at least", sight, j, i, d)
				}
			}
		}
	}
}

package main

import (
	"io"
	"os"
	"strings"
)

// colour writes colours where somebody sees them: on a terminal, unless NO_COLOR is
// set (no-color.org) or the terminal is a dumb one.
type colour struct{ on bool }

func newPaint(w io.Writer) colour {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return colour{}
	}
	info, err := file.Stat()
	return colour{on: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (p colour) coloured(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p colour) green(s string) string { return p.coloured("32", s) }
func (p colour) red(s string) string   { return p.coloured("31", s) }
func (p colour) bold(s string) string  { return p.coloured("1", s) }

// failure colours what was wanted and what there was.
func (p colour) failure(text string) string {
	lines := strings.Split(text, "\n")
	for k, l := range lines {
		switch inner := strings.TrimLeft(l, " "); {
		case k == 0:
		case strings.HasPrefix(inner, "-"), strings.HasPrefix(inner, "want: "):
			lines[k] = p.red(l)
		case strings.HasPrefix(inner, "+"), strings.HasPrefix(inner, "got:  "):
			lines[k] = p.green(l)
		}
	}
	return strings.Join(lines, "\n")
}

package main

import (
	"io"
	"os"
	"strings"
)

// paint writes colours where somebody sees them: on a terminal, unless NO_COLOR is
// set (no-color.org) or the terminal is a dumb one.
type paint struct{ on bool }

func newPaint(w io.Writer) paint {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return paint{}
	}
	info, err := file.Stat()
	return paint{on: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (p paint) coloured(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) green(s string) string { return p.coloured("32", s) }
func (p paint) red(s string) string   { return p.coloured("31", s) }
func (p paint) bold(s string) string  { return p.coloured("1", s) }

// failure colours what was wanted and what there was.
func (p paint) failure(text string) string {
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

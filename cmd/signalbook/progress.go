package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress is a bar on a terminal; elsewhere it is silent.
type progress struct {
	out   io.Writer
	last  time.Time
	shown bool
}

const (
	barWidth = 30
	barEvery = 100 * time.Millisecond
)

// newProgress shows progress on out when that is a terminal.
func newProgress(out io.Writer) *progress {
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{out: out}
		}
	}
	return &progress{}
}

// show draws how many of the bytes are read. It is not called concurrently.
func (p *progress) show(done, total int64) {
	now := time.Now()
	if p.out == nil || total <= 0 || (done < total && now.Sub(p.last) < barEvery) {
		return
	}
	p.last, p.shown = now, true
	filled := int(min(done, total) * barWidth / total)
	fmt.Fprintf(p.out, "\rreading costs [%s%s] %3d %% of %s", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), min(done, total)*100/total, size(total))
}

// end leaves the line as it was.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func size(bytes int64) string {
	switch {
	case bytes >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
	case bytes >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
}

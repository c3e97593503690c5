package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// page is a text for a terminal, with figures in columns.
type page struct {
	b      strings.Builder
	places int // decimals of changes, so that they add up as they are printed
}

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.b, format, args...)
	p.b.WriteByte('\n')
}

// head begins a section.
func (p *page) head(format string, args ...any) {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	p.line(format, args...)
}

// table writes rows under each other: names and words to the left, figures to the right.
func (p *page) table(rows [][]string) {
	var widths []int
	var words []bool // of a column: none of its cells is a figure
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths, words = append(widths, 0), append(words, true)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			words[i] = words[i] && (i == 0 || cell == "" || !strings.ContainsAny(cell[:1], "+-0123456789"))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		b.WriteString("  ")
		for i, cell := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			if pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)); words[i] {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
		}
		p.line("%s", strings.TrimRight(b.String(), " "))
	}
}

// list writes sentences under each other.
func (p *page) list(items []string) {
	for _, item := range items {
		p.line("  - %s", item)
	}
}

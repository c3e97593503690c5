package postmortem

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/alerts/weblink"
)

// document is Markdown that grows line by line. What is foreign in it was escaped.
type document struct {
	zone *time.Location
	buf  bytes.Buffer
}

// line is a paragraph or a heading.
func (d *document) line(form string, args ...any) {
	fmt.Fprintf(&d.buf, form+"\n\n", args...)
}

// item is an entry of a list, sub one below it.
func (d *document) item(form string, args ...any) { fmt.Fprintf(&d.buf, "- "+form+"\n", args...) }
func (d *document) sub(form string, args ...any)  { fmt.Fprintf(&d.buf, "  - "+form+"\n", args...) }

// fact is an item of something foreign that there may not be.
func (d *document) fact(name, value string) {
	if value != "" {
		d.item("%s: %s", name, escape(value))
	}
}

// row is a row of a table.
func (d *document) row(cells ...string) {
	d.buf.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// gap ends a list or a table.
func (d *document) gap() {
	if !bytes.HasSuffix(d.buf.Bytes(), []byte("\n\n")) {
		d.buf.WriteByte('\n')
	}
}

func (d *document) bytes() []byte { return append(bytes.TrimRight(d.buf.Bytes(), "\n"), '\n') }

// local reports whether local times stand beside UTC.
func (d *document) local() bool { return d.zone != nil && d.zone.String() != "UTC" }

// when is a moment in UTC and in local time.
func (d *document) when(t time.Time) string {
	if t.IsZero() {
		return "an unknown time"
	}
	says := stamp(t, time.UTC) + " UTC"
	if d.local() {
		form := "15:04:05 MST"
		if t.In(d.zone).YearDay() != t.UTC().YearDay() {
			form = "2006-01-02 " + form
		}
		says += " (" + t.In(d.zone).Format(form) + ")"
	}
	return says
}

// day is a deadline's day, where people are.
func (d *document) day(t time.Time) string { return t.In(d.zone).Format("Mon 2006-01-02 15:04 MST") }

func stamp(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04:05") }

func spanOf(seconds *int64) string {
	return textutil.Span(time.Duration(*seconds) * time.Second)
}

// span is spanOf for what there may not be.
func span(seconds *int64) string {
	if seconds == nil {
		return ""
	}
	return spanOf(seconds)
}

func sortedNames(labels map[string]string) []string { return slices.Sorted(maps.Keys(labels)) }

// marked are the signs that mean something in Markdown. A backslash takes the meaning
// away; < and & are written as HTML does, for readers that pass HTML on. An @ is
// followed by a sign that nobody sees, so that a paste into a forge calls nobody; a #
// loses its number in the same way.
var marked = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "|", `\|`, "$", `\$`, "!", `\!`, "^", `\^`,
	"#", "\\#\u2060", "@", "@\u2060", "&", "&amp;", "<", "&lt;", ">", "&gt;",
	"://", ":\u2060//", "www.", "www\u2060.",
)

// escape is foreign text, on one line, as plain text of Markdown: wherever it stands, it
// is shown as it is and begins nothing.
func escape(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	escaped := marked.Replace(s)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch {
	case s == "":
	case strings.ContainsRune("-+=:", rune(s[0])):
		return `\` + escaped
	case digits > 0 && digits < len(s) && (s[digits] == '.' || s[digits] == ')'):
		return s[:digits] + `\` + escaped[digits:] // no foreign text begins a numbered list
	}
	return escaped
}

// link is a way out; an address that is none is left out of it.
func link(l Link) string {
	address, why := weblink.Clean(l.URL)
	if why != "" {
		return escape(l.Title)
	}
	address = strings.NewReplacer("<", "%3C", ">", "%3E", "\\", "%5C", " ", "%20", "\n", "%0A", "\r", "%0D").Replace(address)
	return "[" + escape(l.Title) + "](<" + address + ">)"
}

package message

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
)

var update = flag.Bool("update", false, "write testdata/*.golden anew; commit only what you have read")

func TestRender(t *testing.T) {
	for name, view := range situations(t) {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, slot := range Render(view) {
				fmt.Fprintf(&b, "=== %s%s\n%s\n", slot.Name, flags(slot), readable(t, slot.Message))
			}
			golden(t, name, b.String())
		})
	}
}

func flags(s Slot) string {
	var out strings.Builder
	for _, f := range []struct {
		set  bool
		name string
	}{{s.Thread, "thread"}, {s.Once, "once"}, {s.Broadcast, "broadcast"}} {
		if f.set {
			out.WriteString(" (" + f.name + ")")
		}
	}
	return out.String()
}

// golden compares with testdata; goldens of messages that are long by intent keep
// their beginning and end.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden")
	all := strings.SplitAfter(got, "\n")
	for k, line := range all {
		if n := len([]rune(line)); n > 800 {
			all[k] = textutil.CutUnits(line, 200) + fmt.Sprintf(" [%d characters] ", n) + line[len(line)-80:]
		}
	}
	if len(all) > 400 {
		all = slices.Concat(all[:200], []string{fmt.Sprintf("[%d lines]\n", len(all)-300)}, all[len(all)-100:])
	}
	got = strings.Join(all, "")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestGoldenFilesAreUsed(t *testing.T) {
	used := map[string]bool{"answers": true, "status": true, "timeline": true, "incidents": true, "playbooks": true, "playbook": true, "modals": true, "storm": true, "storm-over": true, "terminal": true, "incidents-drill": true, "timeline-drill": true}
	for _, name := range []string{"digest", "digest-poor", "digest-currencies", "digest-virtual", "digest-clicked", "digest-quiet", "digest-modals", "cost"} {
		used[name] = true
	}
	for name := range maps.Keys(situations(t)) {
		used[strings.ReplaceAll(name, " ", "-")] = true
	}
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".golden"); !used[name] {
			t.Errorf("%s belongs to no test", f)
		}
	}
}

// readable shows a message as a reader sees it, one block a line or more.
func readable(t testing.TB, m Message) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "text: %s\n", m.Text)
	for _, block := range generic(t, m.Blocks) {
		b.WriteString(readBlock(block.(map[string]any)))
	}
	return b.String()
}

// generic is the blocks as Slack gets them.
func generic(t testing.TB, blocks []slack.Block) []any {
	t.Helper()
	data, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func readBlock(b map[string]any) string {
	switch b["type"] {
	case "divider":
		return "---\n"
	case "header":
		return "# " + text(b["text"]) + "\n"
	case "section":
		s := "| " + strings.ReplaceAll(text(b["text"]), "\n", "\n| ")
		if a, ok := b["accessory"].(map[string]any); ok {
			s += "  " + readButton(a)
		}
		return s + "\n"
	case "context":
		var all []string
		for _, e := range b["elements"].([]any) {
			all = append(all, text(e))
		}
		return "~ " + strings.Join(all, "  ") + "\n"
	case "actions":
		var all []string
		for _, e := range b["elements"].([]any) {
			all = append(all, readButton(e.(map[string]any)))
		}
		return strings.Join(all, " ") + "\n"
	case "rich_text":
		var s strings.Builder
		for _, e := range b["elements"].([]any) {
			s.WriteString(readRich(e.(map[string]any)))
		}
		return s.String()
	case "input":
		element := b["element"].(map[string]any)
		if element["type"] == "static_select" {
			return fmt.Sprintf("? %s %s\n", text(b["label"]), readButton(element))
		}
		return fmt.Sprintf("? %s (%s) at most %v\n", text(b["label"]), text(b["hint"]), element["max_length"])
	}
	return fmt.Sprintf("unknown block %v\n", b["type"])
}

func readButton(b map[string]any) string {
	if options, ok := b["options"].([]any); ok {
		var all []string
		for _, o := range options {
			o := o.(map[string]any)
			all = append(all, fmt.Sprintf("%s %s", text(o["text"]), o["value"]))
		}
		chosen := ""
		if o, ok := b["initial_option"].(map[string]any); ok {
			chosen = ", chosen: " + text(o["text"])
		}
		return fmt.Sprintf("[⋯ %s: %s%s]", b["action_id"], strings.Join(all, ", "), chosen)
	}
	if b["type"] == "external_select" {
		return fmt.Sprintf("[%s ▾ %s, from %v characters]", text(b["placeholder"]), b["action_id"], b["min_query_length"])
	}
	style := ""
	if s, ok := b["style"].(string); ok {
		style = " (" + s + ")"
	}
	return fmt.Sprintf("[%s%s %s %s]", text(b["text"]), style, b["action_id"], b["value"])
}

func readRich(e map[string]any) string {
	inside := e["elements"].([]any)
	switch e["type"] {
	case "rich_text_list":
		var s strings.Builder
		for _, item := range inside {
			s.WriteString("  • " + strings.ReplaceAll(readInline(item.(map[string]any)["elements"].([]any)), "\n", "\n    ") + "\n")
		}
		return s.String()
	case "rich_text_preformatted":
		return "  $ " + strings.ReplaceAll(readInline(inside), "\n", "\n    ") + "\n"
	case "rich_text_quote":
		return "  > " + strings.ReplaceAll(readInline(inside), "\n", "\n  > ") + "\n"
	}
	return "  " + strings.ReplaceAll(readInline(inside), "\n", "\n  ") + "\n"
}

func readInline(elements []any) string {
	var s strings.Builder
	for _, e := range elements {
		e := e.(map[string]any)
		switch e["type"] {
		case "text":
			mark := ""
			if style, ok := e["style"].(map[string]any); ok {
				for name, sign := range map[string]string{"bold": "**", "italic": "//", "code": "`"} {
					if style[name] == true {
						mark = sign
					}
				}
			}
			s.WriteString(mark + e["text"].(string) + mark)
		case "date":
			s.WriteString("{" + time.Unix(int64(e["timestamp"].(float64)), 0).UTC().Format("2 Jan 15:04") + "}")
		case "user":
			s.WriteString("<@" + e["user_id"].(string) + ">")
		case "link":
			s.WriteString(fmt.Sprintf("[%s](%s)", e["text"], e["url"]))
		default:
			s.WriteString(fmt.Sprintf("<unknown %v>", e["type"]))
		}
	}
	return s.String()
}

func text(v any) string {
	o, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	return o["text"].(string)
}

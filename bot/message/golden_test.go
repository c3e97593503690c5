package message

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

func TestRender(t *testing.T) {
	for name, view := range situations(t) {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, slot := range Render(view) {
				fmt.Fprintf(&b, "=== %s%s\n%s\n", slot.Name, blocktest.Flags(slot.Thread, slot.Once, slot.Broadcast), blocktest.Readable(t, slot.Message))
			}
			blocktest.Golden(t, name, b.String())
		})
	}
}

func TestGoldenFilesAreUsed(t *testing.T) {
	used := []string{"answers", "status", "timeline", "incidents", "playbooks", "playbook", "modals", "terminal", "incidents-drill", "timeline-drill"}
	blocktest.GoldenFilesAreUsed(t, slices.AppendSeq(used, maps.Keys(situations(t))))
}

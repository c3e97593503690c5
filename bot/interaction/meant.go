package interaction

import (
	"context"
	"slices"

	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// meant takes what was typed for the name of a playbook or a digest to mean the only name
// that is like it, and note says so. When several are, which asks for one of them, and
// nothing is done. What is like no name stays as it is.
func (h *Handler) meant(ctx context.Context, c command.Command, who person) (_ command.Command, note, which string) {
	s := h.Settings()
	var names []string
	what := "playbook"
	switch c.Verb {
	case command.VerbShow, command.VerbStart, command.VerbDrill:
		if _, known := s.Playbooks.Find(c.Name); known || !h.seesPlaybooks(ctx, who).Allowed {
			return c, "", ""
		}
		names = slices.Collect(s.Playbooks.Names())
	case command.VerbDigest:
		what, names = "digest", s.Digests
	}
	if c.Name == "" || slices.Contains(names, c.Name) {
		return c, "", ""
	}
	switch like := yamlfile.Alike(c.Name, names); len(like) {
	case 0:
		return c, "", ""
	case 1:
		typed := c.Name
		c.Name = like[0]
		return c, message.Taken(typed, c.Name), ""
	default:
		return c, "", message.Which(what, c.Name, like)
	}
}

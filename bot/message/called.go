package message

import (
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// Called is whom a ping of an incident notifies: configured names, or a person's. A
// drill's calls nobody.
// The slot is the ping's, with or without its opening.
func Called(i incident.Incident, slot string) []string {
	if i.Drill {
		return nil
	}
	kind, rest, _ := strings.Cut(slot, ":")
	switch kind {
	case "reopened":
		return Owners(i)
	case "deadline", "remind":
		tier, _, _ := strings.Cut(rest, ":")
		t, _ := i.Tier(playbooks.TierName(tier))
		if t.Name == playbooks.Immediate {
			return t.Owners
		}
		return calledLater(i, t, kind)
	case "escalation":
		level, _, _ := strings.Cut(rest, ":")
		if n, err := strconv.Atoi(level); err == nil && n >= 1 && n <= len(i.Escalate) {
			e := i.Escalate[n-1]
			if e.Hook == "" {
				return e.Mention
			}
			return append(slices.Clone(e.Mention), e.HookName)
		}
	case "assigned":
		return []string{PersonName(i.Lead)}
	case "resolved":
		if i.Lead.ID != "" && i.Lead.ID != i.ResolvedBy.ID {
			return []string{PersonName(i.Lead)}
		}
	}
	return nil
}

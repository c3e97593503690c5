package outbox

import (
	"slices"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// superseded sends nothing that is no longer worth sending.
func superseded(_ *look, c Call) bool { return c.Have.State == ledger.Superseded }

// Superseded are the pings that a root, about to be posted for the first time, makes
// needless: nobody has to be told that something is over, or has begun again, of which
// nobody ever saw anything else.
func Superseded(t Thread) []string {
	var names []string
	for _, slot := range t.Slots {
		if _, sent := t.Ledger[slot.Name]; !sent && slot.InRoot {
			names = append(names, slot.Name)
		}
	}
	return names
}

// keptOpenings is of how many openings a ledger has the pings, besides those of now.
const keptOpenings = 10

// PastPings are the pings of long past openings of an incident that is open for the
// so-manieth time, which are posted or never will be: nothing asks about them any more,
// and an incident that begins again for ever has no end of them. Told are the openings
// whose deadline pings are still asked about: without its slot such a ping would be
// taken for one that waits.
func PastPings(has ledger.Ledger, opening int, told []int) []string {
	var past []string
	for name, slot := range has {
		at := strings.LastIndex(name, ":") + 1
		of, err := strconv.Atoi(name[at:])
		ping := slices.ContainsFunc(message.Pings, func(kind string) bool { return strings.HasPrefix(name, kind+":") })
		over := slot.Sweeps == 0 && (slot.State == ledger.Superseded || slot.State == ledger.Sent)
		if ping && err == nil && over && of <= opening-keptOpenings && !slices.Contains(told, of) {
			past = append(past, name)
		}
	}
	return past
}

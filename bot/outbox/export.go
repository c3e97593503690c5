package outbox

import (
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/bot/ledger"
	"github.com/signalbook/signalbook/bot/message"
)

// posted leaves alone a file that is in the thread by itself: nothing else is to be said.
// While it is not there, its message waits for it as for a picture, and says in the end
// that it could not be brought.
func posted(l *look, c Call) bool {
	if c.Slot.Picture == nil || !c.Slot.Picture.Posted || c.Slot.File == "" {
		return false
	}
	l.tidyPicture(c)
	return true
}

// PastExports are the slots of post-mortems before the count-th, and of their files, whose
// calls have ended: nothing asks about them any more.
func PastExports(has ledger.Ledger, count int) []string {
	var past []string
	for name, slot := range has {
		number, is := strings.CutPrefix(strings.TrimPrefix(name, ledger.Picture("")), message.Export+":")
		n, err := strconv.Atoi(number)
		if is && err == nil && n < count && slot.Sweeps == 0 && slot.State != ledger.Sending {
			past = append(past, name)
		}
	}
	return past
}

package promquery

import (
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
)

const (
	// maxText bounds what is repeated of somebody else's text, in bytes.
	maxText = 300
	// maxQuery bounds how much of a query stands in an error or note, in bytes.
	maxQuery = 160
)

// shown is a query as errors and notes name it: on one line, quoted, cut.
func shown(expr string) string {
	return strconv.Quote(textutil.CutBytes(strings.Join(strings.Fields(expr), " "), maxQuery))
}

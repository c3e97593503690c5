package command

import (
	"regexp"
	"strconv"
)

var (
	fullID  = regexp.MustCompile(`^#?(?i:inc)[-_#:]?([0-9]{1,9})$`)
	bareID  = regexp.MustCompile(`^#?([0-9]{1,9})$`)
	apartID = regexp.MustCompile(`(?i)^inc$`)
)

// ParseID reads an incident's id in any spelling: INC-142, inc142, #142 or 142.
func ParseID(s string) (int, bool) {
	found := fullID.FindStringSubmatch(s)
	if found == nil {
		found = bareID.FindStringSubmatch(s)
	}
	if found == nil {
		return 0, false
	}
	n, err := strconv.Atoi(found[1])
	return n, err == nil && n > 0 && n <= maxID
}

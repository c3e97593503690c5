package importer

import (
	"regexp"

	"github.com/signalbook/signalbook/playbooks"
)

// tierWords are how titles say when something is done.
var tierWords = []struct {
	tier  playbooks.TierName
	words *regexp.Regexp
}{
	{playbooks.LongTerm, regexp.MustCompile(`(?i)\b(long[- ]?term|follow[- ]?ups?|post[- ]?mortems?|post[- ]incident|retrospectives?|retro|prevent\w*|lessons learned|permanent fix|next (month|quarter)|this quarter|hardening)\b`)},
	{playbooks.ShortTerm, regexp.MustCompile(`(?i)\b(short[- ]?term|(this|within a|next) week|next days?|within days)\b`)},
	{playbooks.Immediate, regexp.MustCompile(`(?i)\b(immediate(ly)?|triage|first (response|steps|hour|aid|minutes)|(initial|incident) response|emergency|acknowledge|assess\w*|diagnos\w*|mitigat\w*|contain(ment)?|stabili[sz]\w*|right away|troubleshoot\w*|investigat\w*|resol(ve|ution)|remed\w*|recover\w*|restor\w*|verif\w*|validat\w*|escalat\w*|roll ?back|workarounds?)\b`)},
}

// tierOf is the tier that a title names, by its first such word; empty when it
// names none.
func tierOf(title string) playbooks.TierName {
	first, tier := len(title), playbooks.TierName("")
	for _, t := range tierWords {
		if at := t.words.FindStringIndex(title); at != nil && at[0] < first {
			first, tier = at[0], t.tier
		}
	}
	return tier
}

// place gives a tier to the sections whose titles name none: that of the
// section before, the first ones immediate. A deadline that is too early is
// noticed; one that is too late is not.
func (d *Draft) place() {
	tier := playbooks.Immediate
	for i := range d.sections {
		s := &d.sections[i]
		switch {
		case s.tier != "":
			tier = s.tier
		case i == 0:
			s.tier, s.why = tier, "its title names no tier, and it comes first"
		default:
			s.tier, s.why = tier, "its title names no tier, so it stays with the section before"
		}
	}
}

// within are the usual deadlines of the tiers.
func within(t playbooks.TierName) string {
	return map[playbooks.TierName]string{playbooks.Immediate: "1h", playbooks.ShortTerm: "1w", playbooks.LongTerm: "30d"}[t]
}

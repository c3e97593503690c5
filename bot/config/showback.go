package config

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxBy bounds the name of a tag, a column or a label: AWS' tags have 128 characters.
const maxBy = 128

// teamName is what a filter calls the teams, whatever the tag is called.
const teamName = "team"

func checkBy(p place, by string) {
	if utf8.RuneCountInString(by) > maxBy || by != strings.TrimSpace(by) || strings.ContainsFunc(by, func(r rune) bool { return !unicode.IsPrint(r) }) {
		p.problem("by is a tag, SubAccountName, or a label of the query, on one line of at most %d characters", maxBy)
	}
}

// checkFilter checks a filter, in which teams may be called what they are known by.
func checkFilter(p place, filter money.Filter, by string) {
	for _, name := range slices.Sorted(maps.Keys(filter)) {
		value := filter[name]
		switch team := strings.EqualFold(name, teamName); {
		case !money.Filters(name) && by != "" && strings.EqualFold(name, by):
			if filter.Names(teamName) {
				p.at(name).problem("%q and %q are one", name, teamName)
			}
			delete(filter, name)
			filter[teamName] = value
		case !money.Filters(name):
			p.at(name).problem("nothing can be filtered by %.40q: one of %s", name, strings.Join(money.FilterNames(), ", "))
		case team && by == "":
			p.at(name).problem("nothing says what a team is known by: give the digest `by`, such as by: team")
		}
		if value == "" {
			p.at(name).missing("the value that charges must have")
		}
	}
}

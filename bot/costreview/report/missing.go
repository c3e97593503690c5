package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// lackingColumns are what is lost without a column, for readings that do not say it.
var lackingColumns = []struct{ column, sentence string }{
	{"ChargeCategory", "no ChargeCategory column: month-start charges, credits and taxes cannot be told from usage"},
	{"ChargeClass", "no ChargeClass column: corrections of earlier invoices cannot be told from usage"},
	{"PricingCategory", "no PricingCategory column: what C1 and C2 would save is not known"},
	{"ServiceCategory", "no ServiceCategory column: the cost steps cannot find the spend that they apply to"},
	{"BilledCost", "no BilledCost column: the invoice is taken to be the same as the column that counts"},
}

// lacking says what the sources could not tell.
func lacking(readings []money.Reading) (all []string) {
	if len(readings) == 0 {
		return []string{"No cost source is configured: there are no figures of money."}
	}
	for _, r := range readings {
		name := orUnnamed(r.Name, r.Source)
		for _, note := range r.Notes {
			all = append(all, name+": "+sentence(note.Text))
		}
		said := func(what string) bool {
			return slices.ContainsFunc(r.Notes, func(n money.Note) bool { return strings.Contains(n.Text, what) })
		}
		if r.Origin == money.FOCUS {
			for _, l := range lackingColumns {
				if slices.Contains(r.Lacks, l.column) && !said(l.column) {
					all = append(all, name+": "+l.sentence+".")
				}
			}
		}
		if r.Broken > 0 && !slices.ContainsFunc(r.Notes, func(n money.Note) bool { return n.Partial }) {
			all = append(all, fmt.Sprintf("%s: %s could not be read and were left out, the totals are at least what they say.", name, textutil.Count(int(r.Broken), "row")))
		}
		if !r.Known && len(r.Days) == 0 && len(r.Commitments) == 0 && !slices.ContainsFunc(r.Notes, func(n money.Note) bool { return n.Partial }) { // else the notes say why
			all = append(all, name+": has no figures at all, so none of it is in here.")
		}
	}
	return all
}

// maxSentence bounds what a source says, in characters.
const maxSentence = 600

// sentence bounds a text from outside and ends it.
func sentence(text string) string {
	text = oneLine(text, maxSentence)
	if strings.HasSuffix(text, "…") {
		return text
	}
	return textutil.Sentence(text)
}

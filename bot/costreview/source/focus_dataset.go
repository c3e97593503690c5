package source

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// dataset is one of FOCUS', as people read it. Those beside costs lie in the same folders.
//
// https://focus.finops.org/focus-specification/v1-4
type dataset string

const (
	costAndUsage       dataset = ""
	contractCommitment dataset = "Contract Commitment" // since 1.3
	invoiceDetail      dataset = "Invoice Detail"      // since 1.4
	billingPeriod      dataset = "Billing Period"      // likewise
)

// datasetOf tells datasets apart by columns that each must have. What says when a charge
// was is costs, whatever is joined to it.
func datasetOf(header []string) dataset {
	has := map[string]bool{}
	for _, name := range header[:min(len(header), maxColumns)] {
		has[strings.ToLower(strings.TrimSpace(name))] = true
	}
	switch {
	case has["chargeperiodstart"]:
		return costAndUsage
	case has["contractcommitmentid"] && has["contractcommitmentperiodend"]:
		return contractCommitment
	case has["invoicedetailid"]:
		return invoiceDetail
	case has["billingperiodstatus"]:
		return billingPeriod
	}
	return costAndUsage
}

// notesOf says what is not known of a file of another dataset than costs: no figure lacks
// it.
func notesOf(name string, f *File) (all []money.Note) {
	say := func(format string, values ...any) {
		all = append(all, money.Note{Text: name + ": " + fmt.Sprintf(format, values...)})
	}
	if f.Dataset != contractCommitment {
		say("it is of FOCUS' dataset %s, not costs, so nothing of it is counted: match only files of costs and of contract commitments.", f.Dataset)
		return all
	}
	if f.Fault != "" {
		say("%s, so it is not known of all commitments when they end; mend it or export it again.", f.Fault)
	}
	c := f.Contracts
	if c == nil {
		return all
	}
	if c.Broken > 0 {
		say("%s cannot be read, the first because of %s: when they end is not known.", rows(c.Broken, "of contract commitments", "of contract commitments"), c.Problem)
	}
	if c.Full {
		say("there are more than %d contract commitments, so it is not told when they end: export those that are in effect.", maxContracts)
	}
	return all
}

package source

import (
	"encoding/json"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// eligibilities reads CommitmentProgramEligibilityDetails (FOCUS 1.4): a JSON object that
// lists the programs of commitments which could cover a charge. Nothing at all means that
// none could.
type eligibilities struct {
	known map[string]money.Eligibility // by text: there are few; empty: it cannot be read
}

// maxEligibilities bounds the texts that are known.
const maxEligibilities = 1000

func (e *eligibilities) of(text string) money.Eligibility {
	if isNull(text) {
		return money.Ineligible
	}
	if is, ok := e.known[text]; ok {
		return is
	}
	is := eligibilityOf(text)
	if len(text) > maxKnownKey {
		return is
	}
	if e.known == nil || len(e.known) >= maxEligibilities {
		e.known = map[string]money.Eligibility{}
	}
	e.known[text] = is
	return is
}

// eligibilityOf is empty for what cannot be read.
func eligibilityOf(text string) money.Eligibility {
	if len(text) > maxTags {
		return ""
	}
	var details struct {
		CommitmentPrograms []struct{ ProgramType string }
	}
	switch err := json.Unmarshal([]byte(text), &details); {
	case err != nil:
		return ""
	case slices.ContainsFunc(details.CommitmentPrograms, func(p struct{ ProgramType string }) bool { return p.ProgramType != "" }):
		return money.Eligible
	}
	return money.Ineligible
}

// eligibility is whether a commitment could cover a row; what cannot be read is counted.
func (t *table) eligibility(is money.Eligibility) money.Eligibility {
	if is == "" {
		t.file.BadEligibility++
	}
	return is
}

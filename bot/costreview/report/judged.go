package report

import (
	"fmt"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Judged is how much of a week could be judged, and what came of it.
type Judged struct {
	Services int `json:"services"` // that were judged on some day at least
	// Why is why none could be, as a part of a sentence.
	Why string `json:"why,omitempty"`
	// Lacks are the parts of the bill that some of the days lack, on which these were not judged.
	Lacks []string `json:"lacks,omitempty"`
	// Spikes and Excess are all anomalies together, those that have no room included.
	Spikes int     `json:"spikes,omitempty"`
	Excess float64 `json:"excess,omitempty"`
}

// Verdict says that nothing was out of the ordinary, or why that is not known. It is
// empty when there are anomalies, which speak for themselves, and of a report that
// does not know what was judged.
func (m CurrencyReport) Verdict() string {
	j := m.Judged
	switch {
	case j == nil || j.Spikes > 0:
		return ""
	case j.Services == 0:
		return "Not judged whether anything is out of the ordinary: " + j.Why
	}
	s := "Nothing out of the ordinary: " + textutil.Count(j.Services, "service") + " judged on " + list(m.Days)
	if len(j.Lacks) > 0 {
		s += ", without the missing days of " + listFew(j.Lacks)
	}
	if len(m.Meant) > 0 {
		s += ", but for what people expect"
	}
	return s
}

// NotJudged names the services whose history is too short; empty when there is none,
// or none was judged at all.
func (m CurrencyReport) NotJudged() string {
	if m.Judged == nil || m.Judged.Services == 0 || len(m.Unjudged) == 0 {
		return ""
	}
	var names []string
	for _, s := range m.Unjudged {
		name := s.Name
		if s.Note != "" {
			name += " (" + s.Note + ")"
		}
		names = append(names, name)
	}
	return "Not judged, because the history is too short: " + listFew(names)
}

// listFew lists names; of more than three the first two.
func listFew(names []string) string {
	if len(names) > 3 {
		names = append(names[:2:2], fmt.Sprintf("%d more", len(names)-2))
	}
	return textutil.List(names)
}

// lackingStreams names the streams that some of the week's days lack.
func (b *currencyLedger) lackingStreams() (names []string) {
	for _, d := range b.days {
		for p := range b.gaps[d] {
			names = append(names, clean(p.name))
		}
	}
	return unique(names)
}

// unjudged says why nothing could be judged.
func (b *currencyLedger) unjudged() string {
	weeks := 0
	for k := 1; k <= weeksBack; k++ {
		if b.told[b.days[0]-money.Day(7*k)] {
			weeks++
		}
	}
	if weeks >= weeksNeeded {
		return "no service has enough of a history"
	}
	return fmt.Sprintf("that takes %d of the %d weeks before, and there are %d", weeksNeeded, weeksBack, weeks)
}

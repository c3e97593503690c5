package report

import "github.com/signalbook/signalbook/bot/costreview/money"

// Filled is a link of one service.
type Filled struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// links are those of a service.
func (b *currencyLedger) links(s *series, in Input) (all []Filled) {
	if len(in.Settings.Links) == 0 {
		return nil
	}
	accounts, regions := map[string]money.Amount{}, map[string]money.Amount{}
	b.countedFrom(b.week.Monday(), func(_ *stream, _ money.Day, g money.Group, c cost) {
		if g.Provider == s.provider && g.Service == s.service {
			accounts[g.Account] = accounts[g.Account].Add(c.amount.Abs())
			regions[g.Region] = regions[g.Region].Add(c.amount.Abs())
		}
	})
	g := money.Group{Provider: s.provider, Service: s.service, Category: s.category, Account: largest(accounts), Region: largest(regions)}
	for _, l := range in.Settings.Links {
		if !l.Filter.Matches(g) {
			continue
		}
		if address, err := l.Fill(g, b.week.Add(1-chartWeeks).Monday(), b.week.Monday()+6); err == nil {
			all = append(all, Filled{l.Title, address})
		}
	}
	return all
}

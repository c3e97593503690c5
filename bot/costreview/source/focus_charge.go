package source

import "github.com/signalbook/signalbook/bot/costreview/money"

// charge is what a row says it is for; texts are as the file has them.
type charge struct {
	provider, service, category, account, billing, currency, pricing string
	chargeCategory, chargeClass, chargeFrequency, team               string
	commitmentStatus, region, meter                                  string
	negative, batch                                                  bool
	eligibility                                                      money.Eligibility

	// Of files that have split charges:
	splits        bool
	allocated     bool // what another was split into
	resource, sku string
}

// appendTo writes what tells charges apart, so that no two different ones give the
// same bytes.
func (c *charge) appendTo(key []byte) []byte {
	flags := byte(0)
	if c.negative {
		flags = 1
	}
	if c.batch {
		flags |= 2
	}
	key = append(key, flags)
	for _, text := range [...]string{
		c.provider, c.service, c.category, c.account, c.billing, c.currency, c.pricing, c.commitmentStatus,
		c.chargeCategory, c.chargeClass, c.chargeFrequency, c.team, c.region, c.meter, string(c.eligibility),
	} {
		key = appendText(key, text)
	}
	return key
}

func appendText(key []byte, text string) []byte {
	n := len(text)
	for ; n >= 0x80; n >>= 7 {
		key = append(key, byte(n)|0x80)
	}
	return append(append(key, byte(n)), text...)
}

package source

// charge is what a row says it is for; texts are as the file has them.
type charge struct {
	provider, service, category, account, billing, currency, pricing string
	chargeCategory, chargeClass, chargeFrequency, team               string
	commitmentStatus, region, meter                                  string
	negative, batch                                                  bool

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
	key = appendText(key, c.provider)
	key = appendText(key, c.service)
	key = appendText(key, c.category)
	key = appendText(key, c.account)
	key = appendText(key, c.billing)
	key = appendText(key, c.currency)
	key = appendText(key, c.pricing)
	key = appendText(key, c.commitmentStatus)
	key = appendText(key, c.chargeCategory)
	key = appendText(key, c.chargeClass)
	key = appendText(key, c.team)
	key = appendText(key, c.region)
	key = appendText(key, c.meter)
	return appendText(key, c.chargeFrequency)
}

func appendText(key []byte, text string) []byte {
	n := len(text)
	for ; n >= 0x80; n >>= 7 {
		key = append(key, byte(n)|0x80)
	}
	return append(append(key, byte(n)), text...)
}

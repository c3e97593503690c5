package source

import "github.com/signalbook/signalbook/bot/costreview/money"

// row is one that is counted, as its file has it.
type row interface {
	// appendKey writes what tells its group from others, so that no two rows of
	// different charges give the same bytes. Texts are not looked at for that.
	appendKey(key []byte) []byte
	// charge is what it is for. Rows with a key that is known are not asked for it.
	charge() charge
	// end is where its period ends, if that can be read.
	end() (end moment, ok bool, err error)
	// beyond adds what it tells beside its cost. It takes that and gives it back: behind
	// a pointer each row of a file would be allocated.
	beyond(g *money.Group, b besideRow) (besideRow, error)
}

// charge is what a row says it is for; texts are as the file has them.
type charge struct {
	provider, service, category, account, billing, currency, pricing string
	chargeCategory, chargeClass, chargeFrequency, team               string
	commitmentStatus, region, meter                                  string
	negative, batch                                                  bool
	eligibility                                                      money.Eligibility

	// Of files that have split charges:
	allocated     bool // what another was split into
	resource, sku string
}

// bit is a key's byte of what is no text.
func bit(set bool) byte {
	if set {
		return 1
	}
	return 0
}

func appendText(key []byte, text string) []byte {
	n := len(text)
	for ; n >= 0x80; n >>= 7 {
		key = append(key, byte(n)|0x80)
	}
	return append(append(key, byte(n)), text...)
}

package source

import (
	"encoding/binary"
	"hash/fnv"
	"math/bits"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Print is what rows leave behind: equal rows leave equal prints, in whatever order
// they stand, and other rows as good as never do.
type Print struct {
	Sum  uint64 // of the rows' own prints
	Xor  uint64 // of the same: 0 when each row is there twice, or four times, ...
	Rows int64
}

func printOf(row uint64) Print { return Print{row, row, 1} }

func (p *Print) add(other Print) {
	p.Sum += other.Sum
	p.Xor ^= other.Xor
	p.Rows += other.Rows
}

// sum is a cost and the print of the rows that it is of.
type sum struct {
	money.Cost
	Print
}

func (s *sum) add(other sum) {
	s.Cost = s.Cost.Add(other.Cost)
	s.Print.add(other.Print)
}

// counted is one row's cost, by the minute that it begins in.
func counted(c money.Cost, minute int) sum {
	return sum{c, printOf(c.Hash(uint64(minute)))}
}

// print adds a cell's print to that of its day. There Xor is 0 when it is in all
// cells.
func (f *File) print(day money.Day, g money.Group, p Print) {
	all := f.Prints[day]
	all.Sum += mix(p.Sum, hashOf(g))
	all.Xor |= p.Xor
	all.Rows += p.Rows
	f.Prints[day] = all
}

// mix makes one number of two.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd1b54a32d192ed03)
	return hi ^ lo
}

// hashOf is a number for a group, the same one in every process.
func hashOf(g money.Group) uint64 {
	h := fnv.New64a()
	for _, text := range [...]string{g.Provider, g.Service, g.Category, g.Account, g.BillingAccount, g.Currency, string(g.Kind), g.Pricing, g.Team} {
		h.Write(binary.AppendUvarint(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	if g.Batch {
		h.Write([]byte{1})
	}
	if g.Unused {
		h.Write([]byte{2})
	}
	return h.Sum64()
}

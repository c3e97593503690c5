package source

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Exports of one scope that were made at different times, or in different ways, tell the
// same resources and hours with other amounts. Which is right nobody knows, so both
// count, and that is said. What rows are for is compared, and not what they cost:
// parts of one export, and exports of other regions, accounts or teams, are for different
// things although their services are the same.

// identityColumns are what says what a row is for, by names that every version of FOCUS
// has, those of split charges and AWS' own beside them.
var identityColumns = map[string]bool{
	"billingaccountid": true, "subaccountid": true, "servicename": true, "resourceid": true, "regionid": true, "availabilityzone": true,
	"skuid": true, "skupriceid": true, "chargecategory": true, "chargeclass": true, "chargedescription": true, "pricingcategory": true, "pricingunit": true, "consumedunit": true,
	"commitmentdiscountid": true, "commitmentdiscountstatus": true, "tags": true, "allocatedmethodid": true, "allocatedresourceid": true, "allocatedtags": true,
	"x_operation": true, "x_usagetype": true,
}

const (
	// maxIdentities is how many rows of a file are compared, by chance the same ones in all files; and maxDoubted of how
	// many files that is known: 24 bytes each row.
	maxIdentities = 1000
	maxDoubted    = 300
	// leastAlike rows, and so many in a hundred of the file that has fewer, have to be for the same: of parts of one export
	// two thirds at most may seem to be, when each thing has two rows.
	leastAlike = 20
	alikeShare = 80
)

// Identities are the rows of a file that name their resource, by what they are for: those
// whose hash is below Limit, each with its day and how many there are.
type Identities struct {
	Limit uint64
	Of    map[uint64]identity
}

type identity struct {
	Day  money.Day `json:"d"`
	Rows int64     `json:"n"`
}

func newIdentities() Identities { return Identities{Limit: ^uint64(0), Of: map[uint64]identity{}} }

func (i *Identities) add(hash uint64, day money.Day) {
	if hash >= i.Limit {
		return
	}
	was := i.Of[hash]
	i.Of[hash] = identity{day, was.Rows + 1}
	if len(i.Of) >= 2*maxIdentities {
		i.trim()
	}
}

// trim keeps the smallest: whatever the order of the rows, the same ones.
func (i *Identities) trim() {
	if len(i.Of) <= maxIdentities {
		return
	}
	i.Limit = slices.Sorted(maps.Keys(i.Of))[maxIdentities]
	maps.DeleteFunc(i.Of, func(hash uint64, _ identity) bool { return hash >= i.Limit })
}

// face is what files have to share to be looked at for the same rows with other amounts.
type face struct {
	day                        money.Day
	provider, account, service string
}

// suspects are the files, in the order of paths, that tell of a service's day of an
// account of which another tells, too.
func (r *repeats) suspects() map[int]bool {
	at := map[money.Day]int{} // files by day
	for k := range r.told {
		for day := range r.told[k].Prints {
			at[day]++
		}
	}
	first, found := map[face]int{}, map[int]bool{}
	for k := range r.told {
		if r.told[k].Fault != "" {
			continue
		}
		r.eachClaim(k, func(c claim, service string) {
			if at[c.day] < 2 || r.files[k].superseded(c.day) {
				return
			}
			f := face{c.day, c.provider, c.account, service}
			other, ok := first[f]
			switch {
			case !ok:
				first[f] = k
			case other != k && !r.oneExport(other, k):
				found[other], found[k] = true, true
			}
		})
	}
	for n, k := range slices.Sorted(maps.Keys(found)) {
		if n >= maxDoubted {
			delete(found, k)
		}
	}
	return found
}

// oneExport reports whether manifests say how two files belong together.
func (r *repeats) oneExport(a, b int) bool {
	x, y := &r.files[a], &r.files[b]
	return x.unit != "" && x.unit == y.unit || x.scope != "" && x.scope == y.scope
}

// doubt names the files that are for the same as others, with other amounts.
func (r *repeats) doubt() (notes []money.Note) {
	with := map[uint64][]int{} // files by identity
	for k := range r.told {
		if e := r.told[k].Exact; e != nil {
			for hash := range e.Rows.Of {
				with[hash] = append(with[hash], k)
			}
		}
	}
	pairs := map[[2]int]bool{}
	for _, files := range with {
		for i, a := range files[:min(len(files), maxOthers)] {
			for _, b := range files[:i] {
				pairs[[2]int{b, a}] = true
			}
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(pairs), func(x, y [2]int) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) }) {
		a, b := pair[0], pair[1]
		if r.find(a) == r.find(b) || r.oneExport(a, b) {
			continue // told once already, or parts
		}
		same, of, days := r.compareRows(a, b)
		if same >= leastAlike && 100*same >= alikeShare*of {
			notes = append(notes, money.Note{Text: fmt.Sprintf("May be counted twice: %s tells of the same resources and times as %s (%d of %d rows that were compared), of %s: if both are exports of the same, match only one of them.",
				r.files[b].name, r.files[a].name, same, of, listDays(days))})
		}
	}
	if rest := len(notes) - maxRepeats; rest > 0 {
		notes = append(notes[:maxRepeats:maxRepeats], money.Note{Text: fmt.Sprintf("May be counted twice: so may %d more pairs of files.", rest)})
	}
	return notes
}

// compareRows says of how many rows that are for the same thing, of those that the file
// with fewer has, two files tell on the days that both have and that count of both.
func (r *repeats) compareRows(a, b int) (same, of int, days []money.Day) {
	x, y := &r.told[a].Exact.Rows, &r.told[b].Exact.Rows
	limit := min(x.Limit, y.Limit)
	again := func(day money.Day) bool {
		return slices.Contains(r.weak[[2]int{a, b}], day) || slices.Contains(r.weak[[2]int{b, a}], day) || r.files[a].superseded(day) || r.files[b].superseded(day)
	}
	count := func(i *Identities, other int) (n int) {
		for hash, one := range i.Of {
			if _, both := r.told[other].Prints[one.Day]; hash < limit && both && !again(one.Day) {
				n++
			}
		}
		return n
	}
	found := map[money.Day]bool{}
	for hash, one := range x.Of {
		if hash < limit && one == y.Of[hash] && !again(one.Day) {
			same++
			found[one.Day] = true
		}
	}
	return same, min(count(x, b), count(y, a)), daysOf(found)
}

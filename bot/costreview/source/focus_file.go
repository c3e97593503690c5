package source

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	// reader is raised when the same file would tell something else than before.
	reader = 2
	// unfinished is the size of a file that could not be read to its end: no file
	// has it, so the next time it is read again.
	unfinished = -1
)

// File is what one file told.
type File struct {
	Size    int64
	ModTime time.Time
	Reader  int
	Asked   string // the cost column that was asked for
	Days    money.Days
	Rows    int64 // counted in Days

	Used     string   // the cost column that Days holds
	Lacks    []string // columns that it does not have
	Broken   int64    // rows that are left out
	Problems []string // the first of them: "file:line: what is wrong"
	Nulls    int64    // rows without an amount in Used
	Long     int64    // rows of usage over more than 35 days
	Strange  string   // a ChargeCategory that FOCUS does not have
	Folded   bool     // too many groups: accounts are not told apart

	Fault string `json:"-"` // why it could not be read to its end
	Kept  bool   `json:"-"` // Days are what it told before
}

func (f *File) fits(column string) bool { return f.Reader == reader && f.Asked == column }

// cells is how many sums the file is as large as, as a table counts them.
func (f *File) cells() int {
	n, names, seen := 0, 0, map[money.Group]bool{}
	for _, groups := range f.Days {
		n += len(groups)
		for g := range groups {
			if !seen[g] {
				seen[g] = true
				names += namesOf(g)
			}
		}
	}
	return sizeOf(n, len(seen), names)
}

// fold adds up what only the account tells apart.
func (f *File) fold() {
	f.Folded, f.Days = true, withoutAccounts(f.Days)
}

// fileJSON names each group once: a file has some days of the same ones.
type fileJSON struct {
	plainFile
	Days   map[money.Day][]cellJSON
	Groups []money.Group
}

type plainFile File

type cellJSON struct {
	Group  int          `json:"g"`
	Amount money.Amount `json:"a"`
	Billed money.Amount `json:"b"`
}

// MarshalJSON implements json.Marshaler: equal files give equal bytes.
func (f File) MarshalJSON() ([]byte, error) {
	out := fileJSON{plainFile: plainFile(f), Days: make(map[money.Day][]cellJSON, len(f.Days))}
	seen := map[money.Group]int{}
	for _, groups := range f.Days {
		for g := range groups {
			seen[g] = 0
		}
	}
	for g := range seen {
		out.Groups = append(out.Groups, g)
	}
	slices.SortFunc(out.Groups, compareGroups)
	for k, g := range out.Groups {
		seen[g] = k
	}
	for day, groups := range f.Days {
		cells := make([]cellJSON, 0, len(groups))
		for g, c := range groups {
			cells = append(cells, cellJSON{seen[g], c.Amount, c.Billed})
		}
		slices.SortFunc(cells, func(a, b cellJSON) int { return cmp.Compare(a.Group, b.Group) })
		out.Days[day] = cells
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *File) UnmarshalJSON(data []byte) error {
	var in fileJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read what a cost file told: %w", err)
	}
	*f = File(in.plainFile)
	f.Days = make(money.Days, len(in.Days))
	for day, cells := range in.Days {
		for _, c := range cells {
			if c.Group < 0 || c.Group >= len(in.Groups) {
				return fmt.Errorf("read what a cost file told: it has no group %d", c.Group)
			}
			f.Days.Add(day, in.Groups[c.Group], money.Cost{Amount: c.Amount, Billed: c.Billed})
		}
	}
	return nil
}

func compareGroups(a, b money.Group) int {
	batch := 0
	if a.Batch != b.Batch {
		batch = 1
		if b.Batch {
			batch = -1
		}
	}
	return cmp.Or(
		cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Category, b.Category),
		cmp.Compare(a.Account, b.Account), cmp.Compare(a.BillingAccount, b.BillingAccount), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Pricing, b.Pricing), batch)
}

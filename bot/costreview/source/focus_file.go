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
	reader = 4
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
	Periods Periods // charges for more than a day, which are not in Days
	Rows    int64   // counted in both
	// Prints are of the rows by the day that they begin on.
	Prints  map[money.Day]Print
	Exact   *Exact   // nil: not read
	Besides *Besides // nil: nothing is told beside costs
	// Blind: no column tells what of commitments is unused.
	Blind   bool
	Parquet bool

	Used     string           // the cost column that Days holds
	Lacks    []string         // columns that it does not have
	Broken   int64            // rows that are left out
	Problems []Problem        // why, as far as reasons are named
	Nulls    map[string]Nulls // rows without an amount in Used, by provider
	Split    int64            // rows that are left out, because what they are split into is there too
	Unsplit  bool             // too many rows to know that of all
	Long     int64            // rows of usage for longer than is spread
	Strange  string           // a ChargeCategory that FOCUS does not have
	Form     string           // how its dates and numbers are read, where that is not FOCUS' way
	Folded   bool             // too many groups: accounts are not told apart
	// Of teams: by what they are known, rows whose tags cannot be read, teams that are not told apart from others, and
	// that there are too many groups to tell any apart.
	By          string
	BadTags     int64
	MoreTeams   int
	TeamsFolded bool
	// BadEligibility are rows that do not say in a way that can be read whether a commitment could cover them.
	BadEligibility int64
	// Dataset is which dataset of FOCUS it is of; empty: costs. Contracts are those of one that has them.
	Dataset   dataset    `json:",omitempty"`
	Contracts *Contracts `json:",omitempty"`
	// Neither SKUs nor regions are told apart, because there are too many.
	NoSKU, NoRegion bool

	Fault string `json:"-"` // why it could not be read to its end
	Kept  bool   `json:"-"` // Days are what it told before
}

func (f *File) fits(column string) bool { return f.Reader == reader && f.Asked == column }

// Unread reports whether costs of the file are not counted, because it could not be read
// to its end.
func (f *File) Unread() bool { return f.Fault != "" && !f.Kept && f.Dataset == costAndUsage }

// cells is how many sums the file is as large as, as a table counts them.
func (f *File) cells() int {
	n, names := 0, 0
	for _, groups := range f.Days {
		n += len(groups)
	}
	for of, groups := range f.Periods {
		n += int(of.Days) * len(groups)
	}
	seen := f.groups()
	for g := range seen {
		names += namesOf(g)
	}
	return sizeOf(n, len(seen), names)
}

// groups are all that the file has, each with 0.
func (f *File) groups() map[money.Group]int {
	seen := map[money.Group]int{}
	for _, groups := range f.Days {
		for g := range groups {
			seen[g] = 0
		}
	}
	for _, groups := range f.Periods {
		for g := range groups {
			seen[g] = 0
		}
	}
	return seen
}

// fold adds up what only the account tells apart.
func (f *File) fold() {
	f.Folded, f.Days = true, folded(f.Days, withoutAccount)
	f.Periods = folded(f.Periods, withoutAccount)
}

// foldTeams adds up what only the team tells apart.
func (f *File) foldTeams() {
	if f.By == "" {
		return
	}
	f.TeamsFolded, f.Days = true, folded(f.Days, otherTeam)
	f.Periods = folded(f.Periods, otherTeam)
}

// fileJSON names each group once: a file has some days of the same ones.
type fileJSON struct {
	plainFile
	Days    map[money.Day][]cellJSON
	Periods []periodJSON
	Groups  []money.Group
}

type periodJSON struct {
	Period
	Cells []cellJSON
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
	seen := f.groups()
	for g := range seen {
		out.Groups = append(out.Groups, g)
	}
	slices.SortFunc(out.Groups, compareGroups)
	for k, g := range out.Groups {
		seen[g] = k
	}
	for day, groups := range f.Days {
		out.Days[day] = cellsOf(groups, seen)
	}
	for of, groups := range f.Periods {
		out.Periods = append(out.Periods, periodJSON{of, cellsOf(groups, seen)})
	}
	slices.SortFunc(out.Periods, func(a, b periodJSON) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Days, b.Days)) })
	return json.Marshal(out)
}

func cellsOf(groups map[money.Group]money.Cost, numbers map[money.Group]int) []cellJSON {
	cells := make([]cellJSON, 0, len(groups))
	for g, c := range groups {
		cells = append(cells, cellJSON{numbers[g], c.Amount, c.Billed})
	}
	slices.SortFunc(cells, func(a, b cellJSON) int { return cmp.Compare(a.Group, b.Group) })
	return cells
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *File) UnmarshalJSON(data []byte) error {
	var in fileJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read what a cost file told: %w", err)
	}
	*f = File(in.plainFile)
	each := func(cells []cellJSON, add func(money.Group, money.Cost)) error {
		for _, c := range cells {
			if c.Group < 0 || c.Group >= len(in.Groups) {
				return fmt.Errorf("read what a cost file told: it has no group %d", c.Group)
			}
			add(in.Groups[c.Group], money.Cost{Amount: c.Amount, Billed: c.Billed})
		}
		return nil
	}
	f.Days = make(money.Days, len(in.Days))
	for day, cells := range in.Days {
		if err := each(cells, func(g money.Group, c money.Cost) { f.Days.Add(day, g, c) }); err != nil {
			return err
		}
	}
	for _, p := range in.Periods {
		if f.Periods == nil {
			f.Periods = Periods{}
		}
		if err := each(p.Cells, func(g money.Group, c money.Cost) { f.Periods.add(p.Period, g, c) }); err != nil {
			return err
		}
	}
	return nil
}

func compareGroups(a, b money.Group) int {
	flag := func(a, b bool) int {
		switch {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Category, b.Category),
		cmp.Compare(a.Account, b.Account), cmp.Compare(a.BillingAccount, b.BillingAccount), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Pricing, b.Pricing), cmp.Compare(a.Team, b.Team), cmp.Compare(a.Region, b.Region), cmp.Compare(a.SKU, b.SKU), flag(a.Batch, b.Batch), flag(a.Unused, b.Unused), cmp.Compare(a.Eligibility, b.Eligibility), flag(a.Spread, b.Spread))
}

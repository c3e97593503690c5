// Package source asks where cost figures come from: FOCUS files, Prometheus and
// OpenCost, each read into exact daily sums by group. It judges nothing and stores
// nothing: what a source lacks or cannot tell now it names in a note, and never
// fills in.
package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Files are exports in FOCUS, FinOps' common format, version 1.0 to 1.4: csv,
// csv.gz and parquet, told apart by their first bytes; columns are found by name.
type Files struct {
	Patterns []string // as filepath.Glob takes them
	Column   string   // the cost column that counts; empty: EffectiveCost, and BilledCost where a digest finds that useless
	// Written are the patterns as people wrote them, which name the source; nil: Patterns. Relative ones mean other
	// folders on other machines, and the same source.
	Written []string
	// By is what teams are known by: a column such as SubAccountName, else a tag; empty: nothing is.
	By string

	theirs []Files // see Beside
}

// costColumns are the four cost columns of FOCUS, in the order in which one stands
// in for another.
var costColumns = [...]string{"EffectiveCost", "BilledCost", "ContractedCost", "ListCost"}

// maxCells bounds how many sums, of one group on one day each, one source may have:
// 400 bytes each, twice while they are compared with what is stored.
const maxCells = 400_000

// Read reads what the patterns match and the manifests beside it name. Files that
// known tells of and that are unchanged since (path, size, time) are not read
// again; a file that cannot be read now keeps what it told last. What files told
// comes back as a map by path, to be given as known the next time; it is JSON when
// marshalled.
//
// Charges after now are left out. progress, which may be nil, is told how many
// bytes of how many are read; it is never called by two goroutines at once. An
// error means that ctx ended or that the settings are wrong: whatever is wrong
// with the files is in the notes.
func (f Files) Read(ctx context.Context, now time.Time, known map[string]File, progress func(done, total int64)) (money.Reading, map[string]File, error) {
	return f.read(ctx, now, known, newMeter(progress, maxCells))
}

func (f Files) read(ctx context.Context, now time.Time, known map[string]File, m *meter) (money.Reading, map[string]File, error) {
	forced := f.Column != ""
	if !forced {
		f.Column = costColumns[0]
	}
	if !slices.Contains(costColumns[:], f.Column) {
		return money.Reading{}, nil, fmt.Errorf("read FOCUS files: %q is not a cost column: one of %s", f.Column, strings.Join(costColumns[:], ", "))
	}
	for _, pattern := range f.Patterns {
		if _, err := filepath.Match(pattern, ""); err != nil {
			return money.Reading{}, nil, fmt.Errorf("read FOCUS files: %q is not a file pattern", pattern)
		}
	}
	chosen, remarks := f.choose(known)
	for _, c := range chosen {
		if !c.unchanged(known, f.Column) {
			m.total += c.size
		}
	}
	told := make([]File, len(chosen))
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for k, c := range chosen {
		group.Go(func() (err error) {
			if told[k], err = f.tell(reading, c, known, m); err == nil {
				m.keep(&told[k])
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return money.Reading{}, nil, fmt.Errorf("read FOCUS files: %w", err)
	}
	m.add(m.total - m.done) // what files that end early, or cannot be read, have left
	if m.full {
		for k := range told {
			told[k] = File{Size: unfinished, Reader: reader, Asked: f.Column, Used: f.Column, Fault: errSource.Error()}
		}
	}
	found, err := findRepeats(ctx, chosen, told)
	if err != nil {
		return money.Reading{}, nil, fmt.Errorf("read FOCUS files: %w", err)
	}
	next := make(map[string]File, len(chosen))
	for k, c := range chosen {
		next[c.path] = told[k]
	}
	r := f.sum(now, chosen, told, found, remarks)
	r.Forced = forced
	return r, next, nil
}

// tell is what a file tells: of the last time when it is unchanged or cannot be
// read, else of now. The error is ctx's.
func (f Files) tell(ctx context.Context, c candidate, known map[string]File, m *meter) (File, error) {
	before, ok := known[c.path]
	if c.unchanged(known, f.Column) {
		before.Fault = ""
		return before, nil
	}
	file, err := readFile(ctx, c, f.Column, f.By, m)
	if ctx.Err() != nil {
		return File{}, ctx.Err()
	}
	if err == nil {
		return file, nil
	}
	if ok && before.fits(f.Column) && before.Size >= 0 {
		before.Fault, before.Kept = clean(err.Error()), true
		return before, nil
	}
	if errors.Is(err, errNoRow) {
		err = errNoRow // the rows say why
	}
	file.Fault, file.Size = clean(err.Error()), unfinished
	return file, nil
}

// sum adds up what the files tell of the days up to now.
func (f Files) sum(now time.Time, chosen []candidate, told []File, found *repeats, remarks []money.Note) money.Reading {
	r := money.Reading{
		Source: f.Source(), Name: f.Name(), Origin: money.FOCUS,
		At: now, Days: money.Days{}, Column: f.Column,
	}
	today := money.DayOf(now)
	notes := notes{column: f.Column, by: f.By, files: len(told)}
	for k := range told {
		file := &told[k]
		r.Rows, r.Broken = r.Rows+file.Rows, r.Broken+file.Broken
		notes.add(chosen[k].name, file)
		for day, groups := range file.Days {
			switch {
			case chosen[k].superseded(day):
				continue
			case chosen[k].open[day] && day <= today:
				notes.left(chosen[k].name, day)
				continue
			case day > today:
				notes.future(chosen[k].name, day)
				continue
			}
			for g, c := range groups {
				if c, ok := found.share(k, day, g, c); ok {
					r.Days.Add(day, g, c)
				}
			}
		}
	}
	// A month's charge is known of before its days are: it tells of no newest day where others do.
	r.Newest, r.Known = r.Days.Newest()
	for k := range told {
		told[k].Periods.spread(r.Days, today, func(first, day money.Day, g money.Group, c money.Cost) (money.Cost, bool) {
			if chosen[k].superseded(day) {
				return c, false
			}
			return found.share(k, first, g, c)
		})
		for of := range told[k].Periods {
			if of.First > today {
				notes.future(chosen[k].name, of.First)
			}
		}
	}
	if notes.folded { // as in one file, so in all
		r.Days = folded(r.Days, withoutAccount)
	}
	if notes.noSKU {
		r.Days = folded(r.Days, withoutSKU)
	}
	if notes.noRegion {
		r.Days = folded(r.Days, withoutRegion)
	}
	if notes.teamsFolded {
		r.Days = folded(r.Days, otherTeam)
	}
	if !r.Known {
		r.Newest, r.Known = r.Days.Newest()
	}
	besides(&r, chosen, told, found)
	r.MoreTeams = notes.moreTeams
	r.Lacks = notes.lacks()
	r.Notes = append(append(append(remarks, found.all()...), notes.all()...), r.Notes...)
	return r
}

// Any reports whether the patterns match anything on this machine: only a replica
// that has the files can read them.
func (f Files) Any() bool {
	for _, pattern := range f.Patterns {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// Name is the source for people.
func (f Files) Name() string { return "FOCUS files " + clean(strings.Join(f.written(), ", ")) }

func (f Files) written() []string {
	if f.Written != nil {
		return f.Written
	}
	return f.Patterns
}

// Source tells this set of files from others, as long as its settings stay.
func (f Files) Source() string {
	if f.Column == "" {
		f.Column = costColumns[0]
	}
	id := f.Column + "\x00" + strings.Join(f.written(), "\x00")
	if f.By != "" {
		id += "\x00by\x00" + f.By
	}
	sum := sha256.Sum256([]byte(id + f.besideNames()))
	return "focus:" + hex.EncodeToString(sum[:8])
}

// folded adds up what is told apart no more.
func folded[M ~map[K]map[money.Group]money.Cost, K comparable](all M, narrow func(money.Group) money.Group) M {
	if all == nil {
		return nil
	}
	fewer := make(M, len(all))
	for key, groups := range all {
		sums := make(map[money.Group]money.Cost, len(groups))
		for g, c := range groups {
			g = narrow(g)
			sums[g] = sums[g].Add(c)
		}
		fewer[key] = sums
	}
	return fewer
}

// withoutAccount is a group that does not tell accounts apart.
func withoutAccount(g money.Group) money.Group {
	g.Account, g.BillingAccount = "", ""
	return g
}

// errSource says of all files together what errGroups says of one.
var errSource = errors.New("all files together have too many different services, providers and days to be a bill")

// meter counts what is read, of all files together.
type meter struct {
	mu          sync.Mutex
	tell        func(done, total int64)
	done, total int64
	limit       int // cells, of one file and of all

	kept            []*File // that have been read
	cells           int     // of these
	folded          bool    // accounts are not told apart, in any of them
	teams           bool    // nor are teams
	noSKU, noRegion bool    // likewise, beyond maxDetails
	full            bool    // even so there are too many
	contracts       int     // commitments of contracts

	big sync.Mutex // one file at a time may be big
}

func newMeter(tell func(done, total int64), limit int) *meter {
	return &meter{tell: tell, limit: limit}
}

// keep counts what a file told. When all are too much, accounts are told apart in
// none of them: the result does not depend on which was read first.
func (m *meter) keep(file *File) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = append(m.kept, file)
	m.boundContracts(file)
	if m.noSKU {
		file.foldSKU()
	}
	if m.noRegion {
		file.foldRegion()
	}
	if m.folded {
		file.fold()
	}
	if m.teams {
		file.foldTeams()
	}
	m.cells += file.cells()
	details := min(maxDetails, m.limit)
	m.narrow(details, &m.noSKU, (*File).foldSKU)
	m.narrow(details, &m.noRegion, (*File).foldRegion)
	m.narrow(m.limit, &m.folded, (*File).fold)
	m.narrow(m.limit, &m.teams, (*File).foldTeams)
	if m.full = m.full || m.cells > m.limit; m.full {
		for _, kept := range m.kept {
			kept.Days, kept.Periods = nil, nil
		}
	}
}

// narrow makes all files smaller in a way, once, when they are too much.
func (m *meter) narrow(limit int, done *bool, fold func(*File)) {
	if m.cells <= limit || *done {
		return
	}
	*done, m.cells = true, 0
	for _, kept := range m.kept {
		fold(kept)
		m.cells += kept.cells()
	}
}

func (m *meter) add(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done = min(m.done+bytes, m.total)
	if m.tell != nil {
		m.tell(m.done, m.total)
	}
}

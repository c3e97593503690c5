package source

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxContracts bounds the contract commitments of one file, and of all of a source.
const maxContracts = 20_000

// Contracts are what a file of the Contract Commitment dataset tells, in the order of
// providers and ids.
type Contracts struct {
	Of      []contract
	Full    bool   // there are too many: none is told
	Broken  int64  // rows that are left out
	Problem string // of the first
}

// contract is one commitment as a file has it.
type contract struct {
	money.Commitment
	Updated int64 // ContractCommitmentLastUpdated in minutes: the newest word counts
	Gone    bool  `json:",omitempty"` // it is proposed, canceled or replaced: it does not end
}

type contractOf struct{ provider, id string }

// contracts reads such a file, row by row.
type contracts struct {
	known map[contractOf]contract
	out   *Contracts
	form  form
}

func (t *table) newContracts(known form) *contracts {
	t.file.Contracts = &Contracts{}
	return &contracts{known: map[contractOf]contract{}, out: t.file.Contracts, form: known}
}

// add takes a row; field is a text of it by the column's name in lower case. The error is
// errForm.
func (c *contracts) add(row int64, field func(string) string) error {
	one, err := c.read(field)
	switch {
	case errors.Is(err, errForm):
		return err
	case err != nil:
		if c.out.Broken++; c.out.Broken == 1 {
			c.out.Problem = fmt.Sprintf("row %d: %s", row, clean(err.Error()))
		}
	case !c.out.Full:
		at := contractOf{one.Provider, one.ID}
		if was, ok := c.known[at]; ok {
			one = newer(was, one)
		}
		c.known[at] = one
		if c.out.Full = len(c.known) > maxContracts; c.out.Full {
			c.known = nil
		}
	}
	return nil
}

func (c *contracts) read(field func(string) string) (one contract, err error) {
	text := func(column string) string {
		if text := field(column); !isNull(text) {
			return clean(text)
		}
		return ""
	}
	one.Contract, one.ID, one.Provider = true, text("contractcommitmentid"), text("serviceprovidername")
	if one.ID == "" {
		return one, errors.New("ContractCommitmentId is empty")
	}
	one.Name = cmp.Or(text("contractcommitmentdescription"), strings.TrimSpace(text("contractcommitmenttype")+" "+one.ID))
	one.Currency = money.Currency(text("billingcurrency"))
	switch strings.ToLower(text("contractcommitmentlifecyclestatus")) {
	case "proposed", "canceled", "cancelled", "superseded":
		one.Gone = true
	}
	if start, err := c.form.moment(field("contractcommitmentperiodstart")); err == nil {
		one.First = start.day
	} else if errors.Is(err, errForm) {
		return one, err
	}
	if at, err := c.form.moment(field("contractcommitmentlastupdated")); err == nil {
		one.Updated = int64(at.day)*24*60 + int64(at.minute)
	} else if errors.Is(err, errForm) {
		return one, err
	}
	end := strings.TrimSpace(field("contractcommitmentperiodend"))
	if endless(end) {
		return one, nil
	}
	until, err := c.form.moment(end)
	if err != nil {
		return one, fmt.Errorf("ContractCommitmentPeriodEnd %w", err)
	}
	if one.End = until.day; until.minute == 0 { // the end is no part of it
		one.End--
	}
	return one, nil
}

// moment is a date in whatever form.
func (f form) moment(text string) (moment, error) {
	if m, ok := parseMoment(text); ok {
		return m, nil
	}
	if isNull(text) {
		return moment{}, errors.New("is empty")
	}
	return f.date(text)
}

// endless reports whether a date is none, as 9999-12-31 is for what goes on until somebody
// ends it.
func endless(text string) bool {
	year, ok := digits(text[:min(len(text), 4)])
	return ok && len(text) > 4 && text[4] == '-' && year > lastYear
}

// newer is which of two words on one commitment counts: that of later, of equal ones that
// of the later end.
func newer(a, b contract) contract {
	if a.Gone != b.Gone && a.Updated == b.Updated {
		if a.Gone {
			return a
		}
		return b
	}
	if cmp.Or(cmp.Compare(a.Updated, b.Updated), cmp.Compare(a.End, b.End), cmp.Compare(a.First, b.First), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Currency, b.Currency)) < 0 {
		return b
	}
	return a
}

// tell writes what was read into the file.
func (c *contracts) tell() {
	c.out.Of = slices.SortedFunc(maps.Values(c.known), func(x, y contract) int {
		return cmp.Or(cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.ID, y.ID))
	})
}

// readContractsCSV reads the rows of such a file; of other datasets than costs and
// contracts nothing.
func (t *table) readContractsCSV(records *records, known form) error {
	if t.file.Dataset != contractCommitment {
		return nil
	}
	at := map[string]int{}
	for k, name := range records.header {
		at[strings.ToLower(strings.TrimSpace(name))] = k
	}
	c := t.newContracts(known)
	defer c.tell()
	for row := int64(1); ; row++ {
		record, err := records.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			if err := records.cut(); err != nil {
				return err
			}
			if c.out.Broken++; c.out.Broken == 1 {
				c.out.Problem = fmt.Sprintf("row %d: %s", row, clean(parse.Err.Error()))
			}
			continue
		}
		if err != nil {
			return err
		}
		err = c.add(row, func(column string) string {
			if k, ok := at[column]; ok {
				return record[k]
			}
			return ""
		})
		if err != nil {
			return err
		}
	}
}

// readContractsParquet is likewise.
func (t *table) readContractsParquet(ctx context.Context, from *os.File, file *parquet.File, size int64) error {
	if t.file.Dataset != contractCommitment {
		return nil
	}
	leaves := map[string]*parquet.Column{}
	for _, column := range file.Root().Columns() {
		if column.Leaf() && column.MaxRepetitionLevel() == 0 {
			leaves[strings.ToLower(strings.TrimSpace(column.Name()))] = column
		}
	}
	c := t.newContracts(form{proven: true})
	defer c.tell()
	row := int64(0)
	for k, group := range file.RowGroups() {
		if err := checkPages(from, size, &file.Metadata().RowGroups[k], leavesBelow(file.Root())); err != nil {
			return err
		}
		err := eachRow(ctx, group, func(values parquet.Row) {
			row++
			_ = c.add(row, func(column string) string { // the form is known, and so there is no error
				if leaf, ok := leaves[column]; ok {
					return cellText(values, leaf)
				}
				return ""
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cellText is a row's value in a column, a time as CSV has it.
func cellText(values parquet.Row, leaf *parquet.Column) string {
	for _, v := range values {
		if v.Column() != leaf.Index() || v.IsNull() {
			continue
		}
		if at := timeOf(v, leaf.Type()); !at.IsZero() {
			return at.Format(time.RFC3339)
		}
		return v.String()
	}
	return ""
}

// eachRow visits a row group's rows.
func eachRow(ctx context.Context, group parquet.RowGroup, visit func(parquet.Row)) error {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 256)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := rows.ReadRows(buffer)
		for _, values := range buffer[:n] {
			visit(values)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// boundContracts forgets all contract commitments when files together have too many.
func (m *meter) boundContracts(file *File) {
	if file.Contracts == nil {
		return
	}
	if m.contracts += len(file.Contracts.Of); m.contracts <= maxContracts {
		return
	}
	for _, kept := range m.kept {
		if kept.Contracts != nil {
			kept.Contracts.Of, kept.Contracts.Full = nil, true
		}
	}
}

// Contract commitments that ended so many days ago, or will only end in so many, are left
// out when there are too many to tell one by one.
const (
	contractsBack  = 200
	contractsAhead = 200
)

// contractsOf are the contract commitments of all files, each by its newest word.
func contractsOf(told []File, today money.Day) (all []money.Commitment) {
	known := map[contractOf]contract{}
	for k := range told {
		if told[k].Contracts == nil {
			continue
		}
		for _, c := range told[k].Contracts.Of {
			at := contractOf{c.Provider, c.ID}
			if was, ok := known[at]; ok {
				c = newer(was, c)
			}
			known[at] = c
		}
	}
	crowded := len(known) > maxMeasured
	for _, c := range known {
		if !c.Gone && (!crowded || c.End > today-contractsBack && c.End < today+contractsAhead) {
			all = append(all, c.Commitment)
		}
	}
	slices.SortFunc(all, func(x, y money.Commitment) int {
		return cmp.Or(cmp.Compare(x.Provider, y.Provider), cmp.Compare(x.ID, y.ID))
	})
	return all
}

package source

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxGroupRows bounds the rows of one row group; writers make groups of a million.
const maxGroupRows = 200_000_000

// readParquet adds up a file, one row group after another: only the columns that are
// needed are unpacked, and what a dictionary has is read once.
func readParquet(ctx context.Context, t *table, from *os.File, size int64, m *meter) (err error) {
	defer damaged(&err)
	t.turn.take() // one such file at a time, for the room that its pages take
	file, err := openParquet(from, size)
	if err != nil {
		return err
	}
	columns := file.Root().Columns()
	header := make([]string, len(columns))
	for k, column := range columns {
		header[k] = column.Name()
	}
	if t.file.Dataset = datasetOf(header); t.file.Dataset != costAndUsage {
		return t.readContractsParquet(ctx, from, file, size)
	}
	found, err := t.findColumns(header)
	if err != nil {
		return err
	}
	leaves, err := findLeaves(columns, &found)
	if err != nil {
		return err
	}
	rows := parquetRows{table: t, names: found.names, tagged: t.tagged(&found)}
	for k, group := range file.RowGroups() {
		if group.NumRows() > maxGroupRows {
			return fmt.Errorf("it has a row group of %d rows, and %d are the most that are read", group.NumRows(), maxGroupRows)
		}
		if err := checkPages(from, size, &file.Metadata().RowGroups[k], leaves.all()); err != nil {
			return err
		}
		if err := rows.read(ctx, leaves, group); err != nil {
			return err
		}
		m.add(size * group.NumRows() / max(file.NumRows(), 1))
	}
	return nil
}

// openParquet reads what a file says of itself.
func openParquet(from *os.File, size int64) (*parquet.File, error) {
	err := checkFooter(from, size)
	if err != nil {
		return nil, fmt.Errorf("it is not a whole Parquet file (%w)", err)
	}
	file, err := parquet.OpenFile(from, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(chunk))
	if err != nil {
		return nil, fmt.Errorf("it is not a whole Parquet file (%w)", err)
	}
	return file, nil
}

// damaged turns a panic of the decoder into an error: what it reads is not trusted.
func damaged(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("it is damaged (%v)", r)
	}
}

// parquetRows adds rows to a table.
type parquetRows struct {
	table *table
	names [fieldCount]string
	first int64 // rows before the row group
	row   int64 // the current one of the row group

	// Of the row group that is read; nil: there is no such column.
	columns   [fieldCount]column // all of these:
	amounts   [fieldCount]*cells[moneyCell]
	dates     [fieldCount]*cells[date]
	texts     [fieldCount]*cells[word]
	keys      []*cells[word] // that tell groups apart
	tags      *cells[tag]
	pairs     *pairs // tags that are a map
	eligibles *cells[money.Eligibility]

	tag         tag               // the current row's
	eligibility money.Eligibility // likewise

	tagged   tagged
	eligible eligibilities
	words    words
}

// open opens the columns of a row group.
func (r *parquetRows) open(l *leaves, group parquet.RowGroup) {
	*r = parquetRows{table: r.table, names: r.names, first: r.first + r.row, tagged: r.tagged, eligible: r.eligible, words: r.words}
	chunks := group.ColumnChunks()
	for f, leaf := range l.at {
		if leaf == nil {
			continue
		}
		pages := chunks[leaf.Index()].Pages()
		switch f := field(f); f {
		case fAmount, fBilled, fConsumed:
			r.amounts[f] = openCells(leaf, pages, func(v parquet.Value) moneyCell { return moneyOf(v, leaf.Type()) })
			r.columns[f] = r.amounts[f]
		case fStart, fEnd:
			r.dates[f] = openCells(leaf, pages, func(v parquet.Value) date { return dateOf(v, leaf.Type()) })
			r.columns[f] = r.dates[f]
		case fTags:
			r.tags = openCells(leaf, pages, r.readTags)
			r.columns[f] = r.tags
		case fEligibility:
			r.eligibles = openCells(leaf, pages, func(v parquet.Value) money.Eligibility { return r.eligible.of(r.words.of(v).text) })
			r.columns[f] = r.eligibles
		default:
			r.texts[f] = openCells(leaf, pages, r.words.of)
			r.columns[f] = r.texts[f]
			if f.tellsGroup() {
				r.keys = append(r.keys, r.texts[f])
			}
		}
	}
	if l.tagKey != nil {
		r.pairs = &pairs{by: r.tagged.by, keys: repeated{pages: chunks[l.tagKey.Index()].Pages()}, values: repeated{pages: chunks[l.tagVal.Index()].Pages()}}
	}
}

func (r *parquetRows) close() {
	for _, c := range r.columns {
		if c != nil {
			c.close()
		}
	}
	if r.pairs != nil {
		r.pairs.close()
	}
}

// batchRows is how many rows are looked at between two looks at the context.
const batchRows = 8192

func (r *parquetRows) read(ctx context.Context, l *leaves, group parquet.RowGroup) error {
	r.open(l, group)
	defer r.close()
	for r.row < group.NumRows() {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(group.NumRows()-r.row, batchRows)
		for f, c := range r.columns {
			if c == nil || field(f) > fTeam { // what is beside costs is read where somebody asks
				continue
			}
			has, err := c.reach(r.row)
			if err != nil {
				return fmt.Errorf("its column %s cannot be read (%w)", r.names[f], err)
			}
			n = min(n, has)
		}
		for range n {
			if err := r.readTag(); err != nil {
				return fmt.Errorf("its column Tags cannot be read (%w)", err)
			}
			err := r.add()
			if errors.Is(err, errGroups) {
				return err
			}
			r.row++
			if err != nil {
				r.table.broken(r.first+r.row, err)
			}
		}
	}
	return nil
}

// readTag makes the current row's tags known.
func (r *parquetRows) readTag() (err error) {
	switch {
	case r.tags != nil:
		r.tag = r.tags.value(r.row)
	case r.pairs != nil:
		r.tag, err = r.pairs.next()
	}
	return err
}

func (r *parquetRows) readTags(v parquet.Value) tag {
	if v.Kind() != parquet.ByteArray || r.tagged.by == "" && !bytesMentionBatch(v.ByteArray()) {
		return tag{}
	}
	return r.tagged.read(r.words.of(v).text)
}

// add counts a row.
func (r *parquetRows) add() error {
	amount := r.amounts[fAmount].value(r.row)
	if amount.err != nil {
		return fmt.Errorf("%s %w", r.names[fAmount], amount.err)
	}
	cost := money.Cost{Amount: amount.Amount, Billed: amount.Amount}
	hasBilled := false
	if c := r.amounts[fBilled]; c != nil {
		billed := c.value(r.row)
		hasBilled = !billed.null
		if billed.err != nil {
			return fmt.Errorf("BilledCost %w", billed.err)
		}
		cost.Billed = billed.Amount
	}
	start := r.dates[fStart].value(r.row)
	if start.err != nil {
		return fmt.Errorf("ChargePeriodStart %w", start.err)
	}
	if r.tag.unread {
		r.table.file.BadTags++
	}
	if c := r.eligibles; c != nil {
		r.eligibility = r.table.eligibility(c.value(r.row))
	}
	err := r.table.count(r, start.moment, cost)
	if err == nil && amount.null {
		r.table.null(r.provider(), hasBilled)
	}
	return err
}

func (r *parquetRows) appendKey(key []byte) []byte {
	for _, c := range r.keys {
		key = binary.AppendUvarint(key, c.value(r.row).number)
	}
	return append(appendText(appendText(key, r.tag.team), string(r.eligibility)), bit(r.tag.batch))
}

func (r *parquetRows) charge() charge {
	return charge{
		provider: r.provider(), service: r.text(fService), category: r.text(fServiceCategory),
		account: r.text(fSubAccount, fBillingAccount), billing: r.text(fBillingAccount), currency: r.text(fCurrency), pricing: r.text(fPricing), commitmentStatus: r.text(fCommitmentStatus),
		chargeCategory: r.text(fChargeCategory), chargeClass: r.text(fChargeClass), chargeFrequency: r.text(fChargeFrequency),
		batch: r.tag.batch, eligibility: r.eligibility, team: r.tag.team + r.text(fTeam), region: r.text(fRegion), meter: r.text(fMeter),
		allocated: r.text(fAllocated) != "", resource: r.text(fResource), sku: r.text(fSku),
	}
}

func (r *parquetRows) provider() string { return r.text(fServiceProvider, fProvider, fPublisher) }

func (r *parquetRows) end() (moment, bool, error) {
	if r.dates[fEnd] == nil {
		return moment{}, false, nil
	}
	end := r.dates[fEnd].value(r.row)
	return end.moment, end.err == nil, nil
}

// text is the first of the fields that holds something.
func (r *parquetRows) text(fields ...field) string {
	for _, f := range fields {
		if c := r.texts[f]; c != nil {
			if text := c.value(r.row).text; text != "" {
				return text
			}
		}
	}
	return ""
}

// leaves are the columns of a schema that hold the fields.
type leaves struct {
	at             [fieldCount]*parquet.Column
	tagKey, tagVal *parquet.Column // when tags are a map; fTags when they are a text
}

// all are the columns that are read.
func (l *leaves) all() []*parquet.Column {
	var all []*parquet.Column
	for _, leaf := range append(l.at[:], l.tagKey, l.tagVal) {
		if leaf != nil {
			all = append(all, leaf)
		}
	}
	return all
}

// findLeaves finds the columns; those that hold no single values cannot be used.
func findLeaves(inFile []*parquet.Column, found *columns) (*leaves, error) {
	l := &leaves{}
	for f := range fieldCount {
		k := found.at[f]
		if k < 0 {
			continue
		}
		column := inFile[k]
		if f == fTags && !column.Leaf() {
			l.tagKey, l.tagVal = mapLeaves(column)
			continue
		}
		if !column.Leaf() || column.MaxRepetitionLevel() > 0 {
			if f > fTeam || f == fEligibility {
				continue // what is told beside costs is not worth a file
			}
			return nil, fmt.Errorf("its column %s holds lists, not single values", strings.TrimSpace(found.names[f]))
		}
		l.at[f] = column
	}
	if l.at[fBilled] == l.at[fAmount] {
		l.at[fBilled] = nil
	}
	return l, nil
}

// mapLeaves are the two columns of a map, or nil.
func mapLeaves(column *parquet.Column) (key, value *parquet.Column) {
	for len(column.Columns()) == 1 {
		column = column.Columns()[0]
	}
	if all := column.Columns(); len(all) == 2 && all[0].Leaf() && all[1].Leaf() && all[0].MaxRepetitionLevel() == 1 {
		return all[0], all[1]
	}
	return nil, nil
}

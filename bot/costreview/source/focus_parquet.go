package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxGroupRows bounds the rows of one row group; writers make groups of a million.
const maxGroupRows = 200_000_000

// readParquet adds up a file, one row group after another: only the columns that are
// needed are unpacked. Row groups beside one another, each distinct value of a column
// read once, were 2.1 times as fast, 0.3 s a million rows, for 336 lines more.
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
	rows := parquetRows{table: t, names: found.names, tagged: tagged{by: t.file.By}}
	t.beyond = rows.beyond
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
	row   int64
	first int64 // rows before the row group

	cells [fieldCount]*cells // of the row group that is read; nil: there is no such column
	tags  [2]*cells          // keys and values, when tags are a map

	eligible eligibilities

	tagged tagged
	pairs  map[string]any // of a row's map, when somebody asks

	known map[string]string // texts as they were met before
	size  int               // bytes of known
}

// batchRows is how many rows are looked at between two looks at the context.
const batchRows = 8192

func (r *parquetRows) read(ctx context.Context, l *leaves, group parquet.RowGroup) error {
	chunks := group.ColumnChunks()
	var all []*cells
	open := func(leaf *parquet.Column) *cells {
		if leaf == nil {
			return nil
		}
		c := &cells{kind: leaf.Type(), pages: chunks[leaf.Index()].Pages()}
		all = append(all, c)
		return c
	}
	defer func() {
		for _, c := range all {
			c.close()
		}
	}()
	for f := range fieldCount {
		r.cells[f] = open(l.at[f])
	}
	r.tags = [2]*cells{open(l.tagKey), open(l.tagVal)}
	r.first = r.row
	for k := range group.NumRows() {
		if k%batchRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.row++
		for f, c := range r.cells {
			if c == nil || field(f) > fTeam { // what is beside costs is read where somebody asks
				continue
			}
			if err := c.next(); err != nil {
				return fmt.Errorf("its column %s cannot be read (%w)", r.names[f], err)
			}
		}
		batch, err := r.isBatch()
		if err != nil {
			return fmt.Errorf("its column Tags cannot be read (%w)", err)
		}
		switch err := r.add(batch); {
		case errors.Is(err, errGroups):
			return err
		case err != nil:
			r.table.broken(r.row, err)
		}
	}
	return nil
}

// isBatch says whether a row's tags mark batch work. Tags are JSON in a text, or a
// map, which Parquet keeps as a column of keys and one of values.
func (r *parquetRows) isBatch() (batch bool, err error) {
	if c := r.cells[fTags]; c != nil && c.now.Kind() == parquet.ByteArray {
		tags := c.now.ByteArray()
		return bytesMentionBatch(tags) && isBatch(string(tags)), nil
	}
	if r.tags[0] == nil {
		return false, nil
	}
	for first := true; ; first = false {
		key, err := r.tags[0].peek()
		if errors.Is(err, io.EOF) && !first {
			return batch, nil
		}
		if err != nil {
			return false, err
		}
		if !first && key.RepetitionLevel() == 0 {
			return batch, nil
		}
		if err := r.tags[1].next(); err != nil {
			return false, err
		}
		if first {
			clear(r.pairs)
		}
		if !key.IsNull() && r.tagged.by != "" {
			if r.pairs == nil {
				r.pairs = map[string]any{}
			}
			r.pairs[string(key.ByteArray())] = string(r.tags[1].now.ByteArray())
		}
		if !key.IsNull() {
			batch = batch || tagsBatch(string(key.ByteArray()), string(r.tags[1].now.ByteArray()))
		}
		r.tags[0].at++
	}
}

// add counts a row.
func (r *parquetRows) add(batch bool) error {
	amount := r.cells[fAmount].money()
	if amount.err != nil {
		return fmt.Errorf("%s %w", r.names[fAmount], amount.err)
	}
	cost := money.Cost{Amount: amount.Amount, Billed: amount.Amount}
	hasBilled := false
	if c := r.cells[fBilled]; c != nil {
		billed := c.money()
		hasBilled = !billed.null
		if billed.err != nil {
			return fmt.Errorf("BilledCost %w", billed.err)
		}
		cost.Billed = billed.Amount
	}
	start := r.cells[fStart].day()
	if start.err != nil {
		return fmt.Errorf("ChargePeriodStart %w", start.err)
	}
	c := charge{
		provider: r.text(fServiceProvider, fProvider, fPublisher), service: r.text(fService), category: r.text(fServiceCategory),
		account: r.text(fSubAccount, fBillingAccount), billing: r.text(fBillingAccount), currency: r.text(fCurrency), pricing: r.text(fPricing), commitmentStatus: r.text(fCommitmentStatus),
		chargeCategory: r.text(fChargeCategory), chargeClass: r.text(fChargeClass), chargeFrequency: r.text(fChargeFrequency),
		negative: isNegative(cost), batch: batch, team: r.team(), region: r.text(fRegion), meter: r.text(fMeter),
	}
	if r.cells[fEligibility] != nil {
		c.eligibility = r.table.eligibility(&r.eligible, r.text(fEligibility))
	}
	if r.cells[fAllocated] != nil {
		c.splits, c.allocated, c.resource, c.sku = true, r.text(fAllocated) != "", r.text(fResource), r.text(fSku)
	}
	err := r.table.count(&c, start.moment, cost, func() (moment, bool, error) {
		if r.cells[fEnd] == nil {
			return moment{}, false, nil
		}
		end := r.cells[fEnd].day()
		return end.moment, end.err == nil, nil
	})
	if err == nil && amount.null {
		r.table.null(c.provider, hasBilled)
	}
	return err
}

// team is whose a row is.
func (r *parquetRows) team() string {
	if r.tagged.by == "" {
		return ""
	}
	if r.cells[fTeam] != nil {
		return r.text(fTeam)
	}
	if r.tags[0] != nil {
		return pick(r.pairs, r.tagged.by).team
	}
	c := r.cells[fTags]
	if c == nil || c.now.Kind() != parquet.ByteArray {
		return ""
	}
	found := r.tagged.team(r.textOf(c))
	if found.unread {
		r.table.file.BadTags++
	}
	return found.team
}

// text is the first of the fields that holds something.
func (r *parquetRows) text(fields ...field) string {
	for _, f := range fields {
		if c := r.cells[f]; c != nil && !c.now.IsNull() {
			if text := r.textOf(c); !isNull(text) {
				return text
			}
		}
	}
	return ""
}

// textOf is a value as a text that stays when its page is gone; rows mostly have those
// of the rows before.
func (r *parquetRows) textOf(c *cells) string {
	if kind := c.now.Kind(); kind != parquet.ByteArray && kind != parquet.FixedLenByteArray {
		return c.now.String()
	}
	raw := c.now.ByteArray()
	if string(raw) == c.last {
		return c.last
	}
	text, ok := r.known[string(raw)]
	if !ok {
		text = string(raw)
		if r.known == nil || len(r.known) >= maxKnown || r.size >= maxKnownBytes {
			r.known, r.size = map[string]string{}, 0
		}
		if len(text) <= maxKnownKey {
			r.known[text] = text
			r.size += len(text)
		}
	}
	c.last = text
	return text
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

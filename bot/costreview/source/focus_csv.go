package source

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxRecord bounds a row, in bytes: an unclosed quote would make one of the rest
// of the file.
const maxRecord = 4 << 20

var errRecord = fmt.Errorf("it has a row of more than %d MB, as a quote that is not closed makes one", maxRecord>>20)

// bounded refuses to read on within one row. It also knows how the file ends.
type bounded struct {
	from io.Reader
	left int
	last byte
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRecord
	}
	n, err := b.from.Read(p)
	if n > 0 {
		b.left -= n
		b.last = p[n-1]
	}
	return n, err
}

// readCSV adds up the rows of a file. A row that cannot be used is left out; the
// error says why the file could not be read to its end. errForm: nothing is told yet,
// because the form of the file has to be proven first.
func readCSV(t *table, from io.Reader, known form) error {
	records, err := openRecords(from)
	if err != nil {
		return err
	}
	if t.file.Dataset = datasetOf(records.header); t.file.Dataset != costAndUsage {
		return t.readContractsCSV(records, known)
	}
	found, err := t.findColumns(records.header)
	if err != nil {
		return err
	}
	rows := csvRows{table: t, at: found.at, names: found.names, form: known, tagged: t.tagged(&found)}
	for f, k := range rows.at {
		if k >= 0 && field(f).tellsGroup() {
			rows.keys = append(rows.keys, k)
		}
	}
	for {
		record, err := records.next()
		if err == nil {
			err = rows.add(record)
			if err == nil {
				continue
			}
			if errors.Is(err, errGroups) || errors.Is(err, errForm) {
				return err
			}
			line, _ := records.FieldPos(0)
			t.broken(int64(line), err)
			continue
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		parse, ok := errors.AsType[*csv.ParseError](err)
		if !ok {
			return err
		}
		if err := records.cut(); err != nil {
			return err
		}
		t.broken(int64(parse.StartLine), parse.Err)
	}
}

// csvRows adds rows to a table.
type csvRows struct {
	table *table
	at    [fieldCount]int
	names [fieldCount]string
	form  form

	keys []int // the columns that tell groups apart

	record      []string // the current one
	tag         tag      // its own
	eligibility money.Eligibility

	tagged   tagged
	eligible eligibilities
}

func (r *csvRows) field(f field) string {
	if k := r.at[f]; k >= 0 {
		return r.record[k]
	}
	return ""
}

// either is the first of the fields that holds something.
func (r *csvRows) either(fields ...field) string {
	for _, f := range fields {
		if text := r.field(f); !isNull(text) {
			return text
		}
	}
	return ""
}

func (r *csvRows) add(record []string) error {
	r.record = record
	cost, lacks, err := r.cost()
	if err != nil {
		return err
	}
	from, ok := parseMoment(r.record[r.at[fStart]])
	if !ok {
		if from, err = r.form.date(r.record[r.at[fStart]]); err != nil {
			return fmt.Errorf("ChargePeriodStart %w", err)
		}
	}
	if r.tag = r.tagged.read(r.field(fTags)); r.tag.unread {
		r.table.file.BadTags++
	}
	if r.at[fEligibility] >= 0 {
		r.eligibility = r.table.eligibility(r.eligible.of(r.field(fEligibility)))
	}
	err = r.table.count(r, from, cost)
	if err == nil && lacks.amount {
		r.table.null(r.provider(), !lacks.billed)
	}
	return err
}

func (r *csvRows) appendKey(key []byte) []byte {
	for _, k := range r.keys {
		key = appendText(key, r.record[k])
	}
	return append(appendText(appendText(key, r.tag.team), string(r.eligibility)), bit(r.tag.batch))
}

func (r *csvRows) charge() charge {
	return charge{
		provider: r.provider(), service: r.field(fService), category: r.field(fServiceCategory),
		account: r.either(fSubAccount, fBillingAccount), billing: r.field(fBillingAccount),
		currency: r.field(fCurrency), pricing: r.field(fPricing), commitmentStatus: r.field(fCommitmentStatus),
		chargeCategory: r.field(fChargeCategory), chargeClass: r.field(fChargeClass), chargeFrequency: r.field(fChargeFrequency),
		batch: r.tag.batch, eligibility: r.eligibility, team: r.tag.team + r.field(fTeam), region: r.field(fRegion), meter: r.field(fMeter),
		allocated: !isNull(r.field(fAllocated)), resource: r.field(fResource), sku: r.field(fSku),
	}
}

func (r *csvRows) provider() string { return r.either(fServiceProvider, fProvider, fPublisher) }

// beyond reads what the current row tells beside its cost.
func (r *csvRows) beyond(g *money.Group, row besideRow) (besideRow, error) {
	if id := r.field(fCommitment); tellsCommitment(g) && !isNull(id) {
		row.id, row.name = r.table.text(id), r.table.text(r.field(fCommitmentName))
	}
	if isAI(g) {
		if n, err := r.number(r.field(fConsumed)); err == nil {
			row.quantity, row.unit = n, r.table.text(r.field(fConsumedUnit))
		}
	}
	return row, nil
}

// end is where a charge's period ends; one that cannot be read is none. The error is
// errForm.
func (r *csvRows) end() (end moment, ok bool, err error) {
	text := r.field(fEnd)
	if end, ok = parseMoment(text); ok || text == "" {
		return end, ok, nil
	}
	if end, err = r.form.date(text); errors.Is(err, errForm) {
		return end, false, err
	}
	return end, err == nil, nil
}

func isNegative(c money.Cost) bool {
	sign := c.Amount.Sign()
	return sign < 0 || (sign == 0 && c.Billed.Sign() < 0)
}

// lacking says which of a row's amounts are not there: that of the column that counts,
// and what was billed.
type lacking struct{ amount, billed bool }

// cost reads the amounts.
func (r *csvRows) cost() (c money.Cost, lacks lacking, err error) {
	text := r.record[r.at[fAmount]]
	if lacks.amount = isNull(text); !lacks.amount {
		if c.Amount, err = r.number(text); err != nil {
			return c, lacks, fmt.Errorf("%s %w", r.names[fAmount], err)
		}
	}
	if k := r.at[fBilled]; k < 0 || k == r.at[fAmount] {
		c.Billed, lacks.billed = c.Amount, true
		return c, lacks, nil
	}
	text = r.record[r.at[fBilled]]
	if lacks.billed = isNull(text); !lacks.billed {
		if c.Billed, err = r.number(text); err != nil {
			return c, lacks, fmt.Errorf("BilledCost %w", err)
		}
	}
	return c, lacks, nil
}

func (r *csvRows) number(text string) (money.Amount, error) {
	if r.form.decimals != decimalComma {
		if m, err := parseMoney(text); err == nil {
			return m, nil
		}
	}
	return r.form.number(text)
}

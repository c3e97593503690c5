package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// What OpenCost tells: core/pkg/opencost/cloudcost.go and allocation_json.go of
// github.com/opencost/opencost. A figure that is no number there is null.
type (
	openCostWindow struct{ Start, End string }

	openCostMetric struct{ Cost json.Number }

	cloudCostSet struct {
		CloudCosts rowsOf[cloudCost]
		Window     openCostWindow
	}

	cloudCost struct {
		Properties struct{ Provider, AccountID, Service, Category string }
		Window     openCostWindow

		AmortizedNetCost, InvoicedCost openCostMetric
	}

	allocation struct {
		Window    openCostWindow
		TotalCost json.Number
	}
)

// An answer's bytes are bounded, and an empty row takes six of them: so the rows are
// bounded too.
const (
	maxOpenCostSets = 20 // a week is asked for at a time
	maxOpenCostRows = 20_000
)

// few is a list of not many entries.
type few[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (f *few[T]) UnmarshalJSON(data []byte) error {
	return eachJSON(data, '[', maxOpenCostSets, func(_ string, dec *json.Decoder) error {
		var entry T
		err := dec.Decode(&entry)
		*f = append(*f, entry)
		return err
	})
}

// rowsOf are what a set tells, by name.
type rowsOf[T any] map[string]T

// UnmarshalJSON implements json.Unmarshaler.
func (r *rowsOf[T]) UnmarshalJSON(data []byte) error {
	*r = rowsOf[T]{}
	return eachJSON(data, '{', maxOpenCostRows, func(name string, dec *json.Decoder) error {
		var row T
		err := dec.Decode(&row)
		(*r)[name] = row
		return err
	})
}

// eachJSON calls entry for each entry of a list or an object, at most most times; a
// null has none.
func eachJSON(data []byte, begin json.Delim, most int, entry func(name string, dec *json.Decoder) error) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	first, err := dec.Token()
	if err != nil || first == nil {
		return err
	}
	if first != begin {
		return fmt.Errorf("%v stands where %v belongs", first, begin)
	}
	for n := 0; dec.More(); n++ {
		if n == most {
			return fmt.Errorf("it has more than %d entries", most)
		}
		name := ""
		if begin == '{' {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ = key.(string)
		}
		if err := entry(name, dec); err != nil {
			return err
		}
	}
	return nil
}

// day is the UTC day that the window lies in.
func (w openCostWindow) day() (money.Day, bool) {
	start, errStart := time.Parse(time.RFC3339, w.Start)
	end, errEnd := time.Parse(time.RFC3339, w.End)
	if errStart != nil || errEnd != nil || !start.Before(end) {
		return 0, false
	}
	day := money.DayOf(start)
	return day, day == money.DayOf(end.Add(-time.Second))
}

// focusCategories are FOCUS' words for OpenCost's categories; its other ones are
// the same or not known.
var focusCategories = map[string]string{
	"Virtual Machine":    "Compute",
	"Disk":               "Storage",
	"Network":            "Networking",
	"Load Balancer":      "Networking",
	"Cluster Management": "Management and Governance",
}

// openCostReader is one reading of OpenCost.
type openCostReader struct {
	read     *money.Reading
	notes    readingNotes
	from, to money.Day         // the days asked for
	sets     map[money.Day]int // which set of the answer told of a day
	cells    int               // figures taken
	strays   int               // what was told of other days
	bad      error             // why a figure was left out, for example
}

// charge counts a cloud's charges of a day; window is its set's, for a charge that
// has none.
func (r *openCostReader) charge(set int, c cloudCost, window openCostWindow) {
	if c.Window.Start != "" {
		window = c.Window
	}
	day, ok := window.day()
	if !r.wanted(set, day, ok) {
		return
	}
	amount, err := money.ParseMoney(c.AmortizedNetCost.Cost.String())
	billed := amount
	if err == nil && c.InvoicedCost.Cost != "" {
		billed, err = money.ParseMoney(c.InvoicedCost.Cost.String())
	}
	if err != nil {
		r.leaveOut(err)
		return
	}
	category := labelText(c.Properties.Category)
	if known, ok := focusCategories[category]; ok {
		category = known
	}
	r.read.Days.Add(day, money.Group{
		Provider: labelText(c.Properties.Provider), Service: labelText(c.Properties.Service), Category: category,
		Account: labelText(c.Properties.AccountID), Currency: openCostCurrency, Kind: openCostKind(amount),
	}, money.Cost{Amount: amount, Billed: billed})
}

// allocation counts what a namespace cost on a day.
func (r *openCostReader) allocation(set int, namespace string, a allocation) {
	day, ok := a.Window.day()
	if !r.wanted(set, day, ok) {
		return
	}
	amount, err := money.ParseMoney(a.TotalCost.String())
	if err != nil {
		r.leaveOut(err)
		return
	}
	r.read.Days.Add(day, money.Group{Service: namespaceName(namespace), Currency: openCostCurrency, Kind: openCostKind(amount)},
		money.Cost{Amount: amount, Billed: amount})
}

// wanted reports whether a row is of a day that was asked for, and that no other
// set of the answer told of.
func (r *openCostReader) wanted(set int, day money.Day, ok bool) bool {
	r.read.Rows++
	if ok && r.from <= day && day <= r.to {
		if told, known := r.sets[day]; !known || told == set {
			r.sets[day] = set
			return true
		}
	}
	r.strays++
	r.read.Broken++
	return false
}

func (r *openCostReader) leaveOut(err error) {
	r.bad = err
	r.read.Broken++
}

// tell notes what was left out.
func (r *openCostReader) tell() {
	if r.strays > 0 {
		r.notes.add(true, "OpenCost told %d figures of other days than asked for, or of one day twice: they are left out.", r.strays)
	}
	if n := r.read.Broken - int64(r.strays); n > 0 {
		r.notes.add(true, "%d of %d figures from OpenCost are left out: %v.", n, r.read.Rows, r.bad)
	}
}

// openCostKind tells credits, which OpenCost has no word for, by their sign.
func openCostKind(amount money.Amount) money.Kind {
	if amount.Sign() < 0 {
		return money.Credit
	}
	return money.Usage
}

// namespaceName is how a namespace is called among services.
func namespaceName(namespace string) string {
	switch namespace {
	case "__idle__":
		return "Kubernetes: idle capacity"
	case "__unmounted__":
		return "Kubernetes: volumes that nothing mounts"
	case "__unallocated__", "":
		return "Kubernetes: not allocated"
	}
	return "Kubernetes: " + labelText(namespace)
}

package cost

import (
	"encoding/json"
	"time"

	"github.com/signalbook/signalbook/bot/spend"
)

// What OpenCost tells: core/pkg/opencost/cloudcost.go and allocation_json.go of
// github.com/opencost/opencost. A figure that is no number there is null.
type (
	openCostWindow struct{ Start, End string }

	openCostMetric struct{ Cost json.Number }

	cloudCostSet struct {
		CloudCosts map[string]cloudCost
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

// day is the UTC day that the window lies in.
func (w openCostWindow) day() (spend.Day, bool) {
	start, errStart := time.Parse(time.RFC3339, w.Start)
	end, errEnd := time.Parse(time.RFC3339, w.End)
	if errStart != nil || errEnd != nil || !start.Before(end) {
		return 0, false
	}
	day := spend.DayOf(start)
	return day, day == spend.DayOf(end.Add(-time.Second))
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
	read     *spend.Reading
	notes    readingNotes
	from, to spend.Day         // the days asked for
	sets     map[spend.Day]int // which set of the answer told of a day
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
	amount, err := spend.ParseMoney(c.AmortizedNetCost.Cost.String())
	billed := amount
	if err == nil && c.InvoicedCost.Cost != "" {
		billed, err = spend.ParseMoney(c.InvoicedCost.Cost.String())
	}
	if err != nil {
		r.leaveOut(err)
		return
	}
	category := labelText(c.Properties.Category)
	if known, ok := focusCategories[category]; ok {
		category = known
	}
	r.read.Days.Add(day, spend.Group{
		Provider: labelText(c.Properties.Provider), Service: labelText(c.Properties.Service), Category: category,
		Account: labelText(c.Properties.AccountID), Currency: openCostCurrency, Kind: openCostKind(amount),
	}, spend.Cost{Amount: amount, Billed: billed})
}

// allocation counts what a namespace cost on a day.
func (r *openCostReader) allocation(set int, namespace string, a allocation) {
	day, ok := a.Window.day()
	if !r.wanted(set, day, ok) {
		return
	}
	amount, err := spend.ParseMoney(a.TotalCost.String())
	if err != nil {
		r.leaveOut(err)
		return
	}
	r.read.Days.Add(day, spend.Group{Service: namespaceName(namespace), Currency: openCostCurrency, Kind: openCostKind(amount)},
		spend.Cost{Amount: amount, Billed: amount})
}

// wanted reports whether a row is of a day that was asked for, and that no other
// set of the answer told of.
func (r *openCostReader) wanted(set int, day spend.Day, ok bool) bool {
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
func openCostKind(amount spend.Money) spend.Kind {
	if amount.Sign() < 0 {
		return spend.Credit
	}
	return spend.Usage
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

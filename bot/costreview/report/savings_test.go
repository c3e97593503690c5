package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// TestSavingsAreNotPromisedTwice: whatever is adopted, what is promised is of what the
// adopted steps leave, and all open ones together save what they save row by row, one
// after the other, which is never more than there is.
func TestSavingsAreNotPromisedTwice(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	sheet := handbook.Default().CostSteps()
	shared, after := 0, 0
	for n := range 60 {
		l := newLedger(t)
		type charge struct {
			row  handbook.Row
			cost float64
		}
		var bill []charge
		for i := range 1 + random.IntN(10) {
			g := money.Group{
				Provider: "AWS", Service: []string{"EC2", "S3", "SageMaker", "Amazon CloudFront", "EMR"}[random.IntN(5)], Account: fmt.Sprint(i),
				Category: []string{"Compute", "Storage", "Databases", "AI and Machine Learning", "Networking"}[random.IntN(5)],
				Pricing:  []string{"Standard", "Committed", "Dynamic"}[random.IntN(3)], Batch: random.IntN(4) == 0,
			}
			cost := 1 + random.IntN(5000)
			l.put(monday-70, sunday, g, fmt.Sprint(cost))
			bill = append(bill, charge{handbook.Row{ServiceName: g.Service, ServiceCategory: g.Category, PricingCategory: g.Pricing, Batch: g.Batch}, 30.4 * float64(cost)})
		}
		in := l.input()
		in.Organisation = Organisation{Users: known(2e9), CDNBandwidthTB: known(600)}
		in.Adoptions = map[string]Adoption{}
		for _, s := range sheet {
			switch random.IntN(4) {
			case 0:
				in.Adoptions[s.ID] = Adoption{State: StepAdopted, At: review.Add(-time.Duration(random.IntN(50)) * time.Hour)}
			case 1:
				in.Adoptions[s.ID] = Adoption{State: StepSnoozed, At: review, Until: review.AddDate(0, 1, 0)}
			}
		}
		r := Judge(in)
		state := func(id string) AdoptionState { return adoption(in.Adoptions[id], review).State }
		// leaves is what is left of a row's cost when steps save their least or their most.
		leaves := func(c charge, most bool, steps ...handbook.CostStep) float64 {
			left := c.cost
			for _, s := range steps {
				switch {
				case !s.Base.Matches(c.row):
				case most:
					left *= 1 - float64(s.Saving.High)
				default:
					left *= 1 - float64(s.Saving.Low)
				}
			}
			return left
		}
		var open, adopted []handbook.CostStep
		for _, s := range sheet {
			switch state(s.ID) {
			case StepOpen:
				open = append(open, s)
			case StepAdopted:
				adopted = append(adopted, s)
			}
		}
		var low, high, total float64
		for _, c := range bill {
			least, most := leaves(c, true, adopted...), leaves(c, false, adopted...)
			low += least - leaves(charge{c.row, least}, false, open...)
			high += most - leaves(charge{c.row, most}, true, open...)
			total += c.cost
		}
		var saves Saving
		if len(r.Savings) > 0 {
			saves = r.Savings[0]
		}
		if abs(saves.Low-low) > 1e-6*total || abs(saves.High-high) > 1e-6*total || saves.High > saves.Base || saves.Base > total+1e-6 {
			t.Errorf("bill %d: all open steps save %+v, want %.2f to %.2f", n, saves, low, high)
		}
		for i, s := range r.Steps {
			if state(s.ID) == StepAdopted || len(s.Savings) == 0 {
				continue
			}
			got, low, high := s.Savings[0], 0.0, 0.0
			var with []string
			for _, c := range bill {
				if !sheet[i].Base.Matches(c.row) {
					continue
				}
				low += float64(sheet[i].Saving.Low) * leaves(c, true, adopted...)
				high += float64(sheet[i].Saving.High) * leaves(c, false, adopted...)
				for _, other := range open {
					if other.ID != s.ID && other.Base.Matches(c.row) {
						with = append(with, other.ID)
					}
				}
			}
			if abs(got.Low-low) > 1e-6*total || abs(got.High-high) > 1e-6*total || !slices.Equal(got.With, unique(with)) && len(got.With)+len(with) > 0 {
				t.Errorf("bill %d: %s saves %+v, want %.2f to %.2f, with %v", n, s.ID, got, low, high, unique(with))
			}
			if len(got.With) > 0 {
				shared++
				if got.TogetherHigh < got.High-1e-6*total || got.TogetherHigh > total {
					t.Errorf("bill %d: %s with others saves %+v", n, s.ID, got)
				}
			}
			if len(got.After) > 0 {
				after++
			}
		}
	}
	if shared < 50 || after < 50 {
		t.Errorf("only %d steps share their spend, %d come after others", shared, after)
	}
}

// TestSavingsSayWhatTheyShare: people read which steps count the same spend.
func TestSavingsSayWhatTheyShare(t *testing.T) {
	t.Parallel()
	g := group("SageMaker")
	g.Category, g.Pricing = "AI and Machine Learning", "Committed"
	in := newLedger(t).put(monday-70, sunday, g, "100").input()
	in.Adoptions = map[string]Adoption{"C6": {State: StepAdopted, By: "Ana", At: review}}
	text := Text(Judge(in))
	for _, want := range []string{
		"All open ones together save 1,732.80 to 2,118.88 USD a month, of 3,040.00 a month.", // 0.75 × (1 - 0.6 × 0.4) to 0.85 × (1 - 0.6 × 0.3)
		"Saves 912.00 to 1,033.60 USD a month: of 3,040.00 a month",
		"C6 leaves 2,280.00 to 2,584.00 of that.",
		"Counts the same spend as C8: together they save 1,732.80 to 2,118.88.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q:\n%s", want, text)
		}
	}
}

package money

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func amounts(t *testing.T, text string) (all []Amount) {
	t.Helper()
	for part := range strings.FieldsSeq(text) {
		m, err := ParseMoney(part)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// TestApportion: parts that are rounded add up to their rounded sum, and nothing is
// moved further than it has to be.
func TestApportion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts, want string
		places      int
	}{
		{"0.4 0.4 0.4", "1 0 0", 0},
		{"0.6 0.6 0.6", "0 1 1", 0},
		{"-0.4 -0.4 -0.4", "-1 0 0", 0},
		{"5000 -4994.80", "5000 -4995", 0},
		{"5000.006 -4994.802", "5000 -4994.8", 2}, // together 5.204, which is 5.20
		{"0 0.5 0.4 0", "0 1 0 0", 0},
		{"0.123456789012345678", "0.123456789012345678", 18},
		{"", "", 2},
	} {
		parts := amounts(t, c.parts)
		var sum Amount
		for _, p := range parts {
			sum = sum.Add(p)
		}
		if got, want := Apportion(sum.Round(c.places), parts, c.places), amounts(t, c.want); !slices.Equal(got, want) {
			t.Errorf("%s to %d decimals: got %v, want %v", c.parts, c.places, got, want)
		}
	}
}

// TestApportionAddsUp: of any parts, also in two steps: parts of parts.
func TestApportionAddsUp(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 18))
	for range 3000 {
		places := random.IntN(19)
		step, total := stepOf(places), Amount{}
		groups, sums := make([][]Amount, 1+random.IntN(5)), []Amount{}
		for k := range groups {
			var sum Amount
			for range random.IntN(8) {
				part := Amount{random.Int64N(1<<uint(random.IntN(40))) - random.Int64N(1<<uint(random.IntN(40))), random.Uint64()}
				if random.IntN(4) == 0 {
					part = Amount{}
				}
				groups[k], sum = append(groups[k], part), sum.Add(part)
			}
			sums, total = append(sums, sum), total.Add(sum)
		}
		adds := func(what string, total Amount, parts, shown []Amount) {
			var sum Amount
			for k, m := range shown {
				sum = sum.Add(m)
				if off := m.Sub(parts[k]).Abs(); off.Cmp(step.Add(step)) >= 0 || parts[k].IsZero() && !m.IsZero() || m.Round(places) != m {
					t.Errorf("%s: %v to %d decimals is %v", what, parts[k], places, m)
				}
			}
			if sum != total {
				t.Errorf("%s: %v add up to %v, want %v", what, shown, sum, total)
			}
		}
		shown := Apportion(total.Round(places), sums, places)
		adds("sums", total.Round(places), sums, shown)
		for k, parts := range groups {
			adds("parts", shown[k], parts, Apportion(shown[k], parts, places))
		}
	}
}

package money

import (
	"math/rand/v2"
	"testing"
)

// TestPartsAddUp: to the last digit, for either sign and any number of parts, and no
// two parts differ by more than that digit.
func TestPartsAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		m := Amount{random.Int64N(1 << 50), random.Uint64()}
		if random.IntN(2) == 0 {
			m = m.Neg()
		}
		n := 1 + random.IntN(400)
		var sum Amount
		for k := range n {
			part := m.Part(k, n)
			sum = sum.Add(part)
			if off := part.Sub(m.Part(n-1, n)).Abs(); off.Cmp(Amount{0, 1}) > 0 {
				t.Fatalf("part %d of %d of %s is %s, the last one %s", k, n, m, part, m.Part(n-1, n))
			}
		}
		if sum != m {
			t.Fatalf("%d parts of %s add up to %s", n, m, sum)
		}
	}
}

func TestWhole(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "12": 0, "-12": 0, "1000000000000": 0, "0.1": 1, "-2.50": 1, "1.62": 2, "1.624": 3, "0.000000000000000001": 18, "999999999999.5": 1} {
		m, err := ParseMoney(text)
		if err != nil {
			t.Fatal(err)
		}
		for places := range 19 {
			if got := m.Whole(places); got != (places >= want) {
				t.Errorf("%s with %d decimals: got %t", text, places, got)
			}
		}
	}
}

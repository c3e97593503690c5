package money

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// TestScaledIsWhatTheTextSays compares with the reading of the same number as text.
func TestScaledIsWhatTheTextSays(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 5, 15, 25, -25, 35, 123456789, 1605990000000001, math.MaxInt64, math.MinInt64, 9999999999999999} {
		for places := -20; places < 60; places++ {
			want, errWant := ParseMoney(fmt.Sprintf("%dE%d", n, -places))
			got, err := Scaled(n, places)
			if got != want || errors.Is(err, ErrRange) != errors.Is(errWant, ErrRange) {
				t.Errorf("Scaled(%d, %d): got %s, %v, want %s, %v", n, places, got, err, want, errWant)
			}
		}
	}
}

package coordinator

import (
	"strconv"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestCacheIsBoundedInBytes: far fewer incidents than it may remember, with many
// alerts each, make no room for another batch.
func TestCacheIsBoundedInBytes(t *testing.T) {
	var c cache
	c.prepare()
	big := incident.Incident{Alerts: make([]incident.Alert, 500)}
	for k := range big.Alerts {
		big.Alerts[k].Labels = map[string]string{"long": strings.Repeat("x", 1000)}
	}
	for n := range 40 {
		big.Number = n + 1
		for range 3 { // remembered anew it counts once
			c.put(big)
		}
	}
	if !c.roomy() || c.bytes != 40*bytesOf(big) {
		t.Errorf("40 of them: roomy %v, %d bytes, want %d", c.roomy(), c.bytes, 40*bytesOf(big))
	}
	for n := range 40 {
		big.Number = n + 100
		c.put(big)
	}
	if c.roomy() {
		t.Errorf("80 of them, %d bytes: want no room", c.bytes)
	}
	for k := range big.Alerts { // they share their alerts with what was put
		big.Alerts[k].Labels = nil
	}
	for n := range 40 {
		big.Number = n + 1
		c.put(big)
		big.Number = n + 100
		c.put(big)
	}
	if want := 80 * bytesOf(big); c.bytes != want || !c.roomy() {
		t.Errorf("they became small: %d bytes, want %d and room", c.bytes, want)
	}
	big.Alerts[0].Summary = strings.Repeat("x", 2*cacheBytes)
	c.put(big)
	if c.prepare(); !c.roomy() || len(c.incidents) != 0 || c.bytes != 0 {
		t.Errorf("made room: %d incidents, %d bytes", len(c.incidents), c.bytes)
	}
}

func BenchmarkBytesOf(b *testing.B) {
	for _, n := range []int{1, 500} {
		i := incident.Incident{Alerts: make([]incident.Alert, n), Steps: make([]incident.Step, 9)}
		for k := range i.Alerts {
			i.Alerts[k].Labels = map[string]string{"a": "1", "b": "2", "c": "3", "d": "4", "e": "5", "f": "6"}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				bytesOf(i)
			}
		})
	}
}

package alerts_test

import (
	"fmt"
	"strings"

	"github.com/signalbook/signalbook/alerts"
)

// A webhook's body is read and cut to a size that can be kept.
func ExampleDecode() {
	body := `{"version":"4","groupKey":"{}:{alertname=\"HighCPU\"}","receiver":"bot","status":"firing",
		"alerts":[{"status":"firing","labels":{"alertname":"HighCPU","instance":"db-7"},"startsAt":"2026-11-30T03:02:00Z"}]}`
	n, err := alerts.Decode(strings.NewReader(body), "default")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(n.Status, n.Firing, n.Alerts[0].Labels["instance"])
	// Output:
	// firing 1 db-7
}

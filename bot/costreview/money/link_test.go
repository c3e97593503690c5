package money

import (
	"strings"
	"testing"
)

// TestLinkIsFilledAndEscaped: no name can add to the address; what is no template of a
// service is refused.
func TestLinkIsFilledAndEscaped(t *testing.T) {
	t.Parallel()
	g := Group{Provider: "AWS", Service: "Amazon S3 & \"x\"\n/?#", Account: "", Region: "eu"}
	l := Link{URL: "https://c.example/{{ .Provider }}?s={{ .Service }}{{ with .Account }}&a={{ . }}{{ end }}&r={{ .Region }}&from={{ .From }}&to={{ .To }}"}
	got, err := l.Fill(g, 20_000, 20_055)
	if want := "https://c.example/AWS?s=Amazon%20S3%20%26%20%22x%22%20%2F%3F%23&r=eu&from=2024-10-04&to=2024-11-28"; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for _, wrong := range []string{"https://x/{{ .Service", "https://x/{{ .Colour }}", "https://x/" + strings.Repeat("x", maxLink), "{{ template \"x\" }}"} {
		if got, err := (Link{URL: wrong}).Fill(g, 1, 2); err == nil {
			t.Errorf("%.40s: got %.40s, want an error", wrong, got)
		}
	}
}

package slackapi

import "testing"

func TestValues(t *testing.T) {
	for text, want := range map[string]int{
		``: 0, `{}`: 1, `[1,2]`: 2, `{"a":[{},{}]}`: 5, `["[,{\",","\\",7]`: 3, `["not closed,[`: 1, `"\`: 0,
	} {
		if got := values([]byte(text)); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

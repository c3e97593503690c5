package yamlfile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// TestAlikeTakesTheNearestOrTheOnlyMatch, and names all that might be meant when there are several.
func TestAlikeTakesTheNearestOrTheOnlyMatch(t *testing.T) {
	names := []string{"database-cpu", "database-disk", "cdn-cost", "triage", "queue-1", "queue-2", "Amazon CloudFront", "Ünïcode Lager"}
	for typed, want := range map[string][]string{
		"database-cpu":                       {"database-cpu"},
		"DATABASE-CPU":                       {"database-cpu"},
		"databse-cpu":                        {"database-cpu"},
		"database":                           {"database-cpu", "database-disk"},
		"disk":                               {"database-disk"},
		"databse":                            {"database-cpu", "database-disk"},
		"triag":                              {"triage"},
		"traige":                             {"triage"},
		"cdn":                                {"cdn-cost"},
		"cdn_cost":                           {"cdn-cost"},
		"queue-3":                            {"queue-1", "queue-2"},
		"cloudfrnt":                          {"Amazon CloudFront"},
		"amazon cloudfront":                  {"Amazon CloudFront"},
		"ünicode lager":                      {"Ünïcode Lager"},
		"kafka":                              nil,
		"":                                   nil,
		"  ":                                 nil,
		"\xff\xfe":                           nil,
		"xy":                                 nil,
		strings.Repeat("database-cpu", 1000): nil,
	} {
		if got := yamlfile.Alike(typed, names); !slices.Equal(got, want) {
			t.Errorf("%.40q: got %q, want %q", typed, got, want)
		}
	}
	if got := yamlfile.Alike("all", []string{"all", "all-hands", "small"}); !slices.Equal(got, []string{"all"}) {
		t.Errorf("the name itself stands beside longer ones: got %q", got)
	}
}

package ingest

import (
	"testing"

	"github.com/signalbook/signalbook/bot/config"
)

// TestASourceThatIsGivenTwiceCountsOnce: its stored days would be added to themselves.
func TestASourceThatIsGivenTwiceCountsOnce(t *testing.T) {
	files := func(pattern string) config.CostSource {
		return config.CostSource{FOCUS: &config.FOCUSFiles{Files: []string{pattern}}}
	}
	all, err := Sources(config.Digest{Costs: []config.CostSource{files("/a/*.csv"), files("/b/*.csv"), files("/a/*.csv")}}, nil)
	if err != nil || len(all) != 2 || all[0].Name == all[1].Name {
		t.Errorf("got %d sources, %v, want 2", len(all), err)
	}
}

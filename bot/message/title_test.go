package message

import (
	"testing"

	"github.com/signalbook/signalbook/bot/incident"
)

// TestOldTitleThatShowsNothing: a document from before such were refused has one.
func TestOldTitleThatShowsNothing(t *testing.T) {
	i := incident.Incident{Title: "\u200b\u0301", Playbook: incident.PlaybookRef{Name: "database-cpu"}}
	if got := title(i); got != "database-cpu" {
		t.Errorf("got %+q, want the playbook's name", got)
	}
}

package archive_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/archive"
	"github.com/signalbook/signalbook/bot/incident"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// record is the line of an incident that closed at a time.
func record(t *testing.T, n int, closed time.Time) archive.Record {
	t.Helper()
	r, err := archive.NewRecord(
		incident.Incident{Schema: 1, Number: n, Version: 7, State: incident.Closed, Title: "line\nbreak", ClosedAt: closed},
		[]incident.Change{{Kind: incident.KindOpened, At: closed}, {Kind: incident.KindClosed, At: closed, Text: "done"}}, at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// TestAppend: a line an incident, in the file of the month in which it closed,
// behind what is there.
func TestAppend(t *testing.T) {
	folder := archive.Folder(t.TempDir())
	// Midnight in Kiritimati is still October in UTC.
	october := time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("", 14*3600))
	for _, batch := range [][]archive.Record{
		{record(t, 1, october), record(t, 2, at)},
		{record(t, 3, october)},
	} {
		if err := folder.Append(batch...); err != nil {
			t.Fatal(err)
		}
	}
	if got := folder.File(at); got != filepath.Join(string(folder), "incidents-2026-11.jsonl") {
		t.Errorf("got file %s", got)
	}
	if lines := read(t, folder.File(at)); len(lines) != 1 {
		t.Errorf("got %d lines of November, want 1", len(lines))
	}
	lines := read(t, filepath.Join(string(folder), "incidents-2026-10.jsonl"))
	if len(lines) != 2 {
		t.Fatalf("got %d lines of October, want 2:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[1]), &got); err != nil {
		t.Fatal(err)
	}
	document, _ := got["incident"].(map[string]any)
	if document["title"] != "line\nbreak" || document["number"] != 3.0 {
		t.Errorf("got document %v", document)
	}
	delete(got, "incident")
	timeline := got["timeline"]
	delete(got, "timeline")
	if diff := cmp.Diff(map[string]any{"schema": 1.0, "id": "INC-3", "version": 7.0, "archived_at": "2026-11-23T09:00:00Z"}, got); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	if changes, ok := timeline.([]any); !ok || len(changes) != 2 || changes[0].(map[string]any)["kind"] != "opened" {
		t.Errorf("got timeline %v, want both changes, oldest first", timeline)
	}
}

// TestEveryWordIsThere: a line is for people and their tools, and leaves nothing out.
func TestEveryWordIsThere(t *testing.T) {
	anna := incident.User{ID: "U1", Name: "anna"}
	stored, err := incident.Incident{
		Number: 4, Version: 2, OpenedAt: at, OpeningAt: at, ClosedAt: at,
		Steps: []incident.Step{{ID: "pool", Number: 1, Tier: "immediate", Standing: incident.Standing{State: incident.StepDone, Holder: anna, By: anna, At: at}}},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	i, err := incident.Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	r, err := archive.NewRecord(i, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"schema":1,`, `"opened_at":"2026-11-23T09:00:00Z"`, `"opening_at":"2026-11-23T09:00:00Z"`, `"number":1,"tier":"immediate"`,
		`"state":"done","holder":"U1 anna","by":"U1 anna","at":"2026-11-23T09:00:00Z"`,
	} {
		if !bytes.Contains(r.Incident, []byte(part)) {
			t.Errorf("got %s, want %s in it", r.Incident, part)
		}
	}
}

// TestUnknownFieldsAreKept: what a newer binary wrote into a document is in its
// line.
func TestUnknownFieldsAreKept(t *testing.T) {
	i, err := incident.Decode([]byte(`{"schema":1,"number":4,"version":2,"closed_at":"2026-11-23T09:00:00Z","of_tomorrow":{"x":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := archive.NewRecord(i, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(r.Incident, []byte(`"of_tomorrow":{"x":1}`)) {
		t.Errorf("got %s, want the unknown field in it", r.Incident)
	}
}

// TestTornLine: a line that a crash cut short spoils none that follows.
func TestTornLine(t *testing.T) {
	folder := archive.Folder(t.TempDir())
	if err := os.WriteFile(folder.File(at), []byte("{\"id\":\"INC-1\"}\n{\"id\":\"IN"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.Append(record(t, 2, at)); err != nil {
		t.Fatal(err)
	}
	lines := read(t, folder.File(at))
	if len(lines) != 3 || !json.Valid([]byte(lines[0])) || json.Valid([]byte(lines[1])) || !strings.HasPrefix(lines[2], `{"schema":1,"id":"INC-2"`) {
		t.Errorf("got lines:\n%s", strings.Join(lines, "\n"))
	}
}

func TestNoFolder(t *testing.T) {
	folder := archive.Folder(filepath.Join(t.TempDir(), "missing"))
	if err := folder.Append(record(t, 1, at)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
	if err := folder.Append(); err != nil {
		t.Errorf("nothing to write got %v", err)
	}
}

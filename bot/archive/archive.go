// Package archive keeps incidents that leave Redis: one JSON line each, in a file
// for every month.
package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
)

// Schema is the version of a line.
const Schema = 1

// Record is one line: an incident as it left Redis. The same incident may stand
// twice, after a crash between writing and deleting: id and version tell copies.
type Record struct {
	Schema     int               `json:"schema"`
	ID         string            `json:"id"`
	Version    int64             `json:"version"`
	ArchivedAt time.Time         `json:"archived_at"`
	Incident   json.RawMessage   `json:"incident"` // the document with every word, and with fields that this binary does not know
	Timeline   []incident.Change `json:"timeline"` // oldest first

	closedAt time.Time
}

// NewRecord makes the line of an incident.
func NewRecord(i incident.Incident, timeline []incident.Change, now time.Time) (Record, error) {
	document, err := i.Encode()
	if err != nil {
		return Record{}, fmt.Errorf("archive %s: %w", i.ID(), err)
	}
	return Record{
		Schema: Schema, ID: i.ID(), Version: i.Version, ArchivedAt: now.UTC(), Incident: document, Timeline: timeline,
		closedAt: i.ClosedAt,
	}, nil
}

// Folder is where the files lie.
type Folder string

// File is the file of incidents that closed in the month of t, in UTC.
func (f Folder) File(t time.Time) string {
	return filepath.Join(string(f), "incidents-"+t.UTC().Format("2006-01")+".jsonl")
}

// Append writes records to the ends of their files. When it returns nil they are
// on the disk; after an error some of them may be, and writing them again is
// safe.
func (f Folder) Append(records ...Record) error {
	lines := map[string]*bytes.Buffer{}
	var order []string
	for _, record := range records {
		line, err := json.Marshal(record)
		if err != nil {
			return fmt.Errorf("archive %s: %w", record.ID, err)
		}
		file := f.File(record.closedAt)
		if lines[file] == nil {
			lines[file] = &bytes.Buffer{}
			order = append(order, file)
		}
		lines[file].Write(append(line, '\n'))
	}
	slices.Sort(order)
	for _, file := range order {
		if err := f.write(file, lines[file].Bytes()); err != nil {
			return fmt.Errorf("archive incidents in %s: %w", f, err)
		}
	}
	return nil
}

// write appends whole lines to one file and waits for the disk.
func (f Folder) write(name string, lines []byte) (err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size == 0 {
		if err := f.sync(); err != nil {
			return err // the new file's name has to outlive a power cut, too
		}
	} else if lines, err = afterTorn(file, size, lines); err != nil {
		return err
	}
	if n, err := file.Write(lines); err != nil {
		return errors.Join(err, takeBack(file, size, n))
	}
	return file.Sync()
}

// afterTorn begins a new line when a crash cut the last one short: it does not
// parse, and its incident follows whole.
func afterTorn(file *os.File, size int64, lines []byte) ([]byte, error) {
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, size-1); err != nil {
		return nil, err
	}
	if last[0] != '\n' {
		lines = append([]byte("\n"), lines...)
	}
	return lines, nil
}

// takeBack removes what was written of lines that did not fit, unless somebody
// else has written behind it.
func takeBack(file *os.File, size int64, written int) error {
	info, err := file.Stat()
	if err != nil || written == 0 || info.Size() != size+int64(written) {
		return err
	}
	return file.Truncate(size)
}

// sync makes the folder's list of names reach the disk.
func (f Folder) sync() error {
	dir, err := os.Open(string(f))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// FOCUS 1.3 tells in its metadata which spans of an export are complete. It is looked
// for beside the files, in files named for it: such as recency.json,
// metadata/recency/recency-1234.json, or focus-metadata.json.
//
// https://focus.finops.org, metadata Recency
type recencyFile struct {
	recency
	Recency oneOrMore[recency]
}

type recency struct{ TimeSectors []timeSector }

type timeSector struct {
	TimeSectorStart, TimeSectorEnd string
	TimeSectorComplete             *bool
}

// What is read of it: so many files a folder, and so many days a sector.
const (
	maxRecencyFiles = 50
	maxSectorDays   = 400
)

// oneOrMore is an object, or a list of such.
type oneOrMore[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMore[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, (*[]T)(o))
	}
	var one T
	err := json.Unmarshal(data, &one)
	*o = oneOrMore[T]{one}
	return err
}

// markOpen notes of each file the days that its export's metadata says are not
// complete. Of a sector that is told more than once the completest word counts: older
// metadata may lie beside newer.
func markOpen(files []candidate) []money.Note {
	type days struct{ open, complete map[money.Day]bool }
	folders := map[string]days{}
	var notes []money.Note
	for k := range files {
		folder := filepath.Dir(files[k].path)
		found, ok := folders[folder]
		if !ok {
			found = days{map[money.Day]bool{}, map[money.Day]bool{}}
			for _, path := range recencyPaths(folder) {
				var file recencyFile
				if err := readManifest(path, &file); err != nil {
					notes = append(notes, money.Note{Text: fmt.Sprintf("%s is passed over (%s), so which days are complete is judged by how much is there.", clean(filepath.Base(path)), err)})
					continue
				}
				for _, r := range append(file.Recency, file.recency) {
					for _, s := range r.TimeSectors {
						s.mark(found.open, found.complete)
					}
				}
			}
			folders[folder] = found
		}
		for day := range found.open {
			if found.complete[day] {
				continue
			}
			if files[k].open == nil {
				files[k].open = map[money.Day]bool{}
			}
			files[k].open[day] = true
		}
	}
	return notes
}

// recencyPaths are the metadata beside a folder's files.
func recencyPaths(folder string) []string {
	found := map[string]bool{}
	for _, pattern := range []string{"*.json", "metadata/*.json", "metadata/recency/*.json", "recency/*.json", "../metadata/*.json", "../metadata/recency/*.json"} {
		paths, _ := filepath.Glob(filepath.Join(literal(folder), pattern)) // only a bad pattern is an error, and it is none
		for _, path := range paths {
			name := strings.ToLower(filepath.Base(path))
			if strings.Contains(name, "recency") || strings.Contains(name, "focus") && strings.Contains(name, "metadata") {
				found[path] = true
			}
		}
	}
	paths := slices.Sorted(maps.Keys(found))
	return paths[:min(len(paths), maxRecencyFiles)]
}

// literal is a path in a pattern.
func literal(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// mark notes the days that a sector touches. Sectors of a whole day or longer say of
// their days that they are complete; shorter ones only that they are not.
func (s timeSector) mark(open, complete map[money.Day]bool) {
	if s.TimeSectorComplete == nil {
		return
	}
	from, ok := sectorMoment(s.TimeSectorStart)
	to, okTo := sectorMoment(s.TimeSectorEnd)
	if !ok || !okTo || to.day < from.day || to.day-from.day > maxSectorDays {
		return
	}
	for day := from.day; day < to.day || day == to.day && to.minute > 0; day++ {
		switch {
		case !*s.TimeSectorComplete:
			open[day] = true
		case (day > from.day || from.minute == 0) && day < to.day:
			complete[day] = true
		}
	}
}

// sectorMoment reads a moment as the specification's own examples write it, too:
// 2025-01-27T0:00:00z.
func sectorMoment(text string) (moment, bool) {
	if len(text) > 12 && text[12] == ':' {
		text = text[:11] + "0" + text[11:]
	}
	return parseMoment(text)
}

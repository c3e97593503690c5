package source

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// candidate is a file that may be read.
type candidate struct {
	path    string
	name    string // for people: the path without what all files have in common
	size    int64
	modTime time.Time
	regular bool
	without []span             // days that a newer run of the same export tells
	open    map[money.Day]bool // days that the export's metadata says are not complete

	// Of files that a manifest names: the export that they are a part of, and its name for people; of what it is, as
	// exports of one scope tell of the same charges; and when it was made.
	unit, export, scope string
	made                time.Time
}

func (c *candidate) superseded(day money.Day) bool {
	return slices.ContainsFunc(c.without, func(s span) bool { return day >= s.from && day <= s.to })
}

// unchanged reports whether the file is the one that known tells of.
func (c *candidate) unchanged(known map[string]File, column string) bool {
	before, ok := known[c.path]
	return ok && before.fits(column) && before.Size == c.size && before.ModTime.Equal(c.modTime)
}

// choose finds the files, sorted by path: what the patterns match, less what
// manifests say is out of date. Files that were told of and are still there stay
// when their folder cannot be listed any more.
func (f Files) choose(known map[string]File) ([]candidate, []money.Note) {
	var remarks []money.Note
	found := map[string]bool{}
	for _, pattern := range f.Patterns {
		paths, _ := filepath.Glob(pattern) // only a bad pattern is an error, and it is none
		for _, path := range paths {
			found[filepath.Clean(path)] = true
		}
		for path := range known {
			if ok, _ := filepath.Match(pattern, path); ok {
				if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
					found[path] = true
					paths = append(paths, path)
				}
			}
		}
		if len(paths) == 0 {
			remarks = append(remarks, nothingMatches(pattern))
		}
	}
	var chosen []candidate
	var ignored []string
	seen := map[string]bool{} // one file, by whatever way it is reached
	for _, path := range slices.Sorted(maps.Keys(found)) {
		if strings.HasSuffix(path, ".json") {
			continue // manifests are looked for where they belong
		}
		c := candidate{path: path, size: -2}
		if info, err := os.Stat(path); err == nil {
			c.size, c.modTime, c.regular = info.Size(), info.ModTime(), info.Mode().IsRegular()
			if info.IsDir() || !readable(path) {
				ignored = append(ignored, path)
				continue
			}
		}
		if real := realPath(path); !seen[real] {
			seen[real] = true
			chosen = append(chosen, c)
		}
	}
	if len(ignored) > 0 {
		remarks = append(remarks, money.Note{Text: fmt.Sprintf("%s read: a pattern should match files that end in .csv, .csv.gz or .parquet.", areNot(ignored))})
	}
	chosen, more := current(chosen)
	chosen, theirs := f.leave(chosen)
	more = append(more, theirs...)
	more = append(more, markOpen(chosen)...)
	nameFiles(chosen)
	return chosen, append(remarks, more...)
}

func readable(path string) bool {
	path = strings.ToLower(path)
	return strings.HasSuffix(path, ".csv") || strings.HasSuffix(path, ".gz") || strings.HasSuffix(path, ".parquet")
}

func areNot(paths []string) string {
	first := clean(filepath.Base(paths[0]))
	if len(paths) == 1 {
		return first + " is not"
	}
	return fmt.Sprintf("%s and %d more are not", first, len(paths)-1)
}

// nothingMatches says why a pattern gives no file.
func nothingMatches(pattern string) money.Note {
	folder := filepath.Dir(pattern)
	for strings.ContainsAny(folder, `*?[`) {
		folder = filepath.Dir(folder)
	}
	why := "no file matches"
	if _, err := os.ReadDir(folder); err != nil {
		why = fmt.Sprintf("the folder %s cannot be listed (%s)", clean(folder), reason(err))
	}
	return money.Note{
		Text:    fmt.Sprintf("%s: %s, so costs from there are missing: check the pattern and the export.", clean(pattern), why),
		Partial: true,
	}
}

// reason is an error of the file system without its path, which has been named.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// nameFiles gives each file its path from the folder that all are in.
func nameFiles(files []candidate) {
	if len(files) == 0 {
		return
	}
	folder := filepath.Dir(files[0].path)
	for _, c := range files[1:] {
		for !strings.HasPrefix(c.path, folder+string(filepath.Separator)) && folder != filepath.Dir(folder) {
			folder = filepath.Dir(folder)
		}
	}
	for k := range files {
		files[k].name = clean(strings.TrimPrefix(strings.TrimPrefix(files[k].path, folder), string(filepath.Separator)))
	}
}

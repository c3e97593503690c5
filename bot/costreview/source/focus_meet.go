package source

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Signs of a pattern that stand for others: none of them for a slash.
const (
	anySigns rune = -1 - iota // *
	anySign                   // ? and what is in brackets: that may be less
)

// signs takes a pattern apart, as [filepath.Match] reads it.
func signs(pattern string) (all []rune) {
	inside := false
	for rest := []rune(pattern); len(rest) > 0; rest = rest[1:] {
		r := rest[0]
		if r == '\\' && len(rest) > 1 {
			rest = rest[1:]
			r = rest[0]
		} else if !inside {
			switch r {
			case '*':
				r = anySigns
			case '?':
				r = anySign
			case '[':
				inside = true
				all = append(all, anySign)
			}
		} else if r == ']' {
			inside = false
			continue
		}
		if !inside {
			all = append(all, r)
		}
	}
	return all
}

// meet reports whether some path may match both patterns.
func meet(one, other string) bool {
	a, b := signs(one), signs(other)
	alike := func(x, y rune) bool { return x == y || x == anySign && y != '/' || y == anySign && x != '/' }
	after := make([]bool, len(b)+1) // whether what is left of a from i + 1 on, and of b from j on, meet
	for i := len(a); i >= 0; i-- {
		now := make([]bool, len(b)+1)
		for j := len(b); j >= 0; j-- {
			moreA, moreB := i < len(a), j < len(b)
			switch {
			case !moreA && !moreB:
				now[j] = true
			case moreA && a[i] == anySigns:
				now[j] = after[j] || moreB && b[j] != '/' && now[j+1]
			case moreB && b[j] == anySigns:
				now[j] = now[j+1] || moreA && a[i] != '/' && after[j]
			case moreA && moreB && alike(a[i], b[j]):
				now[j] = after[j+1]
			}
		}
		after = now
	}
	return after[0]
}

// Beside is f beside other sources of one digest: files that these match are theirs, and
// counted once. Where no path can match both it is f as it is, under the same name in the
// store.
func (f Files) Beside(others []Files) Files {
	for _, other := range others {
		if slices.ContainsFunc(f.Patterns, func(own string) bool {
			return slices.ContainsFunc(other.Patterns, func(pattern string) bool { return meet(filepath.Clean(own), filepath.Clean(pattern)) })
		}) {
			f.theirs = append(f.theirs, other)
		}
	}
	return f
}

// leave takes out the files that other sources match, by whatever way.
func (f Files) leave(files []candidate) (own []candidate, notes []money.Note) {
	if len(f.theirs) == 0 {
		return files, nil
	}
	theirs := map[string]string{} // by real path: the source
	for _, other := range f.theirs {
		for _, pattern := range other.Patterns {
			paths, _ := filepath.Glob(pattern)
			for _, path := range paths {
				if theirs[realPath(path)] == "" {
					theirs[realPath(path)] = other.Name()
				}
			}
		}
	}
	left := map[string][]string{}
	own = slices.DeleteFunc(files, func(c candidate) bool {
		other := theirs[realPath(c.path)]
		if other != "" {
			put(&left, other, clean(filepath.Base(c.path)))
		}
		return other != ""
	})
	for _, other := range f.theirs {
		if names := left[other.Name()]; len(names) > 0 {
			notes = append(notes, money.Note{Text: fmt.Sprintf("%s counted once, by %s, which matches the same: match files by one source only.", areCounted(names), other.Name())})
			delete(left, other.Name())
		}
	}
	return own, notes
}

func areCounted(names []string) string {
	if len(names) == 1 {
		return names[0] + " is"
	}
	return some(names) + " are"
}

// realPath is a path without links; itself where that is not known.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

// besideNames is what an id says of the sources beside.
func (f Files) besideNames() string {
	var b strings.Builder
	for _, other := range f.theirs {
		b.WriteString("\x00beside\x00" + strings.Join(other.written(), "\x00"))
	}
	return b.String()
}

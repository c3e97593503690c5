package source

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// TestPatternsMeet: where some path matches both patterns, they are known to.
func TestPatternsMeet(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"/a/*.csv", "/a/*.csv", true}, {"/a/*.csv", "/b/*.csv", false}, {"/a/*.csv", "/a/*/*.csv", false}, {"/a/*", "/a/x.csv", true}, {"/*/x", "/a/?", true},
		{"/a/*.csv", "/a/*.parquet", false}, {"/a/*.csv*", "/a/*.gz", true}, {"/a/[xy].csv", "/a/z.csv", true}, {`/a/\*.csv`, "/a/b.csv", false}, {`/a/\*.csv`, "/a/*.csv", true},
		{"", "", true}, {"*", "", true}, {"/a", "/a/", false}, {"[a/]", "/", false}, {"/ä/*", "/ä/?", true}, {`a\`, `a\`, true}, {"[", "x", true},
	} {
		if got := meet(test.a, test.b); got != test.want || meet(test.b, test.a) != test.want {
			t.Errorf("%s and %s: got %t, want %t", test.a, test.b, got, test.want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	some := func(letters string) (text string) {
		for range rng.IntN(6) {
			text += string(letters[rng.IntN(len(letters))])
		}
		return text
	}
	met := 0
	for range 100_000 {
		a, b, path := some("ab/*?"), some("ab/*?"), some("ab/")
		inA, _ := filepath.Match(a, path)
		inB, _ := filepath.Match(b, path)
		if inA && inB {
			met++
			if !meet(a, b) {
				t.Fatalf("%q matches both %q and %q", path, a, b)
			}
		}
	}
	if met < 100 {
		t.Errorf("only %d pairs met", met)
	}
}

package cost

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/spend"
)

// Providers write the same month again and again, and keep the older versions when
// they are told to. A manifest, written last, names the files of one version.

// span are days, both ends included.
type span struct{ from, to spend.Day }

// current leaves out the files of versions that a newer manifest replaces, and
// says what is odd about the manifests. Without manifests everything counts.
func current(files []candidate) ([]candidate, []spend.Note) {
	files, notes := currentAWS(files)
	files, more := currentMicrosoft(files)
	return files, append(notes, more...)
}

// maxManifest bounds a manifest's size: it names columns and files.
const maxManifest = 16 << 20

func readManifest(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s cannot be opened (%s)", clean(filepath.Base(path)), reason(err))
	}
	defer file.Close() //nolint:errcheck // only read
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", clean(filepath.Base(path)))
	}
	data, err := io.ReadAll(io.LimitReader(file, maxManifest))
	if err != nil {
		return fmt.Errorf("%s cannot be read (%s)", clean(filepath.Base(path)), reason(err))
	}
	// Some writers begin with a byte order mark.
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\uFEFF")), into); err != nil {
		return fmt.Errorf("%s is not what a manifest looks like", clean(filepath.Base(path)))
	}
	return nil
}

// keepNamed returns the files of which inside is true only when they are named,
// all others as they are, and how many named ones are not there.
func keepNamed(files []candidate, inside func(path string) bool, named []string) (kept []candidate, missing int) {
	here := map[string]bool{}
	kept = slices.DeleteFunc(files, func(c candidate) bool {
		here[c.path] = true
		return inside(c.path) && !slices.Contains(named, c.path)
	})
	for _, path := range named {
		if !here[path] {
			missing++
		}
	}
	return kept, missing
}

func missingNote(manifest string, missing, of int) spend.Note {
	return spend.Note{
		Text: fmt.Sprintf("%s names %d files, and %d of them are not there or match no pattern: their costs are missing, so see that the copy is complete.",
			clean(manifest), of, missing),
		Partial: true,
	}
}

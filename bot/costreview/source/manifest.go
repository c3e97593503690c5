package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// Providers write the same month again and again, and keep the older versions when
// they are told to. A manifest, written last, names the files of one version.

// span are days, both ends included.
type span struct{ from, to money.Day }

// current leaves out the files of versions that a newer manifest replaces, and
// says what is odd about the manifests. Without manifests everything counts.
func current(files []candidate) ([]candidate, []money.Note) {
	files, notes := currentAWS(files)
	files, more := currentMicrosoft(files)
	return files, append(notes, more...)
}

// maxManifest bounds a manifest's size: it names columns and files.
const maxManifest = 16 << 20

// readManifest reads one; the error is the rest of a sentence.
func readManifest(path string, into any) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("it cannot be opened: %s", reason(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxManifest))
	if err != nil {
		return fmt.Errorf("it cannot be read: %s", reason(err))
	}
	// Some writers begin with a byte order mark.
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\uFEFF")), into); err != nil {
		return errors.New("it is not JSON of the right shape")
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

func missingNote(manifest string, missing, of int) money.Note {
	return money.Note{
		Text: fmt.Sprintf("%s names files that are not there or match no pattern (%d of %d): their costs are missing, so see that the copy is complete.",
			clean(manifest), missing, of),
		Partial: true,
	}
}

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// readPlaybook reads a file that is no larger than a playbook may be. Errors do
// not repeat the path.
func readPlaybook(path string) ([]byte, error) { return readWhole(path, yamlfile.MaxSize) }

// readWhole reads a file of at most most bytes. Errors do not repeat the path.
func readWhole(path string, most int64) ([]byte, error) {
	data, whole, err := config.ReadAtMost(path, most)
	switch {
	case err != nil:
		return nil, config.WithoutPath(err)
	case !whole:
		return nil, fmt.Errorf("it has more than the %d bytes that are read: split it", most)
	}
	return data, nil
}

// playbookFiles lists the files named, and the *.yml and *.yaml below folders that
// are no tests, each once.
func playbookFiles(paths []string) ([]string, error) {
	return filesBelow(paths, "playbooks", "*.yml", func(file string) bool {
		return !playbooks.IsTest(file) && (strings.HasSuffix(file, ".yml") || strings.HasSuffix(file, ".yaml"))
	})
}

// filesBelow lists the files named, and those below folders that are wanted, each
// once; what and shape name them in errors. None at all is an error.
func filesBelow(paths []string, what, shape string, wanted func(file string) bool) ([]string, error) {
	var files []string
	known := map[string]bool{}
	add := func(file string) {
		if clean := filepath.Clean(file); !known[clean] {
			known[clean] = true
			files = append(files, file)
		}
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
		if !info.IsDir() {
			add(path)
			continue
		}
		err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || !wanted(file) {
				return err
			}
			// A named pipe would keep the check waiting; links to files are how Kubernetes mounts them.
			if info, err := os.Stat(file); err != nil || info.Mode().IsRegular() {
				add(file)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", what, err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read %s: no %s below %s", what, shape, strings.Join(paths, ", "))
	}
	return files, nil
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/playbooks"
)

// BenchmarkCheck checks 1,000 playbook files of nine steps, and decodes the same
// files as plain YAML, as many at a time: "x-yaml" is how many times as long the
// check takes. It is to stay below two seconds on two cores.
func BenchmarkCheck(b *testing.B) {
	folder := b.TempDir()
	files := make([]string, 1_000)
	for n := range files {
		files[n] = filepath.Join(folder, fmt.Sprintf("%04d.yml", n))
		if err := os.WriteFile(files[n], []byte(numberedPlaybook(n)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var checking, decoding time.Duration
	for b.Loop() {
		began := time.Now()
		if code, stdout, stderr := check("playbooks", folder); code != exitDone || stderr != "" {
			b.Fatalf("code %d, stdout %q, stderr %.500q", code, stdout, stderr)
		}
		checking += time.Since(began)

		b.StopTimer()
		began = time.Now()
		var all errgroup.Group
		all.SetLimit(runtime.GOMAXPROCS(0))
		for _, file := range files {
			all.Go(func() error {
				data, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				return yaml.Unmarshal(data, &playbooks.Playbook{})
			})
		}
		if err := all.Wait(); err != nil {
			b.Fatal(err)
		}
		decoding += time.Since(began)
		b.StartTimer()
	}
	b.ReportMetric(float64(checking)/float64(decoding), "x-yaml")
}

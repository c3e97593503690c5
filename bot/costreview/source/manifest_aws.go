package source

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// An export of AWS Data Exports is a folder of this shape; with CREATE_NEW_REPORT
// there is one more level, of executions, in both branches:
//
//	<export>/data/BILLING_PERIOD=2026-11/<execution>/<export>-00001.csv.gz
//	<export>/metadata/BILLING_PERIOD=2026-11/<execution>/<export>-Manifest.json
//
// https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html
const (
	awsData   = "/data/BILLING_PERIOD="
	awsPeriod = "BILLING_PERIOD="
)

// maxListed bounds how many entries below an export's metadata are looked at.
const maxListed = 100_000

// awsManifest is the part of a manifest that says which files are one version.
type awsManifest struct {
	DataFiles []awsFile `json:"dataFiles"`
	ExportArn string    `json:"exportArn"` // arn:aws:bcm-data-exports:us-east-1:111122223333:export/focus-1f2e
}

// scope is the account that exports: each of its exports tells of all its charges.
func (m *awsManifest) scope() string {
	if parts := strings.Split(m.ExportArn, ":"); len(parts) > 5 && parts[0] == "arn" && parts[4] != "" {
		return "aws:" + parts[4]
	}
	return ""
}

// awsFile is a file's address: s3://bucket/prefix/export/data/... or its key alone.
type awsFile string

// UnmarshalJSON takes a text, and an object that has it as key.
func (f *awsFile) UnmarshalJSON(data []byte) error {
	var object struct{ Key string }
	if json.Unmarshal(data, &object) == nil {
		*f = awsFile(object.Key)
		return nil
	}
	return json.Unmarshal(data, (*string)(f))
}

type awsVersion struct {
	path   string
	period string // BILLING_PERIOD=2026-11
	at     time.Time
}

func currentAWS(files []candidate) ([]candidate, []money.Note) {
	var exports []string
	for _, c := range files {
		if folder, _, ok := strings.Cut(filepath.ToSlash(c.path), awsData); ok && !slices.Contains(exports, folder) {
			exports = append(exports, folder)
		}
	}
	var notes []money.Note
	for _, folder := range exports {
		settled := map[string]bool{}
		for _, v := range awsVersions(folder) {
			if settled[v.period] {
				continue
			}
			var m awsManifest
			err := readManifest(v.path, &m)
			if err == nil && len(m.DataFiles) == 0 {
				err = errors.New("it names no files")
			}
			if err != nil {
				notes = append(notes, money.Note{
					Text:    fmt.Sprintf("%s of %s is passed over (%s), so an older version of that month counts, and when there is none all of its files do.", clean(filepath.Base(v.path)), clean(v.period), err),
					Partial: true,
				})
				continue
			}
			settled[v.period] = true
			data := folder + "/data/" + v.period + "/"
			var named []string
			for _, file := range m.DataFiles {
				if _, rest, ok := strings.Cut(string(file), "/data/"+v.period+"/"); ok {
					named = append(named, filepath.FromSlash(data+rest))
				} else {
					named = append(named, string(file)) // of another folder: not there
				}
			}
			var missing int
			inside := func(path string) bool { return strings.HasPrefix(filepath.ToSlash(path), data) }
			files, missing = keepNamed(files, inside, named)
			for k := range files {
				if c := &files[k]; inside(c.path) {
					c.unit, c.export, c.scope, c.made = folder, filepath.Base(folder), m.scope(), v.at
				}
			}
			if missing > 0 {
				notes = append(notes, missingNote(filepath.Base(v.path)+" of "+v.period, missing, len(named)))
			}
		}
	}
	return files, notes
}

// awsVersions are the manifests of an export, newest first.
func awsVersions(folder string) []awsVersion {
	var versions []awsVersion
	root := filepath.FromSlash(folder + "/metadata")
	listed := 0
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error { // what cannot be listed has no manifests
		if listed++; listed > maxListed {
			return fs.SkipAll
		}
		if err != nil {
			return fs.SkipDir
		}
		period, _, _ := strings.Cut(strings.TrimPrefix(filepath.ToSlash(path), folder+"/metadata/"), "/")
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), "Manifest.json") || !strings.HasPrefix(period, awsPeriod) {
			return nil
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil
		}
		v := awsVersion{path: path, period: period, at: info.ModTime()}
		if at, ok := executionTime(filepath.Base(filepath.Dir(path))); ok {
			v.at = at
		}
		versions = append(versions, v)
		return nil
	})
	slices.SortFunc(versions, func(a, b awsVersion) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.path, a.path)) })
	return versions
}

var execution = regexp.MustCompile(`^(\d{4})-?(\d\d)-?(\d\d)T(\d\d)[:_-]?(\d\d)[:_-]?(\d\d)`)

// executionTime is the time that the folder of an execution begins with.
func executionTime(folder string) (time.Time, bool) {
	parts := execution.FindStringSubmatch(folder)
	if parts == nil {
		return time.Time{}, false
	}
	at, err := time.Parse("20060102150405", strings.Join(parts[1:], ""))
	return at, err == nil
}

package source

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// An export of Microsoft Cost Management is a folder of runs. Each run tells a
// month, or the days that were asked for, anew, and its manifest is written last:
//
//	<export>/20261101-20261130/<run>/part_0_0001.csv.gz
//	<export>/20261101-20261130/<run>/manifest.json
type microsoftManifest struct {
	ExportConfig struct {
		ExportName string `json:"exportName"`
		ResourceID string `json:"resourceId"`
		Type       string `json:"type"`
	} `json:"exportConfig"`
	RunInfo struct {
		SubmittedTime string `json:"submittedTime"`
		StartDate     string `json:"startDate"`
		EndDate       string `json:"endDate"`
	} `json:"runInfo"`
	Blobs []struct {
		BlobName string `json:"blobName"`
	} `json:"blobs"`
}

// run is one run that is complete.
type run struct {
	folder string
	export string
	name   string // of the export, for people
	scope  string
	days   span
	at     time.Time
	named  []string
}

func currentMicrosoft(files []candidate) ([]candidate, []money.Note) {
	runs, notes := microsoftRuns(files)
	// Newest first: what it tells, older runs of the same export do not.
	slices.SortFunc(runs, func(a, b run) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.folder, a.folder)) })
	told := map[string][]span{}
	for _, r := range runs {
		within := func(path string) bool { return filepath.Dir(path) == r.folder }
		if covered(r.days, told[r.export]) {
			files = slices.DeleteFunc(files, func(c candidate) bool { return within(c.path) })
			continue
		}
		var missing int
		files, missing = keepNamed(files, within, r.named)
		if missing > 0 {
			notes = append(notes, missingNote("manifest.json of run "+filepath.Base(r.folder), missing, len(r.named)))
		}
		for k := range files {
			if within(files[k].path) {
				files[k].without = slices.Clone(told[r.export])
				files[k].unit, files[k].export, files[k].scope, files[k].made = r.export, r.name, r.scope, r.at
			}
		}
		told[r.export] = append(told[r.export], r.days)
	}
	return files, append(notes, dropUnfinished(&files, runs)...)
}

// microsoftRuns reads the manifests that lie beside the files.
func microsoftRuns(files []candidate) ([]run, []money.Note) {
	var runs []run
	var notes []money.Note
	seen := map[string]bool{}
	for _, c := range files {
		folder := filepath.Dir(c.path)
		if seen[folder] {
			continue
		}
		seen[folder] = true
		at := filepath.Join(folder, "manifest.json")
		info, err := os.Stat(at)
		if err != nil {
			continue
		}
		var m microsoftManifest
		if err := readManifest(at, &m); err != nil {
			notes = append(notes, money.Note{
				Text:    fmt.Sprintf("manifest.json in %s is passed over (%s), so all files of that folder count, and perhaps the same charges twice.", clean(filepath.Base(folder)), err),
				Partial: true,
			})
			continue
		}
		if len(m.Blobs) == 0 {
			continue // some other manifest
		}
		r := run{folder: folder, export: m.ExportConfig.ResourceID + "\x00" + m.ExportConfig.ExportName + "\x00" + m.ExportConfig.Type, at: info.ModTime()}
		if m.ExportConfig.ExportName == "" {
			r.export = filepath.Dir(filepath.Dir(folder))
		}
		r.name, r.scope = m.ExportConfig.ExportName, m.scope()
		if submitted, err := time.Parse(time.RFC3339, m.RunInfo.SubmittedTime); err == nil {
			r.at = submitted
		}
		r.days = m.days(filepath.Dir(folder))
		for _, blob := range m.Blobs {
			r.named = append(r.named, filepath.Join(folder, path.Base(blob.BlobName)))
		}
		runs = append(runs, r)
	}
	return runs, notes
}

// scope is what the export is of: the subscription, resource group or billing account
// that its id begins with, of which several exports may be made.
func (m *microsoftManifest) scope() string {
	id := strings.ToLower(m.ExportConfig.ResourceID)
	scope, _, ok := strings.Cut(id, "/providers/microsoft.costmanagement/exports/")
	if !ok || scope == "" {
		return ""
	}
	return "microsoft:" + scope
}

// days are what a run tells: by its manifest, else by the name of the folder of
// its period, else all.
func (m *microsoftManifest) days(period string) span {
	from, okFrom := parseDay(m.RunInfo.StartDate)
	to, okTo := parseDay(m.RunInfo.EndDate)
	if okFrom && okTo && from <= to {
		return span{from, to}
	}
	if days, ok := periodOf(period); ok {
		return days
	}
	return span{money.DayOf(time.Date(firstYear, time.January, 1, 0, 0, 0, 0, time.UTC)), money.DayOf(time.Date(lastYear, time.December, 31, 0, 0, 0, 0, time.UTC))}
}

// periodOf are the days that a folder like 20261101-20261130 is for.
func periodOf(folder string) (span, bool) {
	first, last, ok := strings.Cut(filepath.Base(folder), "-")
	from, errFrom := time.Parse("20060102", first)
	to, errTo := time.Parse("20060102", last)
	if !ok || errFrom != nil || errTo != nil || to.Before(from) {
		return span{}, false
	}
	return span{money.DayOf(from), money.DayOf(to)}, true
}

// covered reports whether every day of s is in one of the others.
func covered(s span, others []span) bool {
	for day := s.from; day <= s.to; {
		k := slices.IndexFunc(others, func(o span) bool { return day >= o.from && day <= o.to })
		if k < 0 {
			return false
		}
		day = others[k].to + 1
	}
	return true
}

// dropUnfinished leaves out the files of runs whose manifest is not there yet,
// beside runs that have theirs.
func dropUnfinished(files *[]candidate, runs []run) []money.Note {
	finished, periods := map[string]bool{}, map[string]bool{}
	for _, r := range runs {
		finished[r.folder] = true
		if _, ok := periodOf(filepath.Dir(r.folder)); ok {
			periods[filepath.Dir(r.folder)] = true
		}
	}
	before := len(*files)
	*files = slices.DeleteFunc(*files, func(c candidate) bool {
		folder := filepath.Dir(c.path)
		_, err := os.Stat(filepath.Join(folder, "manifest.json"))
		return !finished[folder] && periods[filepath.Dir(folder)] && err != nil
	})
	left := before - len(*files)
	if left == 0 {
		return nil
	}
	return []money.Note{{Text: fmt.Sprintf("Files in run folders without manifest.json, beside runs that have one, are left out (%d), because such a run is not finished.", left)}}
}

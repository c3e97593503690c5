package source

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// awsTree lays out an export of AWS Data Exports that keeps its versions.
type awsTree struct {
	t    *testing.T
	root string
}

func (a awsTree) deliver(period, execution string, costs ...string) {
	a.t.Helper()
	var named []string
	for k, cost := range costs {
		name := fmt.Sprintf("focus-%05d.csv.gz", k+1)
		write(a.t, filepath.Join(a.root, "data", period, execution, name), gzipOf(a.t, []byte(wide+line("EffectiveCost="+cost))))
		named = append(named, "s3://billing/exports/focus/data/"+strings.Trim(period+"/"+execution, "/")+"/"+name)
	}
	a.manifest(period, execution, named)
}

func (a awsTree) manifest(period, execution string, named []string) {
	a.t.Helper()
	data, err := json.Marshal(map[string]any{
		"exportArn": "arn:aws:bcm-data-exports:us-east-1:111122223333:export/focus-1f2e", "executionId": execution,
		"columns":   []map[string]string{{"name": "BilledCost", "type": "double"}},
		"dataFiles": named, "additionalOutputFiles": []string{},
	})
	if err != nil {
		a.t.Fatal(err)
	}
	write(a.t, filepath.Join(a.root, "metadata", period, execution, "focus-Manifest.json"), data)
}

func (a awsTree) files(below ...string) Files {
	return Files{Patterns: []string{filepath.Join(append([]string{a.root, "data", "BILLING_PERIOD=*"}, below...)...)}}
}

const (
	october  = "BILLING_PERIOD=2026-10"
	november = "BILLING_PERIOD=2026-11"
	monday   = "2026-11-02T06:00:12.345Z-0a1b2c3d-0000-4000-8000-000000000001"
	tuesday  = "2026-11-03T06:00:12.345Z-0a1b2c3d-0000-4000-8000-000000000002"
)

func usage(amount string) string {
	return "2026-11-20 AWS|EC2|Compute|111|USD|usage|Standard " + amount
}

func TestAWSCountsTheNewestVersion(t *testing.T) {
	a := awsTree{t, filepath.Join(t.TempDir(), "exports", "focus")}
	a.deliver(october, monday, "100", "200")
	a.deliver(november, tuesday, "1", "2") // written before the older one: a copy need not keep times
	a.deliver(november, monday, "10", "20", "30")
	r := read(t, a.files("*", "*.csv.gz"))
	wantDays(t, r, usage("303 6"))
	wantNotes(t, r)

	// A newer version whose files are not all here yet.
	a.deliver(november, "20261104T060000Z-x", "5")
	a.manifest(november, "20261104T060000Z-x", []string{
		"exports/focus/data/" + november + "/20261104T060000Z-x/focus-00001.csv.gz",
		"exports/focus/data/" + november + "/20261104T060000Z-x/focus-00002.csv.gz",
	})
	r = read(t, a.files("*", "*.csv.gz"))
	wantDays(t, r, usage("305 4.5"))
	wantNotes(t, r, "focus-Manifest.json of BILLING_PERIOD=2026-11 names files that are not there or match no pattern (1 of 2)")

	// A manifest that is half-written: the one before it counts.
	write(t, filepath.Join(a.root, "metadata", november, "20261105T060000Z-y", "focus-Manifest.json"), []byte(`{"dataFiles":["s3://b`))
	r = read(t, a.files("*", "*.csv.gz"))
	wantDays(t, r, usage("305 4.5"))
	wantNotes(t, r, "(1 of 2)", "focus-Manifest.json of BILLING_PERIOD=2026-11 is passed over (it is not JSON of the right shape), so an older version")
}

func TestAWSOverwritten(t *testing.T) {
	a := awsTree{t, filepath.Join(t.TempDir(), "focus")}
	a.deliver(november, "", "1", "2")
	write(t, filepath.Join(a.root, "data", november, "focus-00003.csv.gz"), gzipOf(t, []byte(wide+line("EffectiveCost=50")))) // left of a larger version
	wantDays(t, read(t, a.files("*.csv.gz")), usage("3 3"))
	if err := os.RemoveAll(filepath.Join(a.root, "metadata")); err != nil {
		t.Fatal(err)
	}
	wantDays(t, read(t, a.files("*.csv.gz")), usage("53 4.5"))
}

func TestAWSNamesNothingOutside(t *testing.T) {
	a := awsTree{t, filepath.Join(t.TempDir(), "focus")}
	a.deliver(november, monday, "1")
	write(t, filepath.Join(a.root, "secret.csv"), []byte(wide+line("EffectiveCost=9999")))
	a.manifest(november, tuesday, []string{"data/" + november + "/../../secret.csv", "/data/" + november + "/../../secret.csv", filepath.Join(a.root, "secret.csv")})
	r := read(t, a.files("*", "*.csv.gz"))
	wantDays(t, r)
	wantNotes(t, r, "not there or match no pattern (3 of 3)")
}

// microsoftRun lays out one run of an export of Microsoft Cost Management.
func microsoftRun(t *testing.T, root, name, from, to, submitted, rows string) {
	t.Helper()
	folder := filepath.Join(root, strings.ReplaceAll(from, "-", "")+"-"+strings.ReplaceAll(to, "-", ""), name)
	write(t, filepath.Join(folder, "part_0_0001.csv.gz"), gzipOf(t, []byte(wide+rows)))
	if submitted == "" {
		return
	}
	data, err := json.Marshal(map[string]any{
		"manifestVersion": "2024-04-01", "byteCount": 1, "blobCount": 1, "dataRowCount": strings.Count(rows, "\n"),
		"exportConfig":   map[string]string{"exportName": "focus", "resourceId": "/providers/Microsoft.Billing/billingAccounts/1/providers/Microsoft.CostManagement/exports/focus", "dataVersion": "1.0r2", "type": "FocusCost"},
		"deliveryConfig": map[string]any{"partitionData": true, "dataOverwriteBehavior": "CreateNewReport", "fileFormat": "Csv", "compressionMode": "gzip"},
		"runInfo":        map[string]string{"executionType": "Scheduled", "submittedTime": submitted, "runId": name, "startDate": from + "T00:00:00", "endDate": to + "T00:00:00"},
		"blobs":          []map[string]any{{"blobName": "costs/focus/" + name + "/part_0_0001.csv.gz", "byteCount": 1, "dataRowCount": 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "manifest.json"), append([]byte("\xEF\xBB\xBF"), data...))
}

func at(day, cost string) string {
	return line("ChargePeriodStart="+day, "ChargePeriodEnd="+day, "EffectiveCost="+cost, "BilledCost="+cost)
}

func on(day, cost string) string {
	return day + " AWS|EC2|Compute|111|USD|usage|Standard " + cost + " " + cost
}

func TestMicrosoftCountsTheNewestRun(t *testing.T) {
	root := filepath.Join(t.TempDir(), "focus")
	f := Files{Patterns: []string{filepath.Join(root, "*", "*", "*.csv.gz")}}
	microsoftRun(t, root, "b", "2026-11-01", "2026-11-30", "2026-11-20T05:00:00Z", at("2026-11-18", "1")+at("2026-11-19", "2"))
	microsoftRun(t, root, "a", "2026-11-01", "2026-11-30", "2026-11-21T05:00:00.1234567Z", at("2026-11-18", "1.5")+at("2026-11-19", "2.5")+at("2026-11-20", "3"))
	r := read(t, f)
	wantDays(t, r, on("2026-11-18", "1.5"), on("2026-11-19", "2.5"), on("2026-11-20", "3"))
	wantNotes(t, r)

	// An older run over three months: of it the months count that no newer run tells.
	microsoftRun(t, root, "c", "2026-09-01", "2026-11-30", "2026-11-10T05:00:00Z", at("2026-09-05", "7")+at("2026-11-05", "100"))
	// A run that is not finished has no manifest yet.
	microsoftRun(t, root, "d", "2026-11-01", "2026-11-30", "", at("2026-11-18", "1000"))
	r = read(t, f)
	wantDays(t, r, on("2026-09-05", "7"), on("2026-11-18", "1.5"), on("2026-11-19", "2.5"), on("2026-11-20", "3"))
	wantNotes(t, r, "Files in run folders without manifest.json, beside runs that have one, are left out (1)")

	// What it replaces is settled anew when a still newer run tells less of the month.
	microsoftRun(t, root, "e", "2026-11-19", "2026-11-19", "2026-11-22T05:00:00Z", at("2026-11-19", "4"))
	r = read(t, f)
	wantDays(t, r, on("2026-09-05", "7"), on("2026-11-18", "1.5"), on("2026-11-19", "4"), on("2026-11-20", "3"))
}

// TestMicrosoftBesideOthers: a folder with a manifest says nothing of other folders.
func TestMicrosoftBesideOthers(t *testing.T) {
	root := t.TempDir()
	microsoftRun(t, root, "a", "2026-11-01", "2026-11-30", "2026-11-20T05:00:00Z", at("2026-11-18", "1"))
	write(t, filepath.Join(root, "oracle", "x", "reports.csv"), []byte(wide+at("2026-11-18", "2")))
	write(t, filepath.Join(root, "20261101-20261130", "a", "left-over.csv.gz"), gzipOf(t, []byte(wide+at("2026-11-18", "50"))))
	r := read(t, Files{Patterns: []string{filepath.Join(root, "*", "*", "*")}})
	wantDays(t, r, on("2026-11-18", "3"))
	wantNotes(t, r)
}

func TestMicrosoftManifestDamaged(t *testing.T) {
	root := t.TempDir()
	microsoftRun(t, root, "a", "2026-11-01", "2026-11-30", "2026-11-20T05:00:00Z", at("2026-11-18", "1"))
	write(t, filepath.Join(root, "20261101-20261130", "a", "manifest.json"), []byte("<html>"))
	r := read(t, Files{Patterns: []string{filepath.Join(root, "*", "*", "*.csv.gz")}})
	wantDays(t, r, on("2026-11-18", "1"))
	wantNotes(t, r, "manifest.json in a is passed over (it is not JSON of the right shape), so all files of that folder count")
}

func TestExecutionTime(t *testing.T) {
	want := time.Date(2026, 11, 2, 6, 0, 12, 0, time.UTC)
	for _, folder := range []string{monday, "20261102T060012Z-x", "2026-11-02T06-00-12", "2026-11-02T06_00_12.1Z"} {
		if got, ok := executionTime(folder); !ok || !got.Equal(want) {
			t.Errorf("%s: got %s, %t", folder, got, ok)
		}
	}
	for _, folder := range []string{"", november, "0a1b2c3d-0000-4000-8000-000000000001", "20261399T990012Z"} {
		if got, ok := executionTime(folder); ok {
			t.Errorf("%s was read as %s", folder, got)
		}
	}
}

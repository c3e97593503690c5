package source

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestNoPermission reads, as somebody else when this is root, what only its owner
// may read.
func TestNoPermission(t *testing.T) {
	const inside = "COST_TEST_NO_PERMISSION"
	if folder := os.Getenv(inside); folder != "" {
		data, err := os.ReadFile(filepath.Join(folder, "known.json"))
		if err != nil {
			t.Fatal(err)
		}
		a := again{Files: Files{Patterns: []string{filepath.Join(folder, "*.csv"), filepath.Join(folder, "shut", "*.csv"), filepath.Join(folder, "known", "*.csv")}}}
		if err := json.Unmarshal(data, &a.known); err != nil {
			t.Fatal(err)
		}
		r := a.read(t)
		wantDays(t, r, two)
		wantNotes(t, r,
			"mine.csv: it cannot be opened (permission denied), so nothing of it is counted",
			"shut cannot be listed (permission denied)",
			"known/a.csv: it cannot be opened (permission denied), so what was read of it the last time is counted")
		return
	}
	folder, err := os.MkdirTemp("", "cost")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	write(t, filepath.Join(folder, "mine.csv"), []byte(wide+line()))
	write(t, filepath.Join(folder, "theirs.csv"), []byte(wide+line()))
	write(t, filepath.Join(folder, "shut", "a.csv"), []byte(wide+line()))
	write(t, filepath.Join(folder, "known", "a.csv"), []byte(wide+line()))
	_, known, err := Files{Patterns: []string{filepath.Join(folder, "known", "*.csv")}}.Read(t.Context(), later, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(known)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "known.json"), data)
	test, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "cost.test")
	write(t, program, test)
	for path, mode := range map[string]os.FileMode{folder: 0o755, "mine.csv": 0, "theirs.csv": 0o644, "shut": 0, "known": 0, "known.json": 0o644, "cost.test": 0o755} {
		if path != folder {
			path = filepath.Join(folder, path)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	child := exec.CommandContext(t.Context(), program, "-test.run", "^TestNoPermission$")
	child.Env = append(os.Environ(), inside+"="+folder)
	child.Dir = folder
	if os.Getuid() == 0 {
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

package shell

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostile are values that would be more than one word, another word, or a command.
var hostile = []string{
	"x --all --force", "*", "../", "it's", "$(touch hit)", "`touch hit`", "a\nb", "a; touch hit", "a' 'b", `a" "b`, `a"; touch hit; "`, "a'; touch hit; '",
	`\`, `a\`, `\'`, "$HOME", "${HOME}", "~", "~root", "!!", "!$", "#x", "a#b", "=ls", "{a,b}", "[a-z]", "?", "a|touch hit", "a&touch hit", ">hit", "<hit", "2>hit",
	"\t", " ", "  two  blanks ", "\x1b[31m", "\x03touch hit\n", "\r\n", "\u202etxt", "\u200b", "größe", "日本", "🙂", "\xff\xfe", "$'x'", `$"x"`, "a=b", "%s%n", "EOF", "a,b",
	"-", "--", "-rf", "--help", "a\x00b", "\u3164", "(touch hit)", "`", "'", `"`, "''", "a''b", "\\$(touch hit)", "$((1+1))", "&", ";", "\n", "\nEOF\ntouch hit\n",
}

// stage are the commands of the tests: they print their arguments, or hand them to
// another shell as the real ones do.
const stage = `
args() { for a in "$@"; do printf '%s\0' "$a"; done; }
ssh() { while [ "${1#-}" != "$1" ]; do shift 2; done; shift; sh -c "$*"; }
watch() { shift; sh -c "$*"; }
kubectl() { while [ "$1" != -- ]; do shift; done; shift; "$@"; }
psql() { while [ "$1" != -c ]; do shift; done; printf '%s\0' "$2"; }
jq() { args "$@"; }
curl() { args "$@"; }
promtool() { args "$@"; }
awk() { args "$@"; }
export -f args
`

// run runs each command in a subshell of one bash, and returns what it printed.
func run(t *testing.T, commands []string) []string {
	t.Helper()
	dir := t.TempDir()
	script := bytes.NewBufferString(stage)
	for k, c := range commands {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint("c", k)), []byte(c), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(script, "( . ./c%d ) >o%d 2>/dev/null </dev/null\n", k, k)
	}
	cmd := exec.Command("bash", "-s")
	cmd.Dir, cmd.Stdin, cmd.Env = dir, script, []string{"PATH=/usr/bin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"}
	_ = cmd.Run() // its end is that of the last command
	printed := make([]string, len(commands))
	for k := range commands {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprint("o", k)))
		if err != nil {
			t.Fatal(err)
		}
		printed[k] = string(data)
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*hit*")); len(found) > 0 {
		t.Errorf("a value has run as a command or written a file: %q", found)
	}
	return printed
}

// parts cuts a command at its {}.
func parts(command, value string) []Part {
	var all []Part
	for k, text := range strings.Split(command, "{}") {
		if k > 0 {
			all = append(all, Part{Text: value, Value: true, Name: "namespace"})
		}
		all = append(all, Part{Text: text})
	}
	return all
}

// TestAValueIsOneWord: in every place a real bash hands exactly the value to the
// command, or the value is left out, nothing of it stands there, and that is said.
func TestAValueIsOneWord(t *testing.T) {
	t.Parallel()
	const inner = `printf "%s\0" `
	places := []struct {
		command string
		want    string            // what is printed: {} is the value, | ends an argument
		holds   func(string) bool // of which values this is certain; the others may be left out
	}{
		{"args {} end", "{}|end|", operand},
		{"args -n {} get {}", "-n|{}|get|{}|", operand},
		{"args -- {}", "--|{}|", always},
		{"args --namespace={} x", "--namespace={}|x|", always},
		{"args x{}y", "x{}y|", always},
		{"args \"{}\" end", "{}|end|", operand},
		{"args '{}' end", "{}|end|", operand},
		{"args \"on {} now\" end", "on {} now|end|", always},
		{"args 'on {} now' end", "on {} now|end|", always},
		{"args \"it's {} here\"", "it's {} here|", always},
		{"args $'a\\tb {} c'", "a\tb {} c|", always},
		{"X=$(args {}; echo .); args \"$X\"", "", nil},
		{"args \"$(args on={} x >&2)\" {}", "|{}|", operand},
		{"(args {}) && { args {}; }", "{}|{}|", operand},
		{"X={}; args \"$X\"", "{}|", always},
		{"args a > /dev/null 2>&1; args b\\\n {} c", "b|{}|c|", operand},
		{"args a &>/dev/null & wait; args {}", "{}|", operand},
		{"# what's up\nargs {} # don't", "{}|", operand},
		{"true # {}\nargs a", "a|", nil},
		{"args 'a'{}\"b\"", "a{}b|", always},
		{"args a {}>/dev/stdout", "a|{}|", operand},
		{"args {b,{}}", "b|{}|", always},
		{"for i in {}; do args \"$i\"; done", "{}|", operand},
		{"case {} in a) ;; *) args {} ;; esac", "{}|", operand},
		{"sh -c '" + inner + "on={}'", "on={}|", always},
		{"sh -c '" + inner + "\"on {} now\"'", "on {} now|", always},
		{"sh -c \"printf '%s\\0' 'on {}'\"", "on {}|", always},
		{"kubectl exec pod -- bash -c \"args on={}\"", "on={}|", always},
		{"sh -c \"sh -c 'args on={}'; true\"", "", nil},
		{"bash -c \"bash -c 'args on={}'\"", "on={}|", always},
		{"ssh host bash -c 'true' && args {}", "{}|", operand},
		{"ssh -p 22 host '" + inner + "on={} end'", "on={}|end|", always},
		{"watch -n5 printf '%s,' on={}", "on={},", always},
		{"eval args on={}", "on={}|", always},
		{"bash <<EOF\nargs on={}\nEOF\nargs end", "on={}|end|", printing},
		{"bash <<'EOF'\nargs on={}\nEOF\nargs end", "on={}|end|", printing},
		{"bash <<< 'args on={}'", "on={}|", always},
		{"cat <<EOF; args end\non {} now\nEOF\n", "on {} now\nend|", printing},
		{"cat <<'EOF'; args end\non {} now\nEOF\nargs end", "on {} now\nend|end|", printing},
		{"cat <<-EOF\n\t{}\n\tEOF\nargs end", "{}\nend|", func(v string) bool { return printing(v) && v != "EOF" }},
		{"cat <<A <<B; args end\n{}\nA\non {}\nB", "on {}\nend|", printing},
		// Here quotes do not help: only what is plain stands.
		{"args a$((1+{}))", "", nil}, {"args `args {}`", "", nil}, {"args ${X:-{}}", "", nil}, {"args ${}", "", nil}, {"args \"a${}\"", "", nil},
		{"args \\{}", "", nil}, {"args \"\\{}\"", "", nil}, {"args $'\\{}'", "", nil}, {"args a | bash -s {}", "", nil}, {"echo 'args {}' | sh", "", nil},
		{"[[ 1 -eq {} ]]; args a", "a|", nil}, {"a[{}]=1", "", nil}, {"let {}", "", nil}, {"args <namespace> x {}", "", nil},
	}
	var commands, wants, from []string
	for _, p := range places {
		for _, v := range append(hostile, "plain", "orders-db-0.example:9100") {
			filled, changes := Fill(parts(p.command, v))
			want := strings.ReplaceAll(strings.ReplaceAll(p.want, "|", "\x00"), "{}", v)
			if slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == LeftOut }) {
				want = ""
				switch {
				case p.holds != nil && p.holds(v):
					t.Errorf("%s with %q is left out: %s", p.command, v, changes[0].Why)
				case !strings.Contains(filled, "<namespace>"):
					t.Errorf("%s with %q is left out, and the placeholder is not in %s", p.command, v, filled)
				}
			}
			commands, wants, from = append(commands, filled), append(wants, want), append(from, p.command)
		}
	}
	for k, got := range run(t, commands) {
		if wants[k] != "" && got != wants[k] {
			t.Errorf("%s\nfilled: %s\nprints %q, want %q", from[k], commands[k], got, wants[k])
		}
	}
}

// Of which values a place is certain.
func always(v string) bool   { return !strings.Contains(v, "\x00") }
func operand(v string) bool  { return always(v) && !strings.HasPrefix(v, "-") }
func printing(v string) bool { return always(v) && !hasControl(v) }

package shell

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
)

// TestAValueInAnotherLanguage: what the command gets is read as that language reads
// it, and says the value; or the value is left out.
func TestAValueInAnotherLanguage(t *testing.T) {
	t.Parallel()
	selector := func(expr string) (string, error) {
		e, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
		if err != nil {
			return "", err
		}
		var values []string
		for _, ms := range parser.ExtractSelectors(e) {
			for _, m := range ms {
				if m.Name == "instance" {
					values = append(values, m.Value)
				}
			}
		}
		return strings.Join(values, ","), nil
	}
	document := func(text string) (string, error) {
		var d struct{ Text string }
		err := json.Unmarshal([]byte(text), &d)
		return d.Text, err
	}
	literal := func(text string) (string, error) {
		text, begins := strings.CutPrefix(text, "SELECT 1 FROM t WHERE d = '")
		text, ends := strings.CutSuffix(text, "' LIMIT 1")
		if whole := strings.ReplaceAll(text, "''", ""); !begins || !ends || strings.ContainsAny(whole, `'\`) {
			return "", fmt.Errorf("%q is not one literal", text)
		}
		return strings.ReplaceAll(text, "''", "'"), nil
	}
	path := func(text string) (string, error) {
		u, err := url.Parse(text)
		if err != nil {
			return "", err
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if u.Host != "h:8000" || len(segments) != 4 || u.RawQuery != "a=b" {
			return "", fmt.Errorf("%q is another URL", text)
		}
		return url.PathUnescape(segments[2])
	}
	query := func(text string) (string, error) {
		u, err := url.Parse(text)
		if err != nil {
			return "", err
		}
		if len(u.Query()) != 2 || u.Fragment != "" {
			return "", fmt.Errorf("%q has other parameters", text)
		}
		return u.Query().Get("q"), nil
	}
	queried := func(text string) (string, error) {
		u, err := url.Parse(text)
		if err != nil {
			return "", err
		}
		return selector(u.Query().Get("query"))
	}
	noBackslash := func(v string) bool { return printing(v) && !strings.Contains(v, `\`) }
	visible := func(v string) bool { return always(v) && !hasControl(v) }
	inPath := func(v string) bool { return always(v) && !climbs(v) && v != "\xff\xfe" }
	places := []struct {
		command string
		read    func(text string) (string, error)
		holds   func(string) bool
	}{
		{`psql -c "SELECT 1 FROM t WHERE d = '{}' LIMIT 1"`, literal, noBackslash},
		{`psql -c 'SELECT 1 FROM t WHERE d = '"'{}'"' LIMIT 1'`, literal, noBackslash},
		{`curl --json '{"text": "{}"}'`, document, visible},
		{`curl --data="{\"text\": \"{}\"}"`, document, visible},
		{`curl -d "{\"text\": \"{}\"}"`, document, visible},
		{`promtool 'up{instance="{}"} == 0'`, selector, visible},
		{`promtool "sum(rate(x{job=\"a\",instance!=\"{}\"}[5m]))"`, selector, visible},
		{`curl --data-urlencode 'query=up{instance="{}"}'`, selector, visible},
		{`curl "http://h:8000/models/{}/config?a=b"`, path, inPath},
		{`curl http://h:8000/models/{}/config?a=b`, path, inPath},
		{`curl "http://h:8000/api?a=b&q={}"`, query, always},
		{`curl 'http://h:8000/api?q={}&a=b'`, query, always},
		{`curl 'http://h:8000/api?query=up{instance="{}"}'`, queried, visible},
	}
	var commands []string
	var check []func(printed string)
	for _, p := range places {
		for _, v := range append(hostile, "plain", "orders-db-0.example:9100", "meta-llama/Llama 3") {
			filled, changes := Fill(parts(p.command, v))
			if len(changes) > 0 && changes[0].Kind == LeftOut {
				if p.holds != nil && p.holds(v) {
					t.Errorf("%s with %q is left out: %s", p.command, v, changes[0].Why)
				}
				if !strings.Contains(filled, "<namespace>") {
					t.Errorf("%s with %q is left out, and the placeholder is not in %s", p.command, v, filled)
				}
				continue
			}
			commands = append(commands, filled)
			check = append(check, func(printed string) {
				words := strings.Split(strings.TrimSuffix(printed, "\x00"), "\x00")
				text := strings.TrimPrefix(strings.TrimPrefix(words[len(words)-1], "--data="), "query=")
				got, err := p.read(text)
				if err != nil || got != v {
					t.Errorf("%s\nfilled: %s\nsays %q, want %q: %v", p.command, filled, got, v, err)
				}
			})
		}
	}
	for k, printed := range run(t, commands) {
		check[k](printed)
	}
}

// TestWhereAValueIsLeftOut: quotes do not help where a value is an option, a way out
// of a path, a program, or bare in another language.
func TestWhereAValueIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ command, value, want, why string }{
		{"kubectl delete pod {}", "-rf", "kubectl delete pod <namespace>", whyOption},
		{`grep "{}" log`, "-f/etc/passwd", `grep "<namespace>" log`, whyOption},
		{"grep -- {} log", "-f", "grep -- -f log", ""},
		{"grep --regexp={} log", "-f", "grep --regexp=-f log", ""},
		{"cat > {}", "-f", "cat > -f", ""},
		{"rm -rf /data/{}", "../", "rm -rf /data/<namespace>", whyPath},
		{"rm -rf /data/{}", "..", "rm -rf /data/<namespace>", whyPath},
		{"rm -rf /data/{}", ".", "rm -rf /data/<namespace>", whyPath},
		{"rm -rf /data/{}", "/", "rm -rf /data/<namespace>", whyPath},
		{"rm -rf /data/{}", "a/../../b", "rm -rf /data/<namespace>", whyPath},
		{"rm -rf /data/{}", "*", "rm -rf /data/'*'", ""},
		{"rm -rf {}/data", "..", "rm -rf <namespace>/data", whyPath},
		{"rm -rf {}/data", "/", "rm -rf <namespace>/data", whyPath},
		{"rm -rf {}/data", "/srv", "rm -rf /srv/data", ""},
		{"ls {}", "../", "ls '../'", ""},
		{"ls a..{}", "b", "ls a..b", ""},
		{"kubectl get --raw /api/v1/namespaces/{}/pods", "../../nodes", "kubectl get --raw /api/v1/namespaces/<namespace>/pods", whyPath},
		{"curl http://h/v1/{}/x", "..", "curl http://h/v1/<namespace>/x", whyPath},
		{"curl http://{}/metrics", "orders-db-0.example:9100", "curl http://orders-db-0.example:9100/metrics", ""},
		{"curl http://{}/metrics", "[::1]:9100", "curl http://'[::1]:9100'/metrics", ""},
		{"curl http://{}.svc/metrics", "evil.example/?", "curl http://<namespace>.svc/metrics", whyPlace},
		{"curl http://{}.svc/metrics", "good@evil.example", "curl http://<namespace>.svc/metrics", whyPlace},
		{"curl http://h{}", "/a b/c", "curl http://h/a%20b/c", ""},
		{"curl -d {} http://h", "@/etc/passwd", "curl -d <namespace> http://h", whyFile},
		{"curl --data={} http://h", "@/etc/passwd", "curl --data=<namespace> http://h", whyFile},
		{"curl http://h -F a={}", "</etc/passwd", "curl http://h -F a=<namespace>", whyFile},
		{`psql -c "SELECT pg_cancel_backend({})"`, "4711", `psql -c "SELECT pg_cancel_backend(4711)"`, ""},
		{`psql -c "SELECT pg_cancel_backend({})"`, "1); DROP TABLE x", `psql -c "SELECT pg_cancel_backend(<namespace>)"`, whyPlace},
		{`psql -c "SELECT pg_cancel_backend({})"`, "1--", `psql -c "SELECT pg_cancel_backend(<namespace>)"`, whyPlace},
		{`psql -c "SELECT 1 -- don't` + "\n" + `WHERE x = {}"`, "1 OR true", `psql -c "SELECT 1 -- don't` + "\n" + `WHERE x = <namespace>"`, whyPlace},
		{`psql -c "SELECT 1 /* it's */ WHERE x = {}"`, "1 OR true", `psql -c "SELECT 1 /* it's */ WHERE x = <namespace>"`, whyPlace},
		{`psql -c 'ANALYZE "{}"'`, `a"; DROP TABLE b; --`, `psql -c 'ANALYZE "a""; DROP TABLE b; --"'`, ""},
		{`psql -c "SELECT '{\"a\": \"{}\"}'::jsonb"`, `x", "b": "y`, `psql -c "SELECT '{\"a\": \"<namespace>\"}'::jsonb"`, whyPlace},
		{`mysql -e "SELECT 1 FROM t WHERE d = '{}'"`, `\`, `mysql -e "SELECT 1 FROM t WHERE d = '<namespace>'"`, whyPlace},
		{`mysql -e "KILL {}"`, "1; DROP DATABASE x", `mysql -e "KILL <namespace>"`, whyPlace},
		{"SELECT * FROM pg_stat_activity WHERE datname = '{}';", "it's", "SELECT * FROM pg_stat_activity WHERE datname = 'it''s';", ""},
		{"SELECT * FROM pg_stat_activity WHERE pid = {};", "$(rm)", "SELECT * FROM pg_stat_activity WHERE pid = <namespace>;", whyPlace},
		{"psql <<'SQL'\nSELECT 1 FROM t WHERE d = '{}';\nSQL", "it's", "psql <<'SQL'\nSELECT 1 FROM t WHERE d = 'it''s';\nSQL", ""},
		{"psql <<SQL\nSELECT 1 FROM t WHERE d = '{}';\nSQL", "a$(b)", "psql <<SQL\nSELECT 1 FROM t WHERE d = 'a\\$(b)';\nSQL", ""},
		{"psql <<SQL\nSELECT 1 FROM t WHERE d = {};\nSQL", "1;\n\\! touch hit", "psql <<SQL\nSELECT 1 FROM t WHERE d = <namespace>;\nSQL", whyPlace},
		{"awk '/{}/' log", `x/{system("touch hit")}/`, "awk '/<namespace>/' log", whyPlace},
		{"awk -v host={} '$1 == host' log", "a b", "awk -v host='a b' '$1 == host' log", ""},
		{`sed "s/{}/x/" log`, "a/touch hit/e;", `sed "s/<namespace>/x/" log`, whyPlace},
		{`sed -n '{}p' log`, "1e touch hit;", `sed -n '<namespace>p' log`, whyPlace},
		{`python3 -c "print('{}')"`, `'+__import__("os").system("id")+'`, `python3 -c "print('<namespace>')"`, whyPlace},
		{`python3 report.py --host={}`, "a b", `python3 report.py --host='a b'`, ""},
		{`jq '.[] | select(.name=="{}")'`, `a" or true or "\(env)`, `jq '.[] | select(.name=="a\" or true or \"\\(env)")'`, ""},
		{`grep '"level":"{}"' log`, `a"b`, `grep '"level":"<namespace>"' log`, whyPlace},
		{`kubectl patch deploy x -p '{"spec":{"replicas":{}}}'`, "3}}, {", `kubectl patch deploy x -p '{"spec":{"replicas":<namespace>}}'`, whyPlace},
		{`kubectl patch deploy x -p '{"spec":{"replicas":{}}}'`, "3", `kubectl patch deploy x -p '{"spec":{"replicas":3}}'`, ""},
		{`kubectl get pods -o jsonpath='{.items[?(@.name=="{}")]}'`, `a"b`, `kubectl get pods -o jsonpath='{.items[?(@.name=="a\"b")]}'`, ""},
		{`curl -d '{"q": "SELECT 1 WHERE x='"'{}'"'"}' h`, "it's", `curl -d '{"q": "SELECT 1 WHERE x='"'<namespace>'"'"}' h`, whyPlace},
		{"echo {} end", "a\x00b", "echo <namespace> end", whyZero},
		{"echo # {}", "it's", "echo # <namespace>", whyPlace},
		{"echo # on {}", "a b", "echo # on a b", ""},
		{"echo <old name> {} <new>", "a b", "echo <old name> 'a b' <new>", ""},
		{"mysql -h <replica> -e \"KILL {}\"", "1 2", "mysql -h <replica> -e \"KILL <namespace>\"", whyPlace},
	} {
		got, changes := Fill(parts(c.command, c.value))
		if got != c.want {
			t.Errorf("%s with %q:\n got %s\nwant %s", c.command, c.value, got, c.want)
		}
		why := ""
		if len(changes) > 0 {
			why = changes[0].Why
		}
		if why != c.why {
			t.Errorf("%s with %q: left out because %q, want %q", c.command, c.value, why, c.why)
		}
	}
}

// TestChangesAreSaid: of a value that stands as it is nothing; of another once what
// became of it.
func TestChangesAreSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command, value string
		want           string
	}{
		{"args {} {}", "plain", "[]"},
		{"args \"{} and {}\"", "two words", "[]"},
		{"args {} {}", "two words", "[Quoted two words]"},
		{"args {} \"{}\"", "$x", "[Quoted $x]"},
		{"curl http://h/{}", "two words", "[Encoded two words]"},
		{"psql -c \"SELECT '{}'\"", "it's", "[Escaped it's]"},
		{"args {}", "", "[Absent ]"},
		{"args {}", "-x", "[LeftOut -x]"},
		{"args {} --{}", "-x", "[LeftOut -x]"},
	} {
		_, changes := Fill(parts(c.command, c.value))
		var got []string
		for _, change := range changes {
			got = append(got, []string{"Quoted", "Encoded", "Escaped", "LeftOut", "Absent"}[change.Kind]+" "+change.Part.Text)
		}
		if text := fmt.Sprint(got); text != c.want {
			t.Errorf("%s with %q: got %s, want %s", c.command, c.value, text, c.want)
		}
	}
}

// TestPlaceholder: it is never empty and never more than a word.
func TestPlaceholder(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"namespace": "<namespace>", "a.b-c_d": "<a.b-c_d>", "größe": "<größe>", "": "<value>", "a>b; rm": "<abrm>", "$()": "<value>", strings.Repeat("x", 61): "<value>",
	} {
		if got := Placeholder(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

// TestEncodedOnce: what urlquery has encoded is not encoded again.
func TestEncodedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ command, want string }{
		{"curl http://h/a?q={}", "curl http://h/a?q=a%2Fb+c"},
		{"curl 'http://h/a?q={}'", "curl 'http://h/a?q=a%2Fb+c'"},
		{"curl http://h/{}/a", "curl http://h/a%2Fb+c/a"},
	} {
		all := parts(c.command, "a%2Fb+c")
		for k := range all {
			all[k].Encoded = true
		}
		if got, changes := Fill(all); got != c.want || len(changes) > 0 {
			t.Errorf("%s: got %s, changes %v, want %s and none", c.command, got, changes, c.want)
		}
	}
}

// TestAnyCommandIsFilled: however broken a command is, the author's text stands whole
// and in its order, and something stands in the place of each value.
func TestAnyCommandIsFilled(t *testing.T) {
	t.Parallel()
	tokens := strings.Split("{}\x00{}\x00 \x00'\x00\"\x00$\x00(\x00)\x00((\x00))\x00`\x00\\\x00\n\x00<<\x00EOF\x00<<-\x00|\x00&\x00;\x00#\x00sh -c \x00ssh h \x00watch \x00psql \x00-c \x00eval \x00{\x00}\x00[\x00http://\x00SELECT \x00--\x00/*\x00a\x00=\x00<\x00>\x00x\x00${\x00<<<\x00bash \x00\t\x00awk \x00jq ", "\x00")
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var command strings.Builder
		for range random.IntN(25) {
			command.WriteString(tokens[random.IntN(len(tokens))])
		}
		wholly(t, command.String(), hostile[random.IntN(len(hostile))])
	}
}

func wholly(t *testing.T, command, value string) {
	t.Helper()
	out, _ := Fill(parts(command, value))
	rest := out
	for k, author := range strings.Split(command, "{}") {
		if k > 0 && rest == "" {
			t.Fatalf("%q with %q: nothing stands for a value in %q", command, value, out)
		}
		_, after, found := strings.Cut(rest, author)
		if !found || k == 0 && !strings.HasPrefix(out, author) {
			t.Fatalf("%q with %q: the author's text does not stand in %q", command, value, out)
		}
		rest = after
	}
}

// FuzzFill is TestAnyCommandIsFilled for any text.
func FuzzFill(f *testing.F) {
	f.Add("args {} \"{}\" '{}'", "it's")
	f.Add("bash <<EOF\n{}\nEOF", "$(x)")
	f.Add("ssh a sh -c 'psql -c \"SELECT {}'", "1;2")
	f.Add("$(({}\\", "x")
	f.Fuzz(func(t *testing.T, command, value string) {
		wholly(t, strings.ToValidUTF8(command, "?"), value) // as YAML is
	})
}

package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/signalbook/signalbook/bot/foreign"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

// maxSecret is the largest secret file that is read, in bytes.
const maxSecret = 64 << 10

// reading is one file being read, and what was found wrong with it.
type reading struct {
	doc      *yamlfile.Document
	dir      string            // what relative paths are relative to
	decoding yamlfile.Problems // found before the checks
	problems yamlfile.Problems // found by the checks
	named    map[string]yamlfile.Problem
	// secretless: the files of secrets are not read, because there are none where decisions alone are looked at.
	secretless bool
	matchers   int // size of those of all routes so far
}

// place is where in the file a value stands, or should.
type place struct {
	file *reading
	path []any
}

// at is the place of something inside.
func (p place) at(path ...any) place {
	return place{file: p.file, path: append(p.path[:len(p.path):len(p.path)], path...)}
}

// String is how people name the place: route.routes[0].channel.
func (p place) String() string {
	var b strings.Builder
	for _, step := range p.path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, step)
		}
	}
	return b.String()
}

func (p place) problem(format string, args ...any) {
	p.file.problems = append(p.file.problems, p.file.doc.Problem(fmt.Sprintf(format, args...), p.path...))
}

func (p place) warning(format string, args ...any) {
	p.file.problems = append(p.file.problems, p.file.doc.Warning(fmt.Sprintf(format, args...), p.path...))
}

func (p place) missing(advice string) { p.problem("%s is missing: %s", p, advice) }

func (p place) unused() { p.warning("%s is read and checked; not used by this version", p) }

// resolve makes a path from the file usable from the working directory.
func (p place) resolve(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.file.dir, path)
}

// secret fills value from its _file twin and reports whether the file gave
// either, usable or not.
func (p place) secret(name string, value *Secret, path string) (given bool) {
	defer func() { foreign.Hide(string(*value)) }()
	twin := p.at(name + "_file")
	p.at(name).hideComment()
	switch {
	case path == "":
		*value = Secret(strings.TrimSpace(string(*value)))
		if strings.ContainsAny(string(*value), "\r\n") {
			p.at(name).problem("%s holds several lines: a secret is one line", p.at(name))
		}
		return *value != ""
	case *value != "":
		twin.problem("both %s and %s are given: keep one", p.at(name), twin)
		return true
	}
	if p.file.secretless {
		return true
	}
	path = p.resolve(path)
	text, err := readAtMost(path, maxSecret)
	switch trimmed := strings.TrimSpace(text); {
	case err != nil:
		twin.problem("%s cannot be read: %s: %v", twin, path, err)
	case trimmed == "":
		twin.problem("%s is empty: %s: write the secret into it", twin, path)
	case strings.ContainsAny(trimmed, "\r\n"):
		twin.problem("%s holds several lines: %s: a secret is one line", twin, path)
	default:
		*value = Secret(trimmed)
	}
	return true
}

// hideComment keeps a secret that begins with # out of the problem that tells of
// it: YAML takes it for a comment, and the problem quotes it.
func (p place) hideComment() {
	at := p.file.doc.Problem("", p.path...)
	for i, d := range p.file.decoding {
		if d.Line == at.Line && d.Column == at.Column && strings.HasPrefix(d.Text, "no value") {
			p.file.decoding[i].Text = `no value: an unquoted "#" begins a comment: put the secret in quotes`
		}
	}
}

// ReadAtMost reads at most most bytes of a file; whole is false when it has more.
func ReadAtMost(path string, most int64) (data []byte, whole bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, most+1))
	if whole = int64(len(data)) <= most; !whole {
		data = data[:most]
	}
	return data, whole, err
}

// readAtMost reads a whole file, which may be no larger than limit. Errors do not
// repeat the path.
func readAtMost(path string, limit int64) (string, error) {
	data, whole, err := ReadAtMost(path, limit)
	switch {
	case err != nil:
		return "", WithoutPath(err)
	case !whole:
		return "", fmt.Errorf("larger than %d bytes", limit)
	}
	return string(data), nil
}

// writable reports why no file can be made in a folder; nil when one can. Errors
// do not repeat the path.
func writable(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return WithoutPath(err)
	}
	if !info.IsDir() {
		return errors.New("not a folder")
	}
	probe, err := os.CreateTemp(folder, ".signalbook-*")
	if err != nil {
		return WithoutPath(err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// WithoutPath is an error of a file that does not repeat the file's path.
func WithoutPath(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

// url checks an address that the bot will call.
func (p place) url(value string) (ok bool) {
	u, err := url.Parse(value)
	switch {
	case value == "":
		p.missing("give the address, such as http://host:9090")
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		p.problem("expected an address that begins with http:// or https://")
	case u.User != nil:
		p.problem("an address must not hold a user or a password: it is shown in logs")
	case u.RawQuery != "" || u.Fragment != "":
		p.problem("an address must not have a query or a fragment (? or #)")
	default:
		return true
	}
	return false
}

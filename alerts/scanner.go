package alerts

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/signalbook/signalbook/alerts/textutil"
)

const (
	// maxPairs is how many pairs of one object are looked at, and maxPairsRead how
	// many bytes of them; the rest is passed over.
	maxPairs     = 1_000
	maxPairsRead = 1 << 20
)

// scanner reads JSON by tokens, so that nothing larger than one string, which has
// its bound too, is ever held that is not wanted.
type scanner struct {
	dec    *jsontext.Decoder
	source *errorKeeper
}

// lenient: names that come twice, and text that is no UTF-8, are the sender's
// mistakes that the alert behind them must not be lost for: the last wins, U+FFFD
// stands in.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

func newScanner(body io.Reader) *scanner {
	source := &errorKeeper{reader: body}
	return &scanner{dec: jsontext.NewDecoder(&clip{from: source}, lenient), source: source}
}

// errorKeeper remembers why reading ended, because the decoder reports a
// connection that broke and a body that is cut short alike.
type errorKeeper struct {
	reader io.Reader
	err    error
}

func (k *errorKeeper) Read(p []byte) (int, error) {
	n, err := k.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		k.err = err
	}
	return n, err
}

func (s *scanner) token() (jsontext.Token, error) {
	token, err := s.dec.ReadToken()
	if err != nil {
		return token, s.broken(err)
	}
	return token, nil
}

// broken says where the body is no JSON.
func (s *scanner) broken(err error) error {
	switch {
	case errors.Is(err, io.EOF) && s.dec.InputOffset() == 0:
		return invalid("the body is empty")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return invalid("the body ends in the middle, after %d bytes", s.dec.InputOffset())
	}
	if wrong, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return invalid("the body is not JSON: %v (near byte %d)", wrong.Err, wrong.ByteOffset)
	}
	return invalid("the body is not JSON: %v (near byte %d)", err, s.dec.InputOffset())
}

// end makes sure that nothing but white space follows.
func (s *scanner) end() error {
	if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return invalid("something follows the JSON object (near byte %d)", s.dec.InputOffset())
	}
	return nil
}

// more reports whether the object or array being read goes on.
func (s *scanner) more() bool {
	kind := s.dec.PeekKind()
	return kind != '}' && kind != ']' && kind != 0
}

// object calls field for every name of an object; field must read the value. A
// null is an object without fields.
func (s *scanner) object(what string, field func(name string) error) error {
	token, err := s.token()
	if err != nil {
		return err
	}
	if token.Kind() == 'n' && what != "the body" {
		return nil
	}
	if token.Kind() != '{' {
		if token.Kind() == '[' && what == "the body" {
			return invalid("the body is an array: Prometheus and vmalert post such to Alertmanager's API, only Alertmanager's own webhook belongs here")
		}
		return invalid("%s is %s, expected an object", what, kind(token))
	}
	for s.more() {
		name, err := s.token()
		if err != nil {
			return err
		}
		if err := field(name.String()); err != nil {
			return err
		}
	}
	_, err = s.token()
	return err
}

// array calls item for every element, counted from 0; item must read it.
func (s *scanner) array(what string, item func(i int) error) error {
	token, err := s.token()
	if err != nil || token.Kind() == 'n' {
		return err
	}
	if token.Kind() != '[' {
		return invalid("%s is %s, expected an array", what, kind(token))
	}
	for i := 0; s.more(); i++ {
		if err := item(i); err != nil {
			return err
		}
	}
	_, err = s.token()
	return err
}

// text reads a string; a null is an empty one. Invalid UTF-8 arrives as U+FFFD.
func (s *scanner) text(what string) (string, error) {
	token, err := s.token()
	if err != nil || token.Kind() == 'n' {
		return "", err
	}
	if token.Kind() != '"' {
		return "", invalid("%s is %s, expected a text", what, kind(token))
	}
	return token.String(), nil
}

func (s *scanner) status(what string) (Status, error) {
	text, err := s.text("status of " + what)
	if err != nil || text == "" {
		return "", err
	}
	if status := Status(text); status == Firing || status == Resolved {
		return status, nil
	}
	return "", invalid("status of %s is %q, expected firing or resolved", what, textutil.Cut(text, 40))
}

// time reads an RFC 3339 time of any offset, as UTC. Year 1 is Go's zero time and stands for none.
func (s *scanner) time(what string) (time.Time, error) {
	text, err := s.text(what)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, invalid("%s is %q, expected a time such as 2026-11-23T09:10:05.286Z", what, textutil.Cut(text, 40))
	}
	switch t = t.UTC(); {
	case t.Year() <= 1:
		return time.Time{}, nil
	case !believable(t):
		return time.Time{}, invalid("%s is %q, not a year to be believed", what, textutil.Cut(text, 40))
	}
	return t, nil
}

// believable: a later year has no form in RFC 3339.
func believable(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 9999 }

func (s *scanner) count(what string, most int) (int, error) {
	token, err := s.token()
	if err != nil || token.Kind() == 'n' {
		return 0, err
	}
	if token.Kind() != '0' {
		return 0, invalid("%s is %s, expected a number", what, kind(token))
	}
	number := token.String()
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > most {
		return 0, invalid("%s is %s, expected a whole number from 0 to %d", what, textutil.Cut(number, 40), most)
	}
	return n, nil
}

// pairs reads an object of texts, at most most of them. Empty values mean the same as no pair, as in Prometheus.
func (s *scanner) pairs(what string, most int) (map[string]string, error) {
	var pairs map[string]string
	room := maxPairsRead
	err := s.object(what, func(name string) error {
		if len(pairs) == most || room <= 0 {
			return s.skip()
		}
		token, err := s.token()
		if err != nil || token.Kind() == 'n' {
			return err
		}
		if token.Kind() != '"' {
			return invalid("%q in the %s is %s, expected a text", textutil.Cut(name, 80), what, kind(token))
		}
		value := token.String()
		if value == "" {
			return nil
		}
		if pairs == nil {
			pairs = make(map[string]string)
		}
		pairs[name] = value
		room -= len(name) + len(value)
		return nil
	})
	return pairs, err
}

// skip passes over one value of any kind.
func (s *scanner) skip() error {
	if err := s.dec.SkipValue(); err != nil {
		return s.broken(err)
	}
	return nil
}

func kind(token jsontext.Token) string {
	switch token.Kind() {
	case '"':
		return "a text"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "null"
}

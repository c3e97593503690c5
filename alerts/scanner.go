package alerts

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"
)

const (
	// maxDepth is how deeply an ignored value may nest: encoding/json's own limit.
	maxDepth = 10_000
	// maxPairs is how many pairs of one object are looked at; the rest is passed over.
	maxPairs = 1_000
)

// scanner reads JSON by tokens, so that nothing larger than one string is ever
// held that is not wanted.
type scanner struct {
	dec    *json.Decoder
	source *errorKeeper
}

func newScanner(body io.Reader) *scanner {
	source := &errorKeeper{reader: body}
	dec := json.NewDecoder(source)
	dec.UseNumber()
	return &scanner{dec: dec, source: source}
}

// errorKeeper remembers why reading ended, because json.Decoder reports a
// connection that broke and a body that is cut short as the same error.
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

func (s *scanner) token() (json.Token, error) {
	token, err := s.dec.Token()
	switch {
	case err == nil:
		return token, nil
	case errors.Is(err, io.EOF) && s.dec.InputOffset() == 0:
		return nil, invalid("the body is empty")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, invalid("the body ends in the middle, after %d bytes", s.dec.InputOffset())
	}
	return nil, invalid("the body is not JSON: %v (near byte %d)", err, s.dec.InputOffset())
}

// end makes sure that nothing but white space follows.
func (s *scanner) end() error {
	if _, err := s.dec.Token(); !errors.Is(err, io.EOF) {
		return invalid("something follows the JSON object (near byte %d)", s.dec.InputOffset())
	}
	return nil
}

// object calls field for every name of an object; field must read the value. A
// null is an object without fields.
func (s *scanner) object(what string, field func(name string) error) error {
	token, err := s.token()
	if err != nil {
		return err
	}
	if token == nil && what != "the body" {
		return nil
	}
	if token != json.Delim('{') {
		if token == json.Delim('[') && what == "the body" {
			return invalid("the body is an array: Prometheus and vmalert post such to Alertmanager's API, only Alertmanager's own webhook belongs here")
		}
		return invalid("%s is %s, expected an object", what, kind(token))
	}
	for s.dec.More() {
		name, err := s.token()
		if err != nil {
			return err
		}
		if err := field(name.(string)); err != nil {
			return err
		}
	}
	_, err = s.token()
	return err
}

// array calls item for every element, counted from 0; item must read it.
func (s *scanner) array(what string, item func(i int) error) error {
	token, err := s.token()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('[') {
		return invalid("%s is %s, expected an array", what, kind(token))
	}
	for i := 0; s.dec.More(); i++ {
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
	if err != nil || token == nil {
		return "", err
	}
	text, ok := token.(string)
	if !ok {
		return "", invalid("%s is %s, expected a text", what, kind(token))
	}
	return text, nil
}

func (s *scanner) status(what string) (Status, error) {
	text, err := s.text("status of " + what)
	if err != nil || text == "" {
		return "", err
	}
	if status := Status(text); status == Firing || status == Resolved {
		return status, nil
	}
	return "", invalid("status of %s is %q, expected firing or resolved", what, cut(text, 40))
}

// time reads an RFC 3339 time of any offset, as UTC. Year 1 is Go's zero time and stands for none.
func (s *scanner) time(what string) (time.Time, error) {
	text, err := s.text(what)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, invalid("%s is %q, expected a time such as 2026-11-23T09:10:05.286Z", what, cut(text, 40))
	}
	switch t = t.UTC(); {
	case t.Year() <= 1:
		return time.Time{}, nil
	case t.Year() < 1970 || t.Year() > 9999:
		return time.Time{}, invalid("%s is %q, not a year to be believed", what, cut(text, 40))
	}
	return t, nil
}

func (s *scanner) count(what string, most int) (int, error) {
	token, err := s.token()
	if err != nil || token == nil {
		return 0, err
	}
	number, ok := token.(json.Number)
	if !ok {
		return 0, invalid("%s is %s, expected a number", what, kind(token))
	}
	n, err := strconv.Atoi(number.String())
	if err != nil || n < 0 || n > most {
		return 0, invalid("%s is %s, expected a whole number from 0 to %d", what, cut(number.String(), 40), most)
	}
	return n, nil
}

// pairs reads an object of texts. Empty values mean the same as no pair, as in Prometheus.
func (s *scanner) pairs(what string) (map[string]string, error) {
	var pairs map[string]string
	err := s.object(what, func(name string) error {
		if len(pairs) == maxPairs {
			return s.skip()
		}
		token, err := s.token()
		if err != nil || token == nil || token == "" {
			return err
		}
		value, ok := token.(string)
		if !ok {
			return invalid("%q in the %s is %s, expected a text", cut(name, 80), what, kind(token))
		}
		if pairs == nil {
			pairs = make(map[string]string)
		}
		pairs[name] = value
		return nil
	})
	return pairs, err
}

// skip passes over one value of any kind.
func (s *scanner) skip() error {
	for depth := 0; ; {
		token, err := s.token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		if depth > maxDepth {
			return invalid("the body nests more than %d levels deep", maxDepth)
		}
	}
}

func kind(token json.Token) string {
	switch token := token.(type) {
	case string:
		return "a text"
	case json.Number:
		return "a number"
	case bool:
		return "true or false"
	case json.Delim:
		if token == '{' {
			return "an object"
		}
		return "an array"
	}
	return "null"
}

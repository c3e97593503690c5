// Package wire is what passes between an app and Slack: arguments, messages and views read
// as strictly as Slack reads them, objects and refusals written as Slack writes them. It
// never decides who may.
//
// It is a room of its own because the Web API and what is delivered to the app show the
// same objects, and what the app answers to a delivery is read as its calls are.
package wire

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxBody bounds what is read of one request or answer.
const MaxBody = 1 << 20

// Object is the body of an ok:true response, without the ok.
type Object map[string]any

// Refusal is an ok:false response, or a 429.
type Refusal struct {
	Code       string
	Details    []string      // of invalid_blocks and its like
	Needed     string        // of missing_scope: the scopes that lack
	Provided   string        // of missing_scope: the scopes that are there
	RetryAfter time.Duration // with 429
	Status     int           // 200 when zero
}

// Refuse makes a refusal of a code, with what is wrong in detail.
func Refuse(code string, details ...string) *Refusal {
	return &Refusal{Code: code, Details: details}
}

// Args are a call's arguments, of a form or of a JSON body.
type Args map[string]any

func (a Args) has(key string) bool { _, ok := a[key]; return ok }

// Text is an argument as text; empty when there is none.
func (a Args) Text(key string) string {
	switch v := a[key].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// Flag is whether an argument says yes.
func (a Args) Flag(key string) bool {
	switch a.Text(key) {
	case "true", "1", "TRUE", "True":
		return true
	}
	return false
}

// Decoded gives an argument that is JSON: a value of a JSON body, or a string of
// JSON; ok is false when it is neither.
func (a Args) Decoded(key string) (value any, ok bool) {
	text, isText := a[key].(string)
	if !isText {
		return a[key], true
	}
	return Decode([]byte(text))
}

// Decode reads one JSON value, numbers as they stand; false when it is none.
func Decode(data []byte) (any, bool) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, false
	}
	return v, true
}

// Outcome is what the log of calls says of it.
func (r *Refusal) Outcome() string {
	if r.Status == http.StatusTooManyRequests {
		return "429"
	}
	return r.Code
}

// Encode encodes what was decoded, or made of maps and strings.
func Encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("slacksim: marshal what was decoded: " + err.Error())
	}
	return data
}

// WriteJSON answers with a body of JSON.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"ok":false,"error":"internal_error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client may have gone
}

// Package foreign makes what other servers say fit to be seen: in a log, in Slack,
// on /-/ready, on a terminal. They repeat what they were sent, and so what nobody
// may see: our tokens, passwords and credentials in addresses. It knows secrets and
// what looks like one, and calls nobody.
package foreign

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// hidden stands where a secret stood.
const hidden = "<secret>"

const (
	// leastSecret is the shortest secret that is looked for, in bytes: a shorter one
	// would be found in ordinary words.
	leastSecret = 6
	// mostSecrets bounds the secrets that are remembered; reloads bring new ones.
	// Those that were sent are bounded apart: tokens of OAuth live for an hour.
	mostSecrets, mostSent = 1_000, 100
)

// secrets are this process' own. A secret stays one when the configuration has
// another by now, so they are the process' and not the configuration's.
var secrets struct {
	sync.RWMutex
	own, sent []string
}

// Hide remembers secrets: [Clean] takes them out of every text from now on.
func Hide(values ...string) { hide(&secrets.own, mostSecrets, values...) }

func hide(list *[]string, most int, values ...string) {
	secrets.Lock()
	defer secrets.Unlock()
	for _, value := range values {
		value = strings.TrimSpace(value)
		for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
			if len(form) < leastSecret || slices.Contains(*list, form) {
				continue
			}
			if len(*list) == most {
				*list = slices.Delete(*list, 0, 1)
			}
			*list = append(*list, form)
		}
	}
}

// HideSent remembers what the request of an answer was allowed in with: the answer
// may repeat it.
func HideSent(answer *http.Response) {
	if answer == nil || answer.Request == nil {
		return
	}
	for _, header := range []string{"Authorization", "Proxy-Authorization"} {
		scheme, credentials, _ := strings.Cut(answer.Request.Header.Get(header), " ")
		hide(&secrets.sent, mostSent, credentials)
		if strings.EqualFold(scheme, "Basic") {
			plain, _ := base64.StdEncoding.DecodeString(credentials)
			_, password, _ := strings.Cut(string(plain), ":")
			hide(&secrets.sent, mostSent, password)
		}
	}
	if user := answer.Request.URL.User; user != nil {
		password, _ := user.Password()
		hide(&secrets.sent, mostSent, password)
	}
}

// looks are what is taken for a secret although nobody named it: the user and
// password of an address, a token of Slack, what a header or a query lets in with,
// an address that Slack gave out.
var looks = []struct {
	signs []string // one of them is in every text that holds one, in small letters
	form  *regexp.Regexp
	with  string
}{
	{[]string{"://"}, regexp.MustCompile(`(://)[^/@\s"]*(@)`), "${1}" + hidden + "${2}"},
	{[]string{"xox", "xapp"}, regexp.MustCompile(`(?i)\bx(?:ox[a-z]|app)-[\w-]{6,}`), hidden},
	{[]string{"bearer", "authorization"}, regexp.MustCompile(`(?i)(\bbearer\s+|authorization["':=\s]+(?:basic|bearer|token)\s+)[\w+/=.~-]{8,}`), "${1}" + hidden},
	{[]string{"="}, regexp.MustCompile(`(?i)([?&](?:token|access_token|api_?key|key|secret|password|sig|signature|ticket)=)[^&\s"']+`), "${1}" + hidden},
	{[]string{"hooks.slack"}, regexp.MustCompile(`(?i)(hooks\.slack(?:-gov)?\.com/)[^\s"'<>:]+`), "${1}" + hidden},
}

// Clean takes the secrets out of a text, and the signs that nobody sees but a
// terminal obeys. Its lines stay.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || unicode.IsSpace(r) && r != '\r' && r != '\u0085' {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "�"))
	low := strings.ToLower(text)
	for _, look := range looks {
		if slices.ContainsFunc(look.signs, func(sign string) bool { return strings.Contains(low, sign) }) {
			text = look.form.ReplaceAllString(text, look.with)
		}
	}
	secrets.RLock()
	for _, list := range [][]string{secrets.own, secrets.sent} {
		for _, secret := range list {
			text = strings.ReplaceAll(text, secret, hidden)
		}
	}
	secrets.RUnlock()
	return text
}

// maxRead is how much of a text is looked at: nobody shows more of it.
const maxRead = 64 << 10

// Text is what another server said, for people: clean, on one line, at most most
// bytes long.
func Text(text string, most int) string {
	return textutil.CutBytes(strings.Join(strings.Fields(Clean(text[:min(len(text), maxRead)])), " "), most)
}

// Error is an error whose text is clean; what errors.Is and errors.As find
// in it stays. Nil stays nil.
func Error(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := Clean(text); clean != text {
		return &cleaned{clean, err}
	}
	return err
}

// cleaned hides the text of what it wraps.
type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string { return c.text }

// Is and As look into the error, which is not given out.
func (c *cleaned) Is(target error) bool { return errors.Is(c.err, target) }

// As implements what [errors.As] asks for.
func (c *cleaned) As(target any) bool { return errors.As(c.err, target) }

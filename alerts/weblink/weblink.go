// Package weblink makes web addresses of what people write where a link belongs: with
// blanks and quotes in it, a line break at its end, marked up, several in one, or with
// a password. It knows nothing of alerts, and opens nothing.
package weblink

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Why says why a text is no link, in words that stand behind a colon; empty: it is one.
type Why string

// The reasons.
const (
	NoAddress Why = "no web address"
	Hole      Why = "a value is missing in it"
)

var (
	// scheme is where an address begins, at a place where one can.
	scheme = regexp.MustCompile("(?i)(?:^|[\\s<(\\[\"'`,;|])(https?://)")
	// hole is what templates write of a value that is not there, and a template that nobody filled.
	hole = regexp.MustCompile(`(?i)(<|%3C)(no(\+|%20|\s)value|nil)(>|%3E)|\{\{|\}\}|%!\w?\(`)
	// secret is a parameter that opens doors.
	secret = regexp.MustCompile(`(?i)([?&#;])((?:[a-z0-9]+[._-])*(?:pass(?:word|wd|phrase)?|pwd|secret|token|authtoken|jwt|api[_-]?key|apikey|signature|sig|credentials?)=)[^&#;\s"'<>]*`)
	// user is what stands before the host: a name, and often its password.
	user = regexp.MustCompile(`(?i)([a-z][a-z0-9+.-]*://)[^\s/?#]*@`)
)

// masked stands for what is not shown.
const masked = "***"

// Redact takes passwords and tokens out of the addresses in a text.
func Redact(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	if strings.Contains(text, "@") {
		text = user.ReplaceAllString(text, "${1}"+masked+"@")
	}
	if strings.Contains(text, "=") {
		text = secret.ReplaceAllString(text, "${1}${2}"+masked)
	}
	return text
}

// Redacted reports whether Redact has taken something out of a text.
func Redacted(text string) bool {
	return strings.Contains(text, "://"+masked+"@") || strings.Contains(text, "="+masked)
}

// Find returns the addresses in a text that was given as a link: usually one. A line
// that begins with one is all of it, blanks included; beside other words an address
// ends at the next blank. Without any, why says what is wrong; an empty text is none.
func Find(text string) (addresses []string, why Why) {
	text = strings.TrimSpace(visible(text))
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		starts := scheme.FindAllStringSubmatchIndex(line, -1)
		for k, at := range starts {
			end := len(line)
			if k+1 < len(starts) {
				end = starts[k+1][0]
			}
			alone := len(starts) == 1 && strings.Trim(line[:at[2]], "<\"'`([") == ""
			address, wrong := Clean(ending(line[:at[2]], line[at[2]:end], alone))
			if wrong == "" {
				addresses = append(addresses, address)
			} else if why == "" {
				why = wrong
			}
		}
	}
	switch {
	case len(addresses) > 0 || text == "":
		return addresses, ""
	case why == "" && hole.MatchString(text):
		return nil, Hole
	case why == "":
		return nil, NoAddress
	}
	return nil, why
}

// ending cuts off what follows an address, by what stands before it.
func ending(before, address string, alone bool) string {
	closing := map[byte]string{'<': ">|", '"': `"`, '\'': "'", '`': "`", '[': "]"}
	if before != "" {
		switch opened := before[len(before)-1]; {
		case opened == '(':
			address = parenthesized(address)
		case closing[opened] != "":
			address = untilAny(address, closing[opened])
			return address
		}
	}
	if !alone {
		address = untilAny(address, " \t")
		address = strings.TrimRight(address, ".,;:!?|")
	}
	return address
}

// parenthesized is the address of [text](address "title").
func parenthesized(s string) string {
	depth := 1
	for k, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			s = s[:k]
			break
		}
	}
	if title := strings.Index(s, ` "`); title > 0 && strings.HasSuffix(s, `"`) {
		s = s[:title]
	}
	return s
}

// untilAny is what stands before the first of these signs.
func untilAny(s, chars string) string {
	if at := strings.IndexAny(s, chars); at >= 0 {
		return s[:at]
	}
	return s
}

// Clean returns one address as a link may hold it: without blanks around, with blanks,
// quotes and stray percent signs encoded once, without user, password and tokens. An
// address that is clean comes back as it is.
func Clean(address string) (string, Why) {
	address = strings.TrimSpace(visible(address))
	if hole.MatchString(address) {
		return "", Hole
	}
	name, rest, found := strings.Cut(address, "://")
	if name = strings.ToLower(name); !found || name != "http" && name != "https" {
		return "", NoAddress
	}
	host, path := rest, ""
	if at := strings.IndexAny(rest, "/?#"); at >= 0 {
		host, path = rest[:at], rest[at:]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 && !strings.Contains(host[:at], `\`) { // which browsers take for a slash
		host = host[at+1:]
	}
	address = name + "://" + host + withoutSecrets(Encode(path))
	if u, err := url.Parse(address); err != nil || u.Hostname() == "" || strings.HasSuffix(host, ":") || strings.ContainsFunc(host, outsideHost) {
		return "", NoAddress
	}
	return address, ""
}

// outsideHost reports whether a sign stands in no host and port.
func outsideHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:[]", r)
}

// withoutSecrets leaves out the parameters that open doors, and the users of addresses
// within.
func withoutSecrets(path string) string {
	path = user.ReplaceAllString(path, "$1")
	if !secret.MatchString(path) {
		return path
	}
	path = secret.ReplaceAllString(path, "$1")
	for _, pair := range [][2]string{{"&&", "&"}, {";;", ";"}, {"?&", "?"}, {"?;", "?"}, {"#&", "#"}, {"?#", "#"}, {"&#", "#"}} {
		for strings.Contains(path, pair[0]) {
			path = strings.ReplaceAll(path, pair[0], pair[1])
		}
	}
	return strings.TrimRight(path, "?&;#")
}

// Encode writes what no address may hold as %XX, and what is written so already as it
// is. Letters of all languages stay.
func Encode(s string) string {
	var b strings.Builder
	for k, r := range s {
		switch {
		case r > '~' && unicode.IsSpace(r):
			b.WriteString("%20")
		case r >= utf8.RuneSelf:
			b.WriteRune(r)
		case r <= ' ', r == 0x7f, strings.ContainsRune("\"'<>\\^`{|}", r), r == '%' && !escape(s[k:]):
			fmt.Fprintf(&b, "%%%02X", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// escape reports whether s begins with %XX.
func escape(s string) bool {
	if len(s) < 3 || s[0] != '%' {
		return false
	}
	_, err := hex.DecodeString(s[1:3])
	return err == nil
}

// visible leaves out the signs that nobody sees: they come from copying, or are to
// mislead. Broken UTF-8 becomes U+FFFD.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// Key is the same for addresses of one target: case of the host, its usual port and
// slashes at the end of the path make no difference.
func Key(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		u.Host = strings.TrimSuffix(u.Host, port)
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	return u.Scheme + "://" + u.Host + path + "?" + u.RawQuery + "#" + u.EscapedFragment()
}

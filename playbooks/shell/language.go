package shell

import (
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// place is where in a command's word a value stands.
type place struct {
	before  string // the word so far, without the shell's quotes
	after   rune   // the author's next sign; -1: none
	program string
	quoted  bool // inside the shell's quotes, or in a heredoc
	whole   bool // no shell reads it: the command is a statement of SQL
}

var (
	// optionPrefix is what may stand in a word before a text of its own: --data=, -d, query=.
	optionPrefix = regexp.MustCompile(`^(?:--?[A-Za-z][\w-]*=|-[A-Za-z])?(?:[A-Za-z_][\w.-]*=)?`)
	scheme       = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	host         = regexp.MustCompile(`^[\pL\pN._:\[\]-]+$`)

	sqlWord      = `(?:select|insert\s+into|update|delete\s+from|alter|create|drop|explain|analyze|vacuum|reindex|with|show|call|kill|set|grant|revoke|truncate|copy|cluster|begin|use|describe|optimize|flush|lock|refresh|comment\s+on|cancel|do)`
	sqlText      = regexp.MustCompile(`(?is)^\s*` + sqlWord + `\s`)
	sqlStatement = regexp.MustCompile(`^\s*(?:(?i:select\s.*\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|alter\s+(?:table|system|database|role|user|index)|create\s+(?:unique\s+)?(?:index|table|view)|drop\s+(?:table|index|database)|explain\s+(?:\(|analyze|select)|vacuum\s|reindex\s|analyze\s)|(?:SELECT|SHOW|CALL|KILL|SET|GRANT|REVOKE|TRUNCATE|WITH|BEGIN|COPY|OPTIMIZE|FLUSH)\s)`)
	sqlClients   = []string{"psql", "mysql", "mariadb", "cockroach", "sqlite3", "clickhouse-client", "clickhouse", "cqlsh", "sqlcmd", "sqlplus", "duckdb", "trino", "presto", "bq"}
	// interpreters take programs as operands, in languages of their own.
	interpreters = []string{"awk", "gawk", "mawk", "nawk", "sed", "perl", "python", "python2", "python3", "ruby", "node", "php", "lua", "mongo", "mongosh", "osascript", "gdb", "expect", "groovy", "pwsh", "powershell"}
	queryTools   = []string{"jq", "yq", "gojq"}
)

// hold makes of a value what is that value in the language it stands in, or says
// why it cannot stand there.
func (l place) hold(p Part) (text string, kind Kind, why string) {
	v, plain := p.Text, Plain(p.Text)
	own := l.before[len(optionPrefix.FindString(l.before)):]
	switch {
	case l.program == "curl" && own == "" && (v[0] == '@' || v[0] == '<'):
		return "", 0, whyFile
	case scheme.MatchString(own):
		return inURL(own[len(scheme.FindString(own)):], p)
	case l.whole || sqlText.MatchString(own) || slices.Contains(sqlClients, l.program) && l.quoted && strings.ContainsAny(own, " \n"):
		return inSQL(own, v)
	case slices.Contains(interpreters, l.program) && (own != "" || wordly(l.after) || strings.ContainsRune("/,~$^.*[({", l.after)):
		if !Plain(strings.ReplaceAll(v, " ", "")) || !plain && !l.quoted {
			return "", 0, whyPlace
		}
		return v, Quoted, ""
	}
	n := nesting(own)
	if slices.Contains(queryTools, l.program) && n.quote == '"' {
		n.braces++
	}
	if n.quote == 0 && !l.quoted {
		n.braces = 0
	}
	if text, why = n.hold(v); why != "" {
		return "", 0, why
	}
	if strays(own, v, l.after) {
		return "", 0, whyPath
	}
	if text != v {
		return text, Escaped, ""
	}
	return text, Quoted, ""
}

// strays reports whether a value in the middle of a path leads out of it, or names
// nothing in it.
func strays(before, v string, after rune) bool {
	if k := strings.LastIndexAny(before, " \n\t\"'=:,"); k >= 0 {
		before = before[k+1:]
	}
	if !strings.Contains(before, "/") && after != '/' {
		return false
	}
	return climbs(v) || path.Clean("/"+v) == "/"
}

// inURL is a value in a URL, of which stands what follows the scheme.
func inURL(before string, p Part) (text string, kind Kind, why string) {
	v := p.Text
	switch query := strings.IndexAny(before, "?#"); {
	case p.Encoded && (query >= 0 || strings.Contains(before, "/")):
		return v, Quoted, ""
	case query >= 0:
		start := max(query, strings.LastIndexByte(before, '&')) + 1
		held, why := nesting(before[start:]).hold(v)
		if why != "" {
			return "", 0, why
		}
		text = url.QueryEscape(held)
	case strays(before+"/", v, 0):
		return "", 0, whyPath
	case strings.Contains(before, "/"):
		text = url.PathEscape(v)
	case before != "" && v[0] == '/':
		segments := strings.Split(v, "/")
		for k, s := range segments {
			segments[k] = url.PathEscape(s)
		}
		text = strings.Join(segments, "/")
	case host.MatchString(v):
		return v, Quoted, ""
	default:
		return "", 0, whyPlace
	}
	if text != v {
		return text, Encoded, ""
	}
	return v, Quoted, ""
}

// inSQL is a value in a statement. In a string or a quoted name its quotes are
// doubled; a \ means something to some databases and nothing to others.
func inSQL(before, v string) (text string, kind Kind, why string) {
	quote, since := sqlQuote(before)
	switch {
	case quote == 0:
		if !Plain(v) || strings.Contains(v, "--") {
			return "", 0, whyPlace
		}
		return v, Quoted, ""
	case strings.Contains(v, `\`) || hasControl(v), strings.ContainsAny(since, "\"'`{") && strings.ContainsAny(v, "\"'`"):
		return "", 0, whyPlace
	}
	if text = strings.ReplaceAll(v, string(quote), string(quote)+string(quote)); text != v {
		return text, Escaped, ""
	}
	return v, Quoted, ""
}

// sqlQuote returns the quote that is open at the end of a statement, 0 when none is,
// and what has followed it.
func sqlQuote(s string) (quote rune, since string) {
	for s != "" {
		k := strings.IndexAny(s, "'\"`-/")
		if k < 0 {
			return 0, ""
		}
		end := ""
		switch {
		case strings.HasPrefix(s[k:], "--"):
			end = "\n"
		case strings.HasPrefix(s[k:], "/*"):
			end = "*/"
		case s[k] == '-' || s[k] == '/':
			s = s[k+1:]
			continue
		default:
			end = s[k : k+1]
		}
		_, rest, closed := strings.Cut(s[k+1:], end)
		switch {
		case closed:
			s = rest
		case len(end) == 1 && end != "\n":
			return rune(end[0]), s[k+1:]
		default:
			return 0, ""
		}
	}
	return 0, ""
}

// nest is where in a structured text, such as JSON or a selector of PromQL, a place
// is.
type nest struct {
	braces int    // that are open
	quote  rune   // that is open; 0: none
	since  string // what has followed it
}

func nesting(s string) (n nest) {
	begun, escaped, last := 0, false, rune(0)
	for k, r := range s {
		switch {
		case escaped:
			escaped = false
		case n.quote != 0 && r == '\\':
			escaped = true
		case n.quote != 0:
			if r == n.quote {
				n.quote = 0
			}
		case r == '"', r == '\'' && !wordly(last): // don't
			n.quote, begun = r, k+1
		case r == '{':
			n.braces++
		case r == '}':
			n.braces = max(n.braces-1, 0)
		}
		last = r
	}
	if n.quote != 0 {
		n.since = s[begun:]
	}
	return n
}

// hold is a value in such a text.
func (n nest) hold(v string) (text, why string) {
	switch {
	case n.quote == 0 && n.braces == 0:
		return v, ""
	case n.quote == 0 && !Plain(v):
		return "", whyPlace
	case n.quote == '"' && n.braces > 0 && !strings.ContainsAny(n.since, "\"'`\\{"):
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil || !utf8.ValidString(v) || hasControl(strings.Trim(b.String(), "\n")) {
			return "", whyPlace
		}
		return strings.TrimSuffix(strings.TrimSpace(b.String()), `"`)[1:], ""
	case n.quote != 0 && (strings.ContainsRune(v, n.quote) || strings.Contains(v, `\`) || hasControl(v) ||
		strings.ContainsAny(n.since, "\"'`\\{") && strings.ContainsAny(v, "\"'`")):
		return "", whyPlace
	}
	return v, ""
}

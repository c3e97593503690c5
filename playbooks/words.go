package playbooks

import (
	"strings"
	"unicode"
)

// Two labels that matchers can ask for and no alert brings, named like those that
// Prometheus itself makes up. They hold words in lower case, with a blank between two:
// DatabaseHighCPU, database-high-cpu and "Database: high CPU" are all "database high
// cpu".
const (
	// NameWords are the words of the alert's name.
	NameWords = "__alertname_words__"
	// AlertWords are those and the words of the labels that say what an alert is about.
	AlertWords = "__alert_words__"
)

// aboutLabels say what an alert is about. ServiceName is AWS Billing's.
var aboutLabels = [...]string{"component", "tier", "role", "service", "app", "application", "engine", "job", "ServiceName", "namespace"}

// Words splits a name into words: at everything that is neither letter nor digit,
// and where camel case begins another word. A digit goes with what stands before
// it: HighTTFTP90 is "high ttftp90", P99Latency "p99 latency". The plural of an
// abbreviation stays whole: DBsHot is "dbs hot".
func Words(name string) string {
	runes := []rune(name)
	at := func(k int) rune {
		if k < len(runes) {
			return runes[k]
		}
		return 0
	}
	var b strings.Builder
	last := rune(0) // the one before, when it belongs to a word
	for k, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			last = 0
			continue
		}
		plural := at(k+1) == 's' && !unicode.IsLower(at(k+2))
		begins := unicode.IsUpper(r) && (!unicode.IsUpper(last) || unicode.IsLower(at(k+1)) && !plural)
		if b.Len() > 0 && (last == 0 || begins) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		last = r
	}
	return b.String()
}

// labelOf is what a matcher of this label name compares with.
func labelOf(set map[string]string, name string) string {
	value, given := set[name]
	switch {
	case given:
		return value
	case name == NameWords:
		return Words(set["alertname"])
	case name == AlertWords:
		return alertWords(set)
	}
	return ""
}

// alertWords leaves out what names an exporter, which is not what it exports, and a
// namespace of Kubernetes, in which anything may run. Those of CloudWatch and Azure,
// such as AWS/RDS, have a slash.
func alertWords(set map[string]string) string {
	all := []string{Words(set["alertname"])}
	for _, name := range aboutLabels {
		words := Words(set[name])
		if words == "" || strings.Contains(words, "exporter") || name == "namespace" && !strings.Contains(set[name], "/") {
			continue
		}
		all = append(all, words)
	}
	return strings.TrimSpace(strings.Join(all, " "))
}

func isWords(name string) bool { return name == NameWords || name == AlertWords }

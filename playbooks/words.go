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

// abbreviations are those that names write together in capitals, as in RDSCPUHigh.
var abbreviations = func() map[string]bool {
	known := map[string]bool{}
	for word := range strings.FieldsSeq(`AI ALB API AWS CDN CPU CRDB DB DNS DTU ECS EKS ELB GC GCP GKE GPU HTTP HTTPS IO KV
		LLM ML MS NAT NLB PG QPS RDS RPC RPS SLA SLO SQL TGI TLS TPOT TTFT TTL VLLM VM`) {
		known[word] = true
	}
	return known
}()

// longestApart is how many bytes a word may have that is taken apart.
const longestApart = 24

// Words splits a name into words: at everything that is neither letter nor digit,
// where camel case begins another word, and between well-known abbreviations. A digit
// goes with what stands before it: P99Latency is "p99 latency". The plural of an
// abbreviation stays whole: DBsHot is "dbs hot".
func Words(name string) string {
	runes := []rune(name)
	at := func(k int) rune {
		if k < len(runes) {
			return runes[k]
		}
		return 0
	}
	var words []string
	from, last := 0, rune(0) // of the word so far; the one before, when it belongs to it
	end := func(to int) {
		if from < to {
			words = append(words, apart(string(runes[from:to]))...)
		}
	}
	for k, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			end(k)
			from, last = k+1, 0
			continue
		}
		plural := at(k+1) == 's' && !unicode.IsLower(at(k+2))
		if unicode.IsUpper(r) && (!unicode.IsUpper(last) || unicode.IsLower(at(k+1)) && !plural) {
			end(k)
			from = k
		}
		last = r
	}
	end(len(runes))
	return strings.ToLower(strings.Join(words, " "))
}

// apart splits a word that is nothing but abbreviations, among them percentiles such
// as P99; any other stays whole.
func apart(word string) []string {
	if len(word) > longestApart {
		return []string{word}
	}
	for to := len(word); to > 1; to-- {
		if !abbreviations[word[:to]] && !percentile(word[:to]) {
			continue
		}
		if to == len(word) {
			return []string{word}
		}
		if rest := apart(word[to:]); abbreviations[rest[0]] || percentile(rest[0]) {
			return append([]string{word[:to]}, rest...)
		}
	}
	return []string{word}
}

func percentile(word string) bool {
	return len(word) > 1 && word[0] == 'P' && strings.Trim(word[1:], "0123456789") == ""
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

package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/alerts/weblink"
)

// What is kept of a notification, whatever its size. The limits are our own:
// Slack shows far less, Redis keeps every notification until it is worked off.
const (
	MaxAlerts      = 500   // alerts of a notification
	MaxLabels      = 64    // labels of an alert or a group
	MaxAnnotations = 32    // annotations of an alert or a group
	MaxLabelValue  = 1024  // characters of a label's name or value
	MaxAnnotation  = 4096  // characters of an annotation, and of a group key
	MaxURL         = 8_192 // bytes of a URL; a longer one is dropped, a cut one would lead elsewhere
)

// Bytes of JSON that kept parts may take, together about 1 MB.
const (
	maxAlertBytes = 640_000 // all alerts of a notification
	maxPairsBytes = 100_000 // one set of labels or annotations
)

// wellKnown labels and annotations survive when there are too many: matchers,
// severity and playbook hang on them.
var wellKnown = [...]string{"alertname", "severity", "playbook", "summary", "description", "runbook_url"}

// boundAlert cuts an alert to size. Its fingerprint, when the sender gave none, is
// Alertmanager's: computed from all the labels, before they are cut.
func boundAlert(a Alert) Alert {
	if !usableFingerprint(a.Fingerprint) {
		a.Fingerprint = model.Fingerprint(model.LabelsToSignature(a.Labels)).String()
	}
	if a.RuleUID == "" {
		a.RuleUID = a.Labels["__alert_rule_uid__"]
	}
	if !usableRuleUID.MatchString(a.RuleUID) {
		a.RuleUID = ""
	}
	a.Labels = boundLabels(a.Labels)
	a.Annotations = boundAnnotations(a.Annotations)
	a.GeneratorURL = boundURL(a.GeneratorURL)
	a.DashboardURL = boundURL(a.DashboardURL)
	a.PanelURL = boundURL(a.PanelURL)
	a.SilenceURL = boundURL(a.SilenceURL)
	return a
}

// usableRuleUID is what Grafana takes for the UID of a rule.
var usableRuleUID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// usableFingerprint accepts what may become part of a key: letters and digits.
func usableFingerprint(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

func boundLabels(pairs map[string]string) map[string]string {
	return bound(redacted(pairs), MaxLabels, MaxLabelValue)
}

func boundAnnotations(pairs map[string]string) map[string]string {
	return bound(redacted(pairs), MaxAnnotations, MaxAnnotation)
}

// redacted takes passwords out of the addresses in the values: what is not kept is
// shown by nobody.
func redacted(pairs map[string]string) map[string]string {
	for name, text := range pairs {
		if clean := weblink.Redact(text); clean != text {
			pairs[name] = clean
		}
	}
	return pairs
}

// bound keeps at most count pairs, the well-known ones and then the first by name,
// and cuts their values. The usual set fits and is returned as it is.
func bound(pairs map[string]string, count, value int) map[string]string {
	fits := len(pairs) <= count && pairsSize(pairs) <= maxPairsBytes
	for name, text := range pairs {
		fits = fits && len(name) <= MaxLabelValue && len(text) <= value
	}
	if fits {
		return pairs
	}
	kept := make(map[string]string, min(len(pairs), count))
	left := maxPairsBytes
	keep := func(name string) {
		text, ok := pairs[name]
		if !ok || len(kept) == count {
			return
		}
		name, text = textutil.Cut(name, MaxLabelValue), textutil.Cut(text, value)
		if _, twice := kept[name]; twice {
			return
		}
		if size := pairSize(name, text); size <= left {
			kept[name] = text
			left -= size
		}
	}
	for _, name := range wellKnown {
		keep(name)
	}
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		keep(name)
	}
	return kept
}

// boundIdentity shortens what identifies a group without making two groups one:
// the hash of the whole takes the place of what is cut.
func boundIdentity(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return textutil.Cut(text, limit-64) + hex.EncodeToString(sum[:])
}

func boundURL(url string) string {
	if len(url) > MaxURL {
		return ""
	}
	return weblink.Redact(url)
}

// encodedSize is about the length of an alert's JSON.
func encodedSize(a Alert) int {
	const frame = 250 // braces, names of fields, status, two times
	size := frame + pairsSize(a.Labels) + pairsSize(a.Annotations)
	for _, text := range []string{a.Fingerprint, a.RuleUID, a.GeneratorURL, a.DashboardURL, a.PanelURL, a.SilenceURL} {
		size += textSize(text)
	}
	return size
}

func pairsSize(pairs map[string]string) int {
	size := 0
	for name, text := range pairs {
		size += pairSize(name, text)
	}
	return size
}

func pairSize(name, text string) int {
	const frame = 6 // two pairs of quotes, colon, comma
	return frame + textSize(name) + textSize(text)
}

// textSize counts what encoding/json makes of text: <, >, & and control characters take six bytes.
func textSize(text string) int {
	size := len(text)
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c == '<' || c == '>' || c == '&':
			size += 5
		case c == '"' || c == '\\':
			size++
		}
	}
	return size
}

package importer

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"go.yaml.in/yaml/v3"
)

var (
	// alertName is what an alert may be called here; one in the text must be
	// longer than a word, see isAlert.
	alertName = regexp.MustCompile(`^[A-Za-z_][\w:.-]{2,99}$`)
	// brands have capitals inside and are no alerts.
	brands = []string{"PostgreSQL", "MySQL", "GitLab", "GitHub", "GitOps", "OpenShift", "HAProxy", "RabbitMQ", "CoreDNS", "MongoDB", "DynamoDB", "CockroachDB",
		"InfluxDB", "MariaDB", "VictoriaMetrics", "OpenSearch", "ElasticSearch", "ClickHouse", "PgBouncer", "CloudFront", "CloudFlare", "CloudWatch", "ZooKeeper", "PagerDuty",
		"OpsGenie", "PowerShell", "OpenStack", "OpenSSL", "VMware", "MinIO", "ArgoCD", "DevOps", "NoSQL", "ActiveMQ", "GraphQL", "JavaScript", "TypeScript", "LoadBalancer", "DaemonSet", "StatefulSet", "ReplicaSet", "ConfigMap", "CronJob", "IPv", "OAuth", "AlertManager"}
	hump  = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z]{2,}|[A-Z][a-rt-z])`)
	named = []*regexp.Regexp{
		regexp.MustCompile("(?im)^[ \t>*_-]*(?:related |triggering )?(?:alerts?|alarms?|alert ?names?|alarm ?names?)[ \t*_]*[:=][ \t*_]*(.+)$"),
		regexp.MustCompile("(?i)\\b(?:alerts?|alarm) [`*_]+([\\w:]+)[`*_]"),
		regexp.MustCompile("(?i)[`*_]([\\w:]+)[`*_]+ (?:alerts?|alarms?|fires|is firing|triggers|has fired)\\b"),
		regexp.MustCompile(`(?i)\balertname="?([\w:]+)`),
		regexp.MustCompile(`\b(\w+) is (?:CRITICAL|WARNING|FIRING)\b`),
	}
	between = regexp.MustCompile("(?i)^[ \t]*(?:,|\\||/|and\\b|or\\b)?[ \t]*[`*_\"\\[]*([A-Za-z_][\\w:]*[A-Za-z0-9])[`*_\"\\]]*(?:\\([^)]*\\))?")
)

// maxAlerts is how many alerts are proposed: a runbook for more is for all.
const maxAlerts = 10

// isAlert tells whether a word looks like an alert's name rather than like a
// word: KubePodCrashLooping, etcdNoLeader, redis_lag_high.
func isAlert(word string) bool {
	return alertName.MatchString(word) && (isCamel(word) || strings.Contains(word, "_"))
}

// isCamel tells whether a word is several, told by capitals alone.
func isCamel(word string) bool {
	return !strings.ContainsAny(word, "-_. ") && strings.Contains(dashed(word), "-")
}

// dashed parts the words of a name in camel case by dashes.
func dashed(s string) string {
	for _, b := range brands {
		s = strings.ReplaceAll(s, b, strings.ToUpper(b[:1])+strings.ToLower(b[1:]))
	}
	for range 2 { // humps of one letter overlap
		s = hump.ReplaceAllString(s, "$1$3-$2$4")
	}
	return s
}

// propose finds the alerts that a runbook names: those of the front matter,
// else of the title, else of the text, of a rule in it, or of the file.
func (r *runbook) propose() {
	d := r.draft
	base := fileBase(d.file)
	for _, find := range []func() []string{
		func() []string { return d.alerts },
		func() []string { return titled(d.title) },
		func() []string { return titled(r.title) },
		r.namedInText,
		func() []string { return titled(base) },
	} {
		if found := find(); len(found) > 0 {
			d.alerts = nil
			for _, name := range found {
				switch {
				case slices.Contains(d.alerts, name):
				case len(d.alerts) == maxAlerts:
					d.lose(0, "one alert too many to propose", name)
				default:
					d.alerts = append(d.alerts, name)
				}
			}
			return
		}
	}
}

// titled are the alerts of a title that is nothing else.
func titled(title string) []string {
	var all []string
	for word := range strings.FieldsFuncSeq(title, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",/|&`", r) }) {
		switch lower := strings.ToLower(word); {
		case lower == "and" || lower == "or" || strings.HasPrefix(lower, "alert") && !isCamel(word) || lower == "runbook:" || lower == "runbook" || lower == "the":
		case isCamel(word) && alertName.MatchString(word):
			all = append(all, word)
		default:
			return nil
		}
	}
	return all
}

// namedInText are the alerts of the text that says that they are some.
func (r *runbook) namedInText() []string {
	text := string(r.src)
	for i, pattern := range named {
		var all []string
		for _, m := range pattern.FindAllStringSubmatch(text, 10) {
			if i > 0 {
				if isAlert(m[1]) {
					all = append(all, m[1])
				}
				continue
			}
			for rest := m[1]; ; {
				at := between.FindStringSubmatchIndex(rest)
				if at == nil || !isAlert(rest[at[2]:at[3]]) {
					break
				}
				all = append(all, rest[at[2]:at[3]])
				rest = rest[at[1]:]
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return r.rules()
}

// rules are the alerts of alerting rules in code.
func (r *runbook) rules() []string {
	var all []string
	_ = ast.Walk(r.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if f, ok := n.(*ast.FencedCodeBlock); ok && entering {
			var rules []struct{ Alert string }
			if yaml.Unmarshal(f.Lines().Value(r.src), &rules) == nil {
				for _, rule := range rules {
					if alertName.MatchString(rule.Alert) {
						all = append(all, rule.Alert)
					}
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return all
}

// fileBase is the name of a file without its ending; of a file that is called
// like every other it is the folder's.
func fileBase(file string) string {
	file = strings.ReplaceAll(file, `\`, "/")
	base := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if folder := path.Base(path.Dir(file)); folder != "." && folder != "/" && (saysNothing.MatchString(base) || base == "index" || base == "_index") {
		return folder
	}
	return base
}

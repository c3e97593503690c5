package alerts

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// firstLabels are the labels that say most of what and where an alert is, in the
// order in which people look for them.
var firstLabels = []string{"alertname", "cluster", "region", "namespace", "service", "host", "job", "instance", "team"}

// tellingNothing are labels that say nothing of where and what: how bad it is stands
// elsewhere, and so does what Prometheus, Grafana, Thanos and we ourselves add.
var tellingNothing = map[string]bool{
	"alertname": true, "playbook": true, "severity": true, "prometheus": true, "prometheus_replica": true, "replica": true, "monitor": true,
	"grafana_folder": true, "datasource_uid": true, "ref_id": true, "receive": true, "tenant_id": true, "signalbook_drill": true,
}

// TellingLabels returns the names of the labels, without alertname, that tell an alert
// from others, the most telling first. Labels without a value are none.
func TellingLabels(labels map[string]string) []string {
	return slices.DeleteFunc(LabelNames(labels), func(n string) bool {
		return tellingNothing[n] || strings.HasPrefix(n, "__") || strings.TrimSpace(labels[n]) == ""
	})
}

// LabelNames returns the names of labels, those first that people look for, then the
// others by name.
func LabelNames(labels map[string]string) []string {
	rank := func(name string) int {
		if at := slices.Index(firstLabels, name); at >= 0 {
			return at
		}
		return len(firstLabels)
	}
	return slices.SortedFunc(maps.Keys(labels), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
}

package playbooks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks/shell"
)

// absent warns of commands that show a placeholder for an alert of the kind that the
// playbook is for: of labels that neither match nor the step's applies asks for, and
// that the command does not go without.
func (s *Source) absent() {
	c, p := s.checker, s.Playbook
	entries := p.Match[:min(len(p.Match), maxEntrySamples)]
	if len(entries) == 0 {
		entries = []string{`alertname="SampleAlert"`}
	}
	told := map[string]bool{} // once a playbook: its commands mostly need the same
	for _, t := range c.trials {
		if t.use != inCommand {
			continue
		}
		step := &p.Tiers[t.at[1].(int)].Steps[t.at[3].(int)]
		for _, entry := range entries {
			ms, err := ParseMatchers(entry)
			if err != nil {
				continue
			}
			only := Playbook{Tiers: []Tier{{Name: Immediate, Steps: []Step{*step}}}}
			labels := only.labelled(map[string]string{}, ms)
			if labels["alertname"] == "" {
				labels["alertname"] = usualLabels["alertname"] // every alert has one
			}
			view := DataFor(made(1, labels, map[string]string{})).view()
			c.budget.renew()
			marked, err := execute(t.template, view, c.budget)
			if err != nil {
				continue // told with the other templates
			}
			_, changes := c.budget.quoted(marked, view)
			for _, change := range changes {
				name := change.hint.String()
				if change.Kind != shell.Absent || change.hint.set == "" || told[name] {
					continue
				}
				told[name] = true
				path := fmt.Sprintf(".%s.%s", change.hint.set, change.hint.name)
				ask := ""
				if change.hint.set == "Labels" {
					ask = "ask for it in match or applies, or "
				}
				c.warnf(t.at, "without %s the command shows %s: %swrite {{ with %s }}…{{ end }} around what needs it, or {{ or %s %q }}",
					name, shell.Placeholder(change.hint.name), ask, path, path, shell.Placeholder(change.hint.name))
			}
		}
	}
}

// knownLabels are labels that alerts of the usual rules and exporters have, beside
// those of the samples.
var knownLabels = strings.Fields(`
	app application zone availability_zone account account_id aws_region az bucket broker business cause cdn chain code collector color component condition
	consumergroup controller core cpu created_by_kind created_by_name cronjob daemonset database datacenter datname db dbidentifier dbinstance_identifier dc
	deployment dest destination dimension_DBInstanceIdentifier dimension_DistributionId disk distribution domain endpoint engine environment exported_instance
	exported_job exported_namespace exported_pod exporter filesystem fstype function group handler host hostname horizontalpodautoscaler hpa http_status id image
	index interface ip kind label le level link location master_name message_type method mode model model_name model_type name network node nodename node_pool
	nodepool object operation operator org owner partition path peer persistentvolume persistentvolumeclaim phase pipeline platform pool port prefix priority
	product project prometheus protocol provider queue quantile rack reason receiver release replica replicaset replication_group repo resource resourcequota
	role route rule_group runbook scope secret server service_name shard site slave source stack stage statefulset state status storageclass store subsystem
	table tenant tenant_id topic type unit uid url user usename username value version verb vhost volume vm workload zone_name playbook signalbook_drill`)

// knownAnnotations are annotations that the usual rules have, beside those of the
// samples.
var knownAnnotations = []string{"runbook", "dashboard", "message", "playbook", "title", "impact", "action", "value", "link", "graph", "logs", "text", "details", "info", "console", "grafana"}

// misnamed warns of labels and annotations that no sample alert has, when one with
// nearly the same name is known.
func (s *Source) misnamed() {
	c, p := s.checker, s.Playbook
	known := map[string][]string{
		"Labels":      slices.Concat(slices.Collect(maps.Keys(usualLabels)), knownLabels),
		"Annotations": slices.Concat(slices.Collect(maps.Keys(usualAnnotations)), knownAnnotations),
	}
	check := func(at path, set, name string) {
		if slices.Contains(known[set], name) || len(name) < 4 {
			return
		}
		slices.Sort(known[set])
		best, ok := textutil.Nearest(name, known[set])
		if !ok || !alike(name, best) {
			return
		}
		c.warnf(at, "no sample alert has the %s %s: did you mean %q?", strings.ToLower(strings.TrimSuffix(set, "s")), quotable(name), best)
	}
	matchers := func(at path, entries []string, ours bool) {
		for k, e := range entries {
			ms, err := ParseMatchers(e)
			if err != nil {
				continue
			}
			for _, m := range ms {
				check(at.at(k), "Labels", m.Name)
				if ours && !slices.Contains(known["Labels"], m.Name) {
					known["Labels"] = append(known["Labels"], m.Name) // templates may name it
				}
			}
		}
	}
	matchers(path{"match"}, p.Match, true)
	for t := range p.Tiers {
		for k := range p.Tiers[t].Steps {
			matchers(path{"tiers", t, "steps", k, "applies"}, p.Tiers[t].Steps[k].Applies, true)
		}
	}
	told := map[string]bool{}
	for _, t := range c.trials {
		for _, m := range namedValue.FindAllStringSubmatch(t.text, -1) {
			set, name := m[1]+m[3], m[2]+m[4]
			if told[set+name] || slices.Contains([]string{"SortedPairs", "Names", "Values", "Remove"}, name) {
				continue
			}
			told[set+name] = true
			check(t.at, set, name)
		}
	}
}

// alike reports whether a name is so near to a known one that it is likely to be meant:
// nothing but its case, its dashes or the order of two letters differs, or one letter
// of a longer name.
func alike(name, known string) bool {
	if bare(name) == bare(known) {
		return true
	}
	if len(name) < 6 {
		return len(name) == len(known) && swapped(name, known)
	}
	return textutil.Distance(name, known) <= 1
}

// bare is a name without what people leave out of it.
func bare(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
}

// swapped reports whether two neighbours have changed places.
func swapped(a, b string) bool {
	for k := range len(a) - 1 {
		if a[k] != b[k] {
			return a[k] == b[k+1] && a[k+1] == b[k] && a[k+2:] == b[k+2:]
		}
	}
	return false
}

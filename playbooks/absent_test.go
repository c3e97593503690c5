package playbooks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCheckWarnsOfAbsentLabels: of a label in a command that an alert of the kind need
// not have; not of one that is asked for, or gone without.
func TestCheckWarnsOfAbsentLabels(t *testing.T) {
	const at = "p.yml:10:20: warning: "
	namespace := at + `without the label namespace the command shows <namespace>: ask for it in match or applies, or write {{ with .Labels.namespace }}…{{ end }} around what needs it, or {{ or .Labels.namespace "<namespace>" }}`
	for in, want := range map[string]string{
		"kubectl -n {{ .Labels.namespace }} get {{ .Labels.namespace }}":                  namespace,
		"kubectl -n {{ .Labels.namespace | toLower }}":                                    namespace,
		"kubectl{{ with .Labels.namespace }} -n {{ . }}{{ end }}":                         "",
		"kubectl -n {{ or .Labels.namespace \"<namespace>\" }}":                           "",
		"kubectl -n {{ with .Labels.namespace }}{{ . }}{{ else }}<namespace>{{ end }}":    "",
		"{{ if .Labels.namespace }}kubectl -n {{ .Labels.namespace }}{{ else }}{{ end }}": "",
		"echo {{ .Labels.alertname }} {{ .StartsAt.Unix }} {{ len .Alerts }}":             "",
		"echo {{ .Annotations.summary }}":                                                 at + `without the annotation summary the command shows <summary>: write {{ with .Annotations.summary }}…{{ end }} around what needs it, or {{ or .Annotations.summary "<summary>" }}`,
	} {
		if diff := cmp.Diff(want, checkedStep("        commands: ['"+in+"']\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
	asked := "        commands: ['kubectl -n {{ .Labels.namespace }}']\n        applies: ['namespace=~\".+\"']\n"
	if got := checkedStep(asked); got != "" {
		t.Errorf("applies asks for it: got %s, want nothing", got)
	}
}

// TestCheckProposesANearerLabel: for one that no sample alert has.
func TestCheckProposesANearerLabel(t *testing.T) {
	for in, want := range map[string]string{
		"title: 'In {{ .Labels.namespce }}'":                                                                   `no sample alert has the label namespce: did you mean "namespace"?`,
		"title: 'In {{ .Labels.name_space }}'":                                                                 `no sample alert has the label name_space: did you mean "namespace"?`,
		"title: 'In {{ .Labels.Namespace }}'":                                                                  `no sample alert has the label Namespace: did you mean "namespace"?`,
		"title: 'In {{ index .Labels \"instnace\" }}'":                                                         `no sample alert has the label instnace: did you mean "instance"?`,
		"title: '{{ range .Alerts }}{{ .Labels.severty }}{{ end }}'":                                           `no sample alert has the label severty: did you mean "severity"?`,
		"title: '{{ .Annotations.sumary }}'":                                                                   `no sample alert has the annotation sumary: did you mean "summary"?`,
		"title: '{{ .Annotations.runbookurl }}'":                                                               `no sample alert has the annotation runbookurl: did you mean "runbook_url"?`,
		"title: A\n        applies: ['severtiy=\"critical\"']":                                                 `no sample alert has the label severtiy: did you mean "severity"?`,
		"title: 'In {{ .Labels.shard_group }} {{ .Labels.cell }} {{ .Labels.pool_name }} {{ .Labels.teams }}'": "",
		"title: A\n        detail: '{{ .Labels.Values }} {{ .Labels.datname }} {{ .Labels.namespace }}'":       "",
	} {
		if got := checkedStep("      - id: b\n        " + in + "\n"); (want == "") != (got == "") || !strings.HasSuffix(got, want) {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

package playbooks_test

import (
	"testing"

	"github.com/signalbook/signalbook/playbooks"
)

func TestWordsOfANameInEveryUsualWriting(t *testing.T) {
	for name, want := range map[string]string{
		"DatabaseHighCPU": "database high cpu", "database-high-cpu": "database high cpu", "DATABASE_HIGH_CPU": "database high cpu",
		"Database is at 90% CPU": "database is at 90 cpu", "[prod] SQL Database CPU > 80%": "prod sql database cpu 80",
		"am_sql_managed_instance_cpu": "am sql managed instance cpu", "PostgreSQL_DBHeavyLoad": "postgre sql db heavy load",
		"RDSCPUHigh": "rds cpu high", "AWSRDSCPU": "aws rds cpu", "PrometheusTSDB": "prometheus tsdb", "MYSQL_HIGH": "mysql high", "VLLMKVCache": "vllm kv cache", "LLMDHigh": "llmd high", "P99Latency": "p99 latency", "HighTTFTP90": "high ttft p90", "vLLMQueueHigh": "v llm queue high",
		"DBsHot": "dbs hot", "DBs": "dbs", "PullMirrors": "pull mirrors", "CloudFront 5xx Error Rate": "cloud front 5xx error rate",
		"dbCpuUsage90Percent": "db cpu usage90 percent", "": "", "--": "", " a  b ": "a b", "É\u0301tatÉlevé": "é\u0301tat élevé", "数据库CPU过高": "数据库 cpu过高",
		"bad\xffbytes": "bad bytes",
	} {
		if got := playbooks.Words(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("DatabaseHighCPU at 90 %")
	f.Fuzz(func(t *testing.T, name string) {
		if once := playbooks.Words(name); playbooks.Words(once) != once {
			t.Errorf("%q: the words %q have other words: %q", name, once, playbooks.Words(once))
		}
	})
}

func TestMatchersAskForTheWordsOfTheName(t *testing.T) {
	ms, err := playbooks.ParseMatchers(`__alertname_words__=~".*\\bcpu\\b.*",__alertname_words__!~".*\\bexporter\\b.*"`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"HighCPU": true, "high cpu": true, "CPU-is-high": true, "HighCPUFan": true, "HighGPU": false, "vcpus": false, "ExporterHighCPU": false, "": false} {
		if got := ms.Match(map[string]string{"alertname": name}); got != want {
			t.Errorf("%q: got %t, want %t", name, got, want)
		}
	}
	if !ms.Match(map[string]string{"alertname": "X", playbooks.NameWords: "cpu"}) {
		t.Error("a label of that name that an alert does bring counts as it is")
	}
}

func TestMatchersAskForTheWordsOfWhatAnAlertIsAbout(t *testing.T) {
	ms, err := playbooks.ParseMatchers(`__alert_words__=~".*\\b(db|database)\\b.*"`)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		labels map[string]string
		want   bool
	}{
		"name":           {map[string]string{"alertname": "DatabaseHot"}, true},
		"component":      {map[string]string{"alertname": "Hot", "component": "database"}, true},
		"part of a word": {map[string]string{"alertname": "Hot", "service": "dbx"}, false},
		"dashes":         {map[string]string{"alertname": "Hot", "service": "orders-db"}, true},
		"another label":  {map[string]string{"alertname": "Hot", "instance": "db-7"}, false},
		"CloudWatch":     {map[string]string{"alertname": "Hot", "namespace": "AWS/DB"}, true},
		"Kubernetes":     {map[string]string{"alertname": "Hot", "namespace": "db"}, false},
		"an exporter":    {map[string]string{"alertname": "Hot", "job": "db_exporter"}, false},
	} {
		if got := ms.Match(c.labels); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}

func TestExplainsWordsInWords(t *testing.T) {
	set, _ := playbooks.NewSet([]*playbooks.Playbook{
		book("hot", `__alertname_words__=~".*\\bcpu\\b.*",__alert_words__=~".*\\b(db|rds)\\b.*",__alertname_words__!~".*\\bexporter\\b.*"`),
		book("full", `__alertname_words__=~".*\\bdisk\\b.*",team="db"`), book("triage", `a="b"`),
	}, nil)
	for labels, want := range map[string]struct{ reason, near string }{
		"alertname=WebCPU":                   {`No playbook matches, so it is triage.`, ""},
		"alertname=RDS-CPU":                  {`The alert "RDS-CPU" matches by the words "cpu" and "rds" of its name.`, ""},
		"alertname=HighCPU component=db":     {`The alert "HighCPU" matches by the words "cpu" and "db" of its name and labels.`, ""},
		"alertname=ExporterCPU component=db": {`No playbook matches, so it is triage.`, `for the alert "ExporterCPU" the alert's name has "exporter"`},
		"alertname=DiskFull team=db":         {`The alert "DiskFull" matches by the word "disk" of its name, and by team="db".`, ""},
		"alertname=Odd":                      {`No playbook matches, so it is triage.`, ""},
		"host=db-7 job=backup tier=rds":      {`No playbook matches, so it is triage.`, ""},
	} {
		n := notification(labels)
		if got := set.Select(n).Reason; got != want.reason {
			t.Errorf("%s: reason: got %q, want %q", labels, got, want.reason)
		}
		for _, r := range set.Rejected(n) {
			if r.Playbook == "hot" && r.Near != want.near && set.Select(n).Playbook.Name != "hot" {
				t.Errorf("%s: near: got %q, want %q", labels, r.Near, want.near)
			}
		}
	}
}

package importer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/importer"
)

// imported converts a runbook.
func imported(t *testing.T, file, source string) (*playbooks.Playbook, string) {
	t.Helper()
	draft, err := importer.Markdown(file, []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	result, err := draft.Playbook()
	if err != nil {
		t.Fatal(err)
	}
	book, problems := playbooks.Parse("f.yml", result.YAML)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%v\nin\n%s", problems, result.YAML)
	}
	return book, string(result.YAML)
}

// outlined shows a playbook's steps: tier, title, detail, commands.
func outlined(book *playbooks.Playbook) string {
	var b strings.Builder
	for _, s := range book.Steps() {
		b.WriteString(string(s.Tier) + ": " + s.Step.Title + "\n")
		if s.Step.Detail != "" {
			b.WriteString("  | " + strings.ReplaceAll(s.Step.Detail, "\n", "\n  | ") + "\n")
		}
		for _, c := range s.Step.Commands {
			b.WriteString("  $ " + strings.ReplaceAll(c, "\n", "\n    ") + "\n")
		}
	}
	return b.String()
}

func compare(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestProseIsAStepWithItsCodeAndItsListsAfterIt: what stands below a heading
// becomes steps in the order of the text.
func TestProseIsAStepWithItsCodeAndItsListsAfterIt(t *testing.T) {
	book, _ := imported(t, "f.md", "# Disk\n\n## Meaning\n\nIt is full.\n\n## Mitigation\n\nFind what grows. It is nearly always a log.\n\n```sh\ndu -xh /var | sort -h | tail\n```\n\n- Rotate the logs\n- Delete the core files\n\n### Grow it\n\nAsk the owner first.\n")
	compare(t, `immediate: Mitigation
  | Find what grows. It is nearly always a log.
  $ du -xh /var | sort -h | tail
immediate: Rotate the logs
immediate: Delete the core files
immediate: Grow it
  | Ask the owner first.
`, outlined(book))
	compare(t, "*Meaning*\nIt is full.", book.Description)
}

// TestAFileOfPureProseBecomesAStepASection: nothing is refused for having no list.
func TestAFileOfPureProseBecomesAStepASection(t *testing.T) {
	book, _ := imported(t, "f.md", "# Mail is late\n\n## Meaning\n\nThe queue grows.\n\n## Impact\n\nNobody gets mail.\n")
	compare(t, "immediate: Meaning\n  | The queue grows.\nimmediate: Impact\n  | Nobody gets mail.\n", outlined(book))
	book, _ = imported(t, "f.md", "Look at the queue. When it is long, call the provider.\n\nThen wait.\n")
	compare(t, "immediate: Look at the queue. When it is long, call the provider\n  | Look at the queue. When it is long, call the provider.\n  | Then wait.\n", outlined(book))
}

// TestTextAfterAListIsAStepOfItsOwn: text, tables and code are never put under
// the bullet before them, nor under the next one.
func TestTextAfterAListIsAStepOfItsOwn(t *testing.T) {
	book, _ := imported(t, "f.md", "# x\n\n## Diagnosis\n\n- Look at the graph\n- Look at the log\n\nWrite down what you see before you go on.\n\n| a | b |\n|---|---|\n| c | d |\n\n```sh\nsystemctl status x\n```\n\n- Ask the team\n")
	compare(t, `immediate: Look at the graph
immediate: Look at the log
immediate: Write down what you see before you go on
  | Write down what you see before you go on.
  | a | b
  | c | d
  $ systemctl status x
immediate: Ask the team
`, outlined(book))
}

// TestListsOfBareLinksAreLinks, wherever they stand; those without an address
// stay text.
func TestListsOfBareLinksAreLinks(t *testing.T) {
	book, out := imported(t, "f.md", "# x\n\n## Diagnosis\n\nLook.\n\n- [Graph](https://grafana.example/d/1)\n- Logs: https://logs.example\n- <https://wiki.example>\n\n## Related\n\n- [Other](../other.md)\n- [Site](https://site.example)\n")
	var got []string
	for _, l := range book.Links {
		got = append(got, l.Title+" "+l.URL)
	}
	if diff := cmp.Diff([]string{"Graph https://grafana.example/d/1", "Logs https://logs.example", "https://wiki.example https://wiki.example", "Site https://site.example"}, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if strings.Contains(outlined(book), "Graph") || !strings.Contains(out, "Other (../other.md)") {
		t.Errorf("the playbook:\n%s", out)
	}
	many := "# x\n\n## Do it\n\nLook.\n\n## Links\n\n" + strings.Repeat("- https://a.example/N\n", 14)
	for _, n := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"} {
		many = strings.Replace(many, "/N", "/"+n, 1)
	}
	book, _ = imported(t, "f.md", many)
	if len(book.Links) != playbooks.MaxLinks || !strings.Contains(book.Description, "https://a.example/n") {
		t.Errorf("%d links, description %q", len(book.Links), book.Description)
	}
}

// TestALinkWhoseTextIsAnXIsNoBox: only a box is one, ticked or not.
func TestALinkWhoseTextIsAnXIsNoBox(t *testing.T) {
	book, out := imported(t, "f.md", "# x\n\n## Fix\n\n- [x](https://x.example/a) read it\n- [x] done before\n- [ ] open\n")
	compare(t, "immediate: x read it\n  | <https://x.example/a|x> read it\nimmediate: done before\nimmediate: open\n", outlined(book))
	if n := strings.Count(out, "a ticked box"); n != 1 {
		t.Errorf("%d boxes are told, want 1:\n%s", n, out)
	}
}

// TestStruckOutIsMarkedAndNeverLive: it is no step, no command and no title;
// comments keep it.
func TestStruckOutIsMarkedAndNeverLive(t *testing.T) {
	book, out := imported(t, "f.md", "# x\n\n## Fix\n\n1. Look\n2. ~~Run `rm -rf /data`~~\n3. <del>Reboot</del>\n4. Stop the ~~nightly~~ hourly job ~~with `kill -9 1`~~\n   - ~~`kubectl delete pvc a`~~\n\n~~Call Kim.~~\n\n## ~~Old way~~\n\n```sh\nreboot now\n```\n")
	compare(t, "immediate: Look\nimmediate: Stop the hourly job\n  | Stop the ~nightly~ hourly job ~with `kill -9 1`~\n  | • ~`kubectl delete pvc a`~\n", outlined(book))
	for _, want := range []string{"an item that is struck out:\n#   ~Run `rm -rf /data`~", "~Reboot~", "a paragraph that is struck out", "a section that is struck out:\n#   ~Old way~", "#   reboot now"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestStruckOutStaysSoBehindALink: a link inside what is struck out does not end it.
func TestStruckOutStaysSoBehindALink(t *testing.T) {
	book, _ := imported(t, "f.md", "# x\n\n## Fix\n\n1. Stop it ~~after [the doc](https://x.example/a) with `kill -9 1`~~\n")
	if got := book.Tiers[0].Steps[0].Commands; len(got) > 0 {
		t.Errorf("what is struck out is a command: %q", got)
	}
}

// TestPromptsGoAndOutputIsToldFromCommands: one block of code for each case.
func TestPromptsGoAndOutputIsToldFromCommands(t *testing.T) {
	for name, c := range map[string]struct{ before, code, want string }{
		"dollar":          {"", "$ df -h\n$ du -sh /var", "$ df -h\n  du -sh /var\n"},
		"root":            {"", "# ceph osd tree\nID  CLASS", "| ```\n| ID  CLASS\n| ```\n$ ceph osd tree\n"},
		"comment":         {"", "# look first\nceph osd tree", "$ # look first\n  ceph osd tree\n"},
		"comment, prompt": {"", "# look first\n$ ceph osd tree\nosd.1 down\n# Replication", "| ```\n| osd.1 down\n| # Replication\n| ```\n$ # look first\n  ceph osd tree\n"},
		"host":            {"", "[root@node ~]# mount /home\nuser@host:~/x$ exit 1\nsh-4.4# chronyc -a makestep\nroot@db1:/# ls -l", "$ mount /home\n  exit 1\n  chronyc -a makestep\n  ls -l\n"},
		"PowerShell":      {"", "PS C:\\> Get-Service x\nPS C:\\Users\\a> Stop-Service x\nDone", "| ```\n| Done\n| ```\n$ Get-Service x\n  Stop-Service x\n"},
		"continuation":    {"", "$ kubectl get pods \\\n    -n x |\n    grep a\nb  1/1", "| ```\n| b  1/1\n| ```\n$ kubectl get pods \\\n      -n x |\n      grep a\n"},
		"second prompt":   {"", "$ for i in 1 2; do\n> echo $i\n> done\n1\n2", "| ```\n| 1\n| 2\n| ```\n$ for i in 1 2; do\n  echo $i\n  done\n"},
		"open quotation":  {"", "$ psql -c \"select 1\n  from x\"\n(0 rows)", "| ```\n| (0 rows)\n| ```\n$ psql -c \"select 1\n    from x\"\n"},
		"here document":   {"", "$ cat <<EOF | sh\n$ a\nb\nEOF\nc", "| ```\n| c\n| ```\n$ cat <<EOF | sh\n  $ a\n  b\n  EOF\n"},
		"two shells":      {"", "$ redis-cli\n127.0.0.1:6379> info\nrole:master", "| ```\n| role:master\n| ```\n$ redis-cli\n$ info\n"},
		"bare output":     {"", "free -m\n               total        used        free\nMem:           15884       14020         310", "| ```\n|                total        used        free\n| Mem:           15884       14020         310\n| ```\n$ free -m\n"},
		"announced":       {"You should see:\n\n", "all is well", "| You should see:\n| ```\n| all is well\n| ```\n"},
		"forbidden":       {"Never run this:\n\n", "rm -rf /", "| Never run this:\n| ```\n| rm -rf /\n| ```\n"},
		"settings":        {"", "retries: 2\ntimeout: 5s", "| ```\n| retries: 2\n| timeout: 5s\n| ```\n"},
		"price":           {"", "echo it costs $ 5", "$ echo it costs $ 5\n"},
	} {
		t.Run(name, func(t *testing.T) {
			book, _ := imported(t, "f.md", "# x\n\n## Fix\n\n"+c.before+"```\n"+c.code+"\n```\n")
			_, got, _ := strings.Cut(outlined(book), "\n")
			compare(t, c.want, strings.TrimPrefix(strings.ReplaceAll(got, "\n  ", "\n"), "  "))
		})
	}
}

// TestInlineCodeThatIsAWholeCommandIsACommand, and nothing else is.
func TestInlineCodeThatIsAWholeCommandIsACommand(t *testing.T) {
	for text, want := range map[string]string{
		"Look with `kubectl get pods`":                      "kubectl get pods",
		"Run `./fix.sh now`":                                "./fix.sh now",
		"Run `sudo reboot`":                                 "sudo reboot",
		"Run `$ kubectl get pods`":                          "kubectl get pods",
		"Run `[root@node ~]# reboot`":                       "reboot",
		"It costs `$ 40`":                                   "",
		"Run `some-tool --all`":                             "some-tool --all",
		"Run `cat x | grep y`":                              "cat x | grep y",
		"Run `Restart-Service Spooler`":                     "Restart-Service Spooler",
		"Ask `select * from pg_replication_slots`":          "select * from pg_replication_slots",
		"The state is `NotReady`":                           "",
		"The query `up == 0` is empty":                      "",
		"The file `/var/log/messages`":                      "",
		"The label `service account`":                       "",
		"Take `kubectl`":                                    "",
		"The metric `sum(rate(x[5m])) - 3`":                 "",
		"The header `host name`":                            "",
		"Never run `kubectl delete pvc a`":                  "",
		"Do not ever use `kubectl delete pvc a`":            "",
		"If it is not ready run `kubectl delete pod a` now": "kubectl delete pod a",
	} {
		book, _ := imported(t, "f.md", "# x\n\n1. "+text+"\n")
		if got := strings.Join(book.Tiers[0].Steps[0].Commands, "|"); got != want {
			t.Errorf("%s: command %q, want %q", text, got, want)
		}
	}
}

// TestAFenceIndentedUnderAnItemBelongsToIt, also by less than Markdown asks.
func TestAFenceIndentedUnderAnItemBelongsToIt(t *testing.T) {
	for _, indent := range []string{" ", "  ", "   ", "    ", "\t"} {
		book, _ := imported(t, "f.md", "# x\n\n1. Reload\n\n"+indent+"```\n"+indent+"systemctl reload x\n"+indent+"```\n\n1. Check\n")
		compare(t, "immediate: Reload\n  $ systemctl reload x\nimmediate: Check\n", outlined(book))
	}
	book, _ := imported(t, "f.md", "# x\n\n1. Reload\n\n```\nsystemctl reload x\n```\n")
	compare(t, "immediate: Reload\nimmediate: Run: systemctl reload x\n  $ systemctl reload x\n", outlined(book))
}

// TestNamesComeFromTheFileWhenTheHeadingSaysNothing.
func TestNamesComeFromTheFileWhenTheHeadingSaysNothing(t *testing.T) {
	for _, c := range []struct{ file, source, name, title string }{
		{"KubePodCrashLooping.md", "# Summary\n\nx\n\n# Steps\n\n1. a", "kube-pod-crash-looping", "KubePodCrashLooping"},
		{"disk_full.md", "## Overview\n\nx\n\n## Steps\n\n1. a", "disk-full", "Disk full"},
		{"patroni/README.md", "# Runbook\n\n1. a", "patroni", "Patroni"},
		{"a.md", "# KubeAPIErrorBudgetBurn\n\n1. a", "kube-api-error-budget-burn", "KubeAPIErrorBudgetBurn"},
		{"a.md", "# CPUThrottlingHigh\n\n1. a", "cpu-throttling-high", "CPUThrottlingHigh"},
		{"a.md", "# PostgreSQL and HAProxy on VMs\n\n1. a", "postgresql-and-haproxy-on-vms", "PostgreSQL and HAProxy on VMs"},
		{"a.md", "# :fire: Etcd is slow {#etcd}\n\n1. a", "etcd-is-slow", "🔥 Etcd is slow"},
		{"a.md", "+++\ntitle = \"From TOML\"\n+++\n1. a", "from-toml", "From TOML"},
	} {
		book, _ := imported(t, c.file, c.source)
		if book.Name != c.name || book.Title != c.title {
			t.Errorf("%s: %q is called %q, titled %q; want %q, %q", c.file, c.source, book.Name, book.Title, c.name, c.title)
		}
	}
}

// TestMarksOfOtherProgramsLeakNowhere.
func TestMarksOfOtherProgramsLeakNowhere(t *testing.T) {
	_, out := imported(t, "f.md", "+++\ntitle = \"x\"\n+++\n\n[[_TOC_]]\n\n[TOC]\n\n## Fix {#the-fix .big}\n\n::: {.panel}\n:warning: Look :mag: at [it]{.underline}.\n:::\n\n> [!NOTE]\n> Wait\n\n{{< hint >}}\n\n!!! danger \"Careful\"\n    It is text, no code.\n\n- a b c d :rocket:\n")
	live, _, _ := strings.Cut(out, "# Not carried over")
	for _, mark := range []string{"TOC", "{#", "the-fix", "+++", ":::", "panel", "underline", ":warning:", ":mag:", ":rocket:", "[!NOTE]", "hint", "!!!", "commands"} {
		if strings.Contains(live, mark) {
			t.Errorf("%q leaks into\n%s", mark, live)
		}
	}
	if !strings.Contains(live, "⚠") || !strings.Contains(live, "🔍") || !strings.Contains(live, "*NOTE:*") || !strings.Contains(live, "*danger:* Careful It is text, no code.") {
		t.Errorf("emoji or the note are gone in\n%s", live)
	}
}

// TestTheAlertThatARunbookNamesIsProposed as match, to be decided.
func TestTheAlertThatARunbookNamesIsProposed(t *testing.T) {
	for _, c := range []struct {
		file, source string
		want         []string
	}{
		{"f.md", "# KubePodCrashLooping\n\n1. a", []string{"KubePodCrashLooping"}},
		{"f.md", "# TrafficAbsent and TrafficCessation\n\n1. a", []string{"TrafficAbsent", "TrafficCessation"}},
		{"etcdNoLeader.md", "# No leader\n\n1. a", []string{"etcdNoLeader"}},
		{"f.md", "---\nalertname: DiskFull\n---\n1. a", []string{"DiskFull"}},
		{"f.md", "+++\nalerts = [\"DiskFull\", \"disk_full\"]\n+++\n1. a", []string{"DiskFull", "disk_full"}},
		{"f.md", "# x\n\n**Alert name:** `DiskFull` or DiskNearlyFull\n\n1. a", []string{"DiskFull", "DiskNearlyFull"}},
		{"f.md", "# x\n\nWhen `DiskFull` fires look.\n\n1. a", []string{"DiskFull"}},
		{"f.md", "# x\n\n1. a\n\n```yaml\n- alert: DiskFull\n  expr: up\n```\n", []string{"DiskFull"}},
		{"f.md", "# PostgreSQL\n\nThe `ServiceMonitor` of GitLab.\n\n1. a", nil},
		{"disk-full.md", "# Disk full\n\n1. a", nil},
	} {
		book, out := imported(t, c.file, c.source)
		want := []string{}
		for _, w := range c.want {
			want = append(want, `alertname="`+w+`"`)
		}
		if diff := cmp.Diff(want, book.Match); diff != "" {
			t.Errorf("%s %q: match (-want +got):\n%s", c.file, c.source, diff)
		}
		if !strings.Contains(out, "# decide: is it for these alerts?") && len(want) > 0 {
			t.Errorf("the match is not to be decided in\n%s", out)
		}
	}
}

// TestWhatOneStepCannotHoldGoesOnInTheNext, and long lists are folded, before
// anything goes to the comments.
func TestWhatOneStepCannotHoldGoesOnInTheNext(t *testing.T) {
	long := "# x\n\n## Fix\n\n" + strings.Repeat(strings.Repeat("word ", 40)+"\n\n```json\n{\"a\": 1}\n```\n\n", 30)
	book, out := imported(t, "f.md", long)
	if steps := book.Steps(); len(steps) < 3 || steps[1].Step.Title != "Fix (continued)" || strings.Contains(out, "Not carried over") {
		t.Errorf("%d steps:\n%s", len(steps), outlined(book))
	}
	for _, s := range book.Steps() {
		if strings.Count(s.Step.Detail, "```")%2 == 1 {
			t.Errorf("code is left open in\n%s", s.Step.Detail)
		}
	}
	book, out = imported(t, "f.md", "# x\n\n## Now\n\n"+strings.Repeat("1. look\n", 1000))
	if len(book.Steps()) > playbooks.MaxSteps || strings.Contains(out, "Not carried over") || !strings.Contains(out, "decide: these 1000 steps are one") {
		t.Errorf("%d steps", len(book.Steps()))
	}
}

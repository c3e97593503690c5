package importer_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/importer"
)

// author writes runbooks at random, of words that are told from all others.
type author struct {
	*rand.Rand
	words int
	text  strings.Builder
}

func (a *author) word() string {
	a.words++
	return fmt.Sprintf("q%dz", a.words)
}

// pick returns one of the texts. A %s in it becomes a word.
func (a *author) pick(texts ...string) string {
	s := texts[a.IntN(len(texts))]
	for strings.Contains(s, "%s") {
		s = strings.Replace(s, "%s", a.word(), 1)
	}
	return s
}

// prose is running text with all that can stand in a line.
func (a *author) prose(most int) string {
	var parts []string
	for range 1 + a.IntN(most) {
		parts = append(parts, a.pick("%s", "%s", "%s %s.", "**%s**", "_%s %s_", "`%s`", "`kubectl get %s -o wide`", "never run `rm -rf /%s`", "[%s](https://%s.example/%s)",
			"[%s](../%s.md \"%s\")", "![%s](img/%s.png)", "<https://%s.example>", "https://%s.example/x", "%s@%s.example", "~~%s~~", "<del>%s</del>", "<b class=\"%s\">%s</b>",
			"<%s-name>", ":warning: %s", ":%s:", "%s<br>%s", "\\*%s", "&lt;%s", "{{ %s }}", "{{< %s >}}", "[^%s]", "**%s: %s** %s", "%s  \n%s", "*%s ~~%s `%s`~~*", "10:20:%s", "<!-- %s -->", "[%s][%s]", "<span>%s", "x_%s_y"))
	}
	return strings.Join(parts, " ")
}

// code is what stands in a block of code.
func (a *author) code() string {
	return a.pick("kubectl logs %s", "$ kubectl get %s\nNAME   READY   %s\n%s    1/1     2m", "# systemctl restart %s\n%s", "[root@node ~]# cat <<EOF > %s\n%s\nEOF\n%s",
		"PS C:\\> Get-Service %s `\n>>  -Name %s\n%s", "%s: %s\n- %s", "{\"%s\": \"%s\"}", "# %s\n%s --all", "mysql> SELECT %s\n    -> FROM %s;\n| %s |", "2026-11-30 10:00:00 %s", "$ echo \"%s\n%s\"\n\n%s",
		"%s", "# %s", "$ # %s", "> %s", strings.Repeat("%s --flag ", 300), strings.Repeat("line %s\n", 200), "- alert: %s\n  expr: up == 0", "for f in %s; do\n  %s\ndone\nTOTAL   USED   %s", "\t%s\n\n\n\t%s", "``%s")
}

func (a *author) fence(indent string) string {
	fence := a.pick("```", "~~~", "````")
	lines := fence + a.pick("", "sh", "bash", "console", "json", "yaml", "text", "promql", "powershell", " {.bash}", "sh title=%s") + "\n" + a.code() + "\n" + fence
	return indent + strings.ReplaceAll(lines, "\n", "\n"+indent) + "\n"
}

func (a *author) list(depth int) string {
	var b strings.Builder
	kind, indent := a.IntN(5), strings.Repeat("   ", depth)
	for i := range 1 + a.IntN(5) {
		mark := []string{"- ", fmt.Sprintf("%d. ", i+1), "- [ ] ", "* ", "- [x] "}[kind]
		b.WriteString(indent + mark + a.pick(a.prose(5), a.prose(1), "~~%s~~", "[%s](https://%s.example)", "%s: https://%s.example", "**%s**", "", "[%s](#%s)", "`df -h /%s`") + "\n")
		switch a.IntN(8) {
		case 0:
			b.WriteString("\n" + a.fence(indent+a.pick("   ", "  ", "    ", " ")))
		case 1:
			b.WriteString("\n" + indent + "   " + a.prose(4) + "\n\n")
		case 2:
			if depth < 3 {
				b.WriteString(a.list(depth + 1))
			}
		case 3:
			b.WriteString(a.fence(""))
		}
	}
	return b.String()
}

func (a *author) block() string {
	switch a.IntN(16) {
	case 0, 1, 2:
		return a.prose(12) + "\n"
	case 3, 4, 5:
		return a.list(0)
	case 6, 7:
		return a.prose(2) + a.pick(":", ".", " similar to the following output:", " Never do this:") + "\n\n" + a.fence("")
	case 8:
		return "| " + a.prose(2) + " | %s |\n|---|---|\n| `%s` | " + a.prose(3) + " |\n| | %s |\n"
	case 9:
		return a.pick("> [!WARNING]\n> ", "> ", ">> ") + a.prose(4) + "\n> - %s\n"
	case 10:
		return a.pick("<div id=\"%s\"><p>%s</p>%s</div>\n", "<table><tr><th>%s</th><th>%s</th></tr><tr><td>%s</td></tr></table>\n", "<pre class=\"%s\"><code>kubectl delete %s\n</code></pre>\n",
			"<details>\n<summary>%s</summary>\n\n%s\n\n</details>\n", "<!-- %s\n%s -->\n", "<script>%s</script>\n", "<ul><li>%s<li>%s</ul>\n", "<%s>\n")
	case 11:
		return a.pick("**%s**\n\n%s\n", "**Step 1: %s**\n\n%s\n", "**Never %s!**\n")
	case 12:
		return a.pick("[[_TOC_]]\n", "[TOC]\n", "- [%s](#%s)\n- [%s](#%s)\n", "---\n", "***\n", "**Table of Contents**\n", "::: {.panel}\n%s\n:::\n", "::: note %s\n%s\n:::\n", "!!! tip \"%s\"\n    %s\n\n    - %s\n%s\n", "??? note\n    %s\n", "{{< note >}}\n%s\n{{< /note >}}\n", "{{%% heading \"%s\" %%}}\n")
	case 13:
		return a.pick("[%s]: https://%s.example \"%s\"\n", "[//]: # (%s)\n", "%s\n: %s\n", "[^%s]: %s\n")
	case 14:
		return "    " + strings.ReplaceAll(a.code(), "\n", "\n    ") + "\n"
	default:
		return strings.Repeat("%s "+a.prose(3)+" ", 60) + "\n"
	}
}

// runbook writes one text.
func (a *author) runbook() string {
	add := func(s string) { a.text.WriteString(a.pick(strings.ReplaceAll(s, "%%", "%")) + "\n") }
	add(a.pick("", "", "---\ntitle: %s\nowner: %s # %s\ntags: [%s, %s]\n---\n", "+++\ntitle = \"%s\"\nweight = 3\nteam = \"%s\"\n# %s\n[params]\nx = %s\n+++\n", "---\nalerts: [High%s, Low%s]\n---\n"))
	add(a.pick("", "# %s\n", "# Summary\n", "# [%s](https://%s.example)\n", "%s\n===\n", "## %s `%s`\n", "# High%s {#id-of-it}\n"))
	for range a.IntN(9) {
		add(a.pick("\n# %s\n", "\n## %s %s\n", "\n## Mitigation %s\n", "\n## Meaning\n", "\n### Step 2: %s\n", "\n### %s {#an-id}\n", "\n## ~~%s~~\n", "\n#### **%s** [%s](https://x.example/%s)\n", "\n## Links\n", "\n## Long-term %s\n", "\n%s\n---\n", "\n## "+strings.Repeat("%s ", 80)+"\n", "", "## :fire: %s\n", "## %s {title=%s .x}\n"))
		for range a.IntN(4) {
			add("\n" + a.block())
		}
	}
	return a.text.String()
}

var anOwnWord = regexp.MustCompile(`q\d+z`)

// missing are the words of a text that are nowhere in another.
func missing(source, text string) []string {
	there := map[string]bool{}
	for _, w := range anOwnWord.FindAllString(text, -1) {
		there[w] = true
	}
	return slices.DeleteFunc(anOwnWord.FindAllString(source, -1), func(w string) bool { return there[w] })
}

// convertedText converts a text. ok is false when it is refused.
func convertedText(t *testing.T, source string) (yaml string, ok bool) {
	t.Helper()
	draft, err := importer.Markdown("dir/some-file.md", []byte(source))
	if err != nil {
		return err.Error(), false
	}
	result, err := draft.Playbook()
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if _, problems := playbooks.Parse("f.yml", result.YAML); len(problems) > 0 {
		t.Fatalf("problems:\n%v\nin\n%s", problems, result.YAML)
	}
	return string(result.YAML), true
}

// TestEveryWordIsInThePlaybookOrItsComments: whatever a runbook is made of, no
// word of it is dropped, and the playbook passes the check.
func TestEveryWordIsInThePlaybookOrItsComments(t *testing.T) {
	refused, total := 0, 0
	for seed := range uint64(400) {
		a := &author{Rand: rand.New(rand.NewPCG(seed, 0))}
		source := a.runbook()
		total++
		out, ok := convertedText(t, source)
		if !ok {
			if !strings.Contains(out, "nothing was found") && !strings.Contains(out, "a playbook holds at most") && !strings.Contains(out, "is empty") {
				t.Errorf("seed %d: %s", seed, out)
			}
			refused++
			continue
		}
		if lost := missing(source, out); len(lost) > 0 {
			t.Errorf("seed %d: nowhere: %v\nof\n%s\nin\n%s", seed, lost, source, out)
			return
		}
	}
	if refused > total/5 {
		t.Errorf("%d of %d are refused, so this shows little", refused, total)
	}
}

// TestTheWordCheckFindsAMissingWord: the check above can fail.
func TestTheWordCheckFindsAMissingWord(t *testing.T) {
	a := &author{Rand: rand.New(rand.NewPCG(7, 0))}
	source := a.runbook()
	out, ok := convertedText(t, source)
	words := anOwnWord.FindAllString(source, -1)
	if !ok || len(words) < 20 {
		t.Fatalf("a poor example of %d words: %s", len(words), out)
	}
	for _, w := range words {
		if got := missing(source, strings.ReplaceAll(out, w, "")); !slices.Contains(got, w) {
			t.Errorf("without %s the check finds %v", w, got)
		}
	}
}

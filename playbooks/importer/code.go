package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"github.com/signalbook/signalbook/playbooks"
)

// prompts are what shells and consoles print before what is typed. Commands
// of one kind may be pasted together, those of two kinds never.
var prompts = []struct {
	kind string
	*regexp.Regexp
}{
	{"sh", regexp.MustCompile(`^(?:\$|%|❯|➜\s+\S+) `)},
	{"sh", regexp.MustCompile(`^\[[^\[\]\s]+@[^\[\]]*\]\s?[#$%](?: |$)`)},                   // [root@node ~]#
	{"sh", regexp.MustCompile(`^[\w.-]+@[\w.-]+(?::[^#$%\s]*| [^#$%\s]+)?\s?[#$%](?: |$)`)}, // root@node:~#
	{"sh", regexp.MustCompile(`^[a-zA-Z][\w.()/-]*[\w)][#$] `)},                             // sh-4.4#
	{"cmd", regexp.MustCompile(`^(?:PS (?:[A-Za-z]:\\|/)[^>]*|PS|[A-Z]:\\[^>]*)> ?`)},
	{"tool", regexp.MustCompile(`^(?:[\w-]+[=-][#>]|MariaDB \[[^\]]*\]>|[\w.]+(?::\w+)*(?:\[\d+\])?>|>>>) `)}, // psql, mysql, redis-cli, python
}

// prompted takes the prompt off a line.
func prompted(line string) (kind, command string) {
	for _, p := range prompts {
		if at := p.FindStringIndex(line); at != nil {
			return p.kind, line[at[1]:]
		}
	}
	return "", ""
}

// session parts a block of code into commands and what they print.
type session struct {
	commands []string
	output   [][]string // lines
	kind     string     // of the command being read
	again    bool       // nothing was printed since: the next command joins it
	open     bool       // the command goes on in the next line, for the reasons below
	mark     rune       // a quotation mark that is not closed
	loops    int        // for, while, if that are not ended
	until    string     // the end of a here-document
	query    bool       // SQL, which ends with a semicolon
}

// say ends the commands so far with a line of output.
func (s *session) say(line string) {
	if s.again || len(s.output) == 0 {
		s.output = append(s.output, nil)
	}
	last := len(s.output) - 1
	s.output[last] = append(s.output[last], line)
	s.again = false
}

// maxJoined bounds commands that are joined, in bytes: it is more than a
// playbook's command may have.
const maxJoined = 4 * playbooks.MaxCommand

// typed adds a line of a command.
func (s *session) typed(kind, line string) {
	if last := len(s.commands) - 1; s.again && s.kind == kind && len(s.commands[last]) < maxJoined {
		s.commands[last] += "\n" + line
	} else {
		s.commands = append(s.commands, line)
	}
	if !s.open {
		s.mark, s.loops, s.until, s.query = 0, 0, "", kind == "tool" && query.MatchString(line)
	}
	s.kind, s.again = kind, true
	s.open = s.goesOn(strings.TrimRight(line, " \t"))
}

// parts are the commands, and the texts of the output.
func (s *session) parts() (commands, output []string) {
	for _, lines := range s.output {
		output = append(output, strings.Join(lines, "\n"))
	}
	return s.commands, output
}

var secondPrompt = regexp.MustCompile(`^\s*(?:>>? |->\s?|[\w-]+-[#>] |\.\.\. )|^>>?$`)

// typedAfterPrompts reads lines of which some begin with a prompt.
func typedAfterPrompts(lines []string, prompt func(string) (kind, command string)) session {
	var s session
	var remarks []string                // comments above the next command
	above := make([]bool, len(lines)+1) // only comments stand between the line and a prompt
	for i, line := range slices.Backward(lines) {
		kind, _ := prompt(line)
		above[i] = kind != "" || above[i+1] && (line == "" || strings.HasPrefix(line, "#"))
	}
	for i, line := range lines {
		kind, command := prompt(line)
		switch {
		case s.open && (kind == "" || kind != s.kind || secondPrompt.MatchString(line) || s.until != ""):
			s.typed(s.kind, line[len(secondPrompt.FindString(line)):])
		case kind != "":
			for _, r := range append(remarks, command) {
				s.typed(kind, r)
			}
			remarks = nil
		case strings.TrimSpace(line) == "" && (s.again || len(s.output) == 0):
		case strings.HasPrefix(line, "#") && above[i]:
			remarks = append(remarks, line)
		default:
			s.say(line)
		}
	}
	return s
}

// typedBare reads lines without prompts: commands, and from a line that no
// shell would take on what they print.
func typedBare(lines []string) session {
	var s session
	for i, line := range lines {
		switch {
		case s.open, i == 0, s.again && !printed(line), isCommand(line, false) && !printed(line):
			s.typed("sh", line)
		default:
			s.say(line)
		}
	}
	return s
}

var (
	heredoc = regexp.MustCompile(`<<-?\s*['"\\]?(\w+)`)
	loop    = regexp.MustCompile(`(?m)(?:^|[;&|]\s*|\bdo\s+|\bthen\s+)(for|while|until|if|case)\s`)
	loopEnd = regexp.MustCompile(`(?m)(?:^|[;&|]\s*|\s)(done|fi|esac)\b`)
	quotes  = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	query   = regexp.MustCompile(`(?i)^\s*(select|insert|update|delete|with|show|create|alter|explain|call|drop|vacuum|analyze|kill|grant|revoke)\s`)
)

// goesOn tells whether a command is not at its end with this line.
func (s *session) goesOn(line string) bool {
	switch {
	case s.kind == "cmd":
		return strings.HasSuffix(line, "`") || strings.HasSuffix(line, "|") || strings.HasSuffix(line, "^")
	case s.kind == "tool":
		return s.query && !strings.HasSuffix(line, ";") && !strings.HasSuffix(line, `\G`)
	case s.until != "":
		if strings.TrimSpace(line) == s.until {
			s.until = ""
		}
		return s.until != "" || s.loops > 0
	}
	if s.mark = closing(s.mark, line); s.mark != 0 {
		return true
	}
	if m := heredoc.FindStringSubmatch(line); m != nil {
		s.until = m[1]
	}
	bare := quotes.ReplaceAllString(line, "") // awk has loops of its own
	s.loops = max(0, s.loops+len(loop.FindAllString(bare, -1))-len(loopEnd.FindAllString(bare, -1)))
	return s.until != "" || s.loops > 0 || strings.HasSuffix(line, `\`) || strings.HasSuffix(line, "|") || strings.HasSuffix(line, "&&")
}

// closing is the quotation mark that a line of a shell leaves open, after one
// that the line before left open.
func closing(mark rune, line string) rune {
	escaped, before := false, ' '
	for _, r := range line {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && mark != '\'':
			escaped = true
		case mark == 0 && r == '#' && unicode.IsSpace(before):
			return 0 // a comment
		case r == mark:
			mark = 0
		case mark == 0 && (r == '\'' || r == '"'):
			mark = r
		}
		before = r
	}
	return mark
}

var (
	notCode  = regexp.MustCompile(`(?i)^(json|ya?ml|toml|ini|conf|cfg|xml|html|diff|log|logs|output|mermaid|properties|csv|dotenv|nginx|hcl|terraform|dockerfile|http)$`)
	shells   = regexp.MustCompile(`(?i)^(sh|bash|zsh|fish|ksh|shell|shellsession|shell-session|console|powershell|pwsh|ps1?|cmd|bat|batch|sql|psql|mysql|promql|logql|kql)\b`)
	happens  = regexp.MustCompile(`(?i)\b(outputs?|looks? like|similar to|should (see|show|contain|be|look|return)|will see|you see|shows?|returns?|prints?|response|results?|displayed|log (lines?|entries|messages)|such as|contains?|example of|compare \w+( \w+){0,4} with)\b`)
	runsIt   = regexp.MustCompile(`(?i)\b(run|running|execute|type|enter|use|issue|by calling|find out)\b`)
	forbids  = regexp.MustCompile(`(?i)\b(never|(?:do|must|should|shall|may|can)(?: ?not|n['’]t)|avoid|instead of)\s+(?:\w+\s+){0,2}(?:this)?[:\s]*$`)
	sentence = regexp.MustCompile(`^(.{10,100}?[.?!:]) `)
	columns  = regexp.MustCompile(`^\s*\S+(?:\s\S+)?\s{2,}\S+(?:\s\S+)?\s{2,}[^\s#]`)
	stamped  = regexp.MustCompile(`^\[?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*,? |\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d)`)
	answered = regexp.MustCompile(`^\s*(?:\+--|[├└│─]|HTTP/\d|level=|time=|[\w.-]+/[\w.-]+ (?:created|configured|deleted|unchanged|patched|scaled)$)`)
	settings = regexp.MustCompile(`^\s*(?:[{}<|]|\[[{"\s]|-- |-?\s?[\w. /()-]+:(?:\s|$)|[\w.-]+:[\w-]+=|[\w.]+ ?= ?\S)`)
)

// printed tells whether a line is what a program prints rather than what a
// person types.
func printed(line string) bool {
	return line != "" && !strings.HasPrefix(line, "#") && (columns.MatchString(line) && !isCommand(line, false) || stamped.MatchString(line) || answered.MatchString(line))
}

// commandsIn parts a block of code into commands and what they print.
func (p *page) commandsIn(n ast.Node, text string) (commands, output []string) {
	language := ""
	if f, ok := n.(*ast.FencedCodeBlock); ok {
		language = string(f.Language(p.src))
		if f.Info != nil && pandoc.Match(f.Info.Value(p.src)) {
			language = string(pandoc.FindSubmatch(f.Info.Value(p.src))[1])
		}
	}
	lines := strings.Split(text, "\n")
	if slices.ContainsFunc(lines, func(l string) bool { kind, _ := prompted(l); return kind != "" }) {
		s := typedAfterPrompts(lines, prompted)
		return s.parts()
	}
	bare := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return l == "" || strings.HasPrefix(l, "#") })
	root := func(line string) (kind, command string) {
		if rest, ok := strings.CutPrefix(line, "# "); ok && isCommand(rest, false) {
			return "sh", rest
		}
		return "", ""
	}
	if kind, _ := root(lines[0]); kind != "" && !slices.ContainsFunc(bare, func(l string) bool { return isCommand(l, false) && !printed(l) }) {
		s := typedAfterPrompts(lines, root)
		return s.parts()
	}
	if len(bare) == 0 {
		return nil, []string{text}
	}
	said, first := p.saidBefore(n), isCommand(bare[0], false)
	_, afterCode := n.PreviousSibling().(*ast.FencedCodeBlock)
	switch {
	case forbids.MatchString(said), notCode.MatchString(language) && !first,
		!first && happens.MatchString(said) && !runsIt.MatchString(said),
		!first && !shells.MatchString(language) && (afterCode || language != "" || settings.MatchString(bare[0]) || printed(bare[0])):
		return nil, []string{text}
	case shells.MatchString(language) && !strings.HasPrefix(strings.ToLower(language), "sh") && !first && language != "bash" && language != "console":
		return []string{text}, nil // a query
	}
	s := typedBare(lines)
	return s.parts()
}

// saidBefore is the last sentence before a block.
func (p *page) saidBefore(n ast.Node) string {
	before := n.PreviousSibling()
	switch before.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		said := p.plain(before)
		if at := strings.LastIndex(said, ". "); at >= 0 {
			said = said[at+2:]
		}
		return said
	}
	return ""
}

package message

import (
	"regexp"
	"strings"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/incident"
)

// Names maps a name as it is configured ("@db-oncall", "anna@example.com") to
// the markup that mentions it ("<!subteam^S1>", "<@U1>"), empty when Slack does not
// know it. A name that is not in it is shown as plain text and notifies nobody.
type Names map[string]string

var (
	word    = regexp.MustCompile(`[^\s,;:.]+`)
	mention = regexp.MustCompile(`^<(@[UW][A-Z0-9]{1,30}|!subteam\^S[A-Z0-9]{1,30})>$`)
)

// user is a person in mrkdwn; in a post it notifies them.
func user(u incident.User) string { return blockkit.User(u.ID, PersonName(u)) }

// PersonName is a person in words, which notify nobody.
func PersonName(u incident.User) string {
	switch {
	case u.Name != "":
		return textutil.CutUnits(blockkit.Line(u.Name), 80)
	case u.ID != "" && !blockkit.IsUserID(u.ID):
		return textutil.CutUnits(blockkit.Line(u.ID), 80)
	}
	return "somebody" // an id tells people nothing
}

// configured is a name of the configuration as plain text.
func configured(name string) string {
	return textutil.CutUnits(blockkit.Line(incident.Readable(name)), 80)
}

// mentioned writes ids among the words of a private answer (mrkdwn, escaped) as
// Slack shows them; it notifies nobody there.
func mentioned(text string) string {
	return word.ReplaceAllStringFunc(text, func(w string) string {
		switch {
		case incident.Readable(w) == w:
			return w
		case w[0] == 'S':
			return "<!subteam^" + w + ">"
		case w[0] == 'C', w[0] == 'G':
			return "<#" + w + ">"
		}
		return "<@" + w + ">"
	})
}

// maxNames bounds how many owners a message names.
const maxNames = 20

// Notify writes configured names in mrkdwn so that they are notified when the
// message is posted. Of whom Slack does not know that is said: nobody is called by it.
func (n Names) Notify(names []string) string {
	written := make([]string, 0, len(names))
	for _, name := range names[:min(len(names), maxNames)] {
		m, told := n[name]
		plain := blockkit.EscapeMrkdwn(configured(name))
		switch {
		case mention.MatchString(m):
			written = append(written, m)
		case told && m == "":
			written = append(written, plain+" (not called: unknown to Slack)")
		default:
			written = append(written, plain)
		}
	}
	return strings.Join(written, " ") + textutil.More(len(names)-maxNames)
}

// PlainNames writes configured names as plain text, which notifies nobody.
func PlainNames(names []string) string {
	written := make([]string, 0, len(names))
	for _, name := range names[:min(len(names), maxNames)] {
		written = append(written, configured(name))
	}
	return strings.Join(written, ", ") + textutil.More(len(names)-maxNames)
}

// Belongs says that something is shown in another channel than its own, and what to
// do about that.
func Belongs(channel, why string) *blockkit.Paragraph {
	p := (&blockkit.Paragraph{}).Text("📍 ").Bold("Belongs in ").Channel(channel).Text(", which the bot cannot write to")
	if why = textutil.CutUnits(blockkit.Line(why), 300); why != "" {
		p.Text(": " + why)
	}
	return p.Text(". This stays here.")
}

package config

import (
	"regexp"
	"strings"
)

// Slack is how the bot reaches its workspace.
type Slack struct {
	BotToken          Secret `yaml:"bot_token"`
	BotTokenFile      string `yaml:"bot_token_file"`
	AppToken          Secret `yaml:"app_token"`
	AppTokenFile      string `yaml:"app_token_file"`
	SigningSecret     Secret `yaml:"signing_secret"`
	SigningSecretFile string `yaml:"signing_secret_file"`
	APIURL            string `yaml:"api_url"` // ends with a slash once loaded
	Command           string `yaml:"command"`
	// ExternalUsers says whether guests, and people of other organisations in shared channels, may act: ExternalAllow or
	// ExternalDeny.
	ExternalUsers string `yaml:"external_users"`
}

// The values of slack.external_users.
const (
	ExternalAllow = "allow"
	ExternalDeny  = "deny"
)

// SocketMode reports whether Slack is heard over a WebSocket rather than HTTP.
func (s Slack) SocketMode() bool { return s.AppToken != "" }

// commandForm is what Slack takes as a slash command, at most 32 characters.
var commandForm = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)

func (s *Slack) check(p place) {
	if !p.secret("bot_token", &s.BotToken, s.BotTokenFile) {
		p.at("bot_token_file").missing(`a file with the app's Bot User OAuth Token (xoxb-...); "signalbook slack manifest" prints the app to create`)
	}
	app := p.secret("app_token", &s.AppToken, s.AppTokenFile)
	signing := p.secret("signing_secret", &s.SigningSecret, s.SigningSecretFile)
	if !app && !signing {
		p.problem("slack cannot be heard: give app_token_file for Socket Mode, or signing_secret_file for HTTP")
	}
	s.BotToken.looksLike("xoxb-", p, "bot_token", s.BotTokenFile)
	s.AppToken.looksLike("xapp-", p, "app_token", s.AppTokenFile)
	if api := p.at("api_url"); api.url(s.APIURL) && !strings.HasSuffix(s.APIURL, "/") {
		s.APIURL += "/"
	}
	if s.ExternalUsers != ExternalAllow && s.ExternalUsers != ExternalDeny {
		p.at("external_users").problem("%q is neither allow nor deny: may guests, and people of other organisations in shared channels, act on incidents?", s.ExternalUsers)
	}
	if !commandForm.MatchString(s.Command) {
		p.at("command").problem("%q is not a slash command: / and up to 31 of a-z, 0-9, _ and -", s.Command)
	}
}

// looksLike only warns: other servers that answer like Slack hand out tokens of
// other forms.
func (s Secret) looksLike(prefix string, p place, name, path string) {
	if s == "" || strings.HasPrefix(string(s), prefix) {
		return
	}
	at := p.at(name)
	if path != "" {
		at = p.at(name + "_file")
	}
	at.warning("the token does not begin with %s as Slack's do: right only for another server that answers like Slack", prefix)
}

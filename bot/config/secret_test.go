package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// everySecret gives every secret of the file in place, all of them with the word hunter.
const everySecret = `slack: {bot_token: xoxb-hunter-1, app_token: xapp-hunter-2, signing_secret: hunter3}
redis:
  addresses: ["redis:6379"]
  password: hunter4
  sentinel: {master_name: m, username: s, password: hunter5}
webhook: {credentials: hunter6}
route: {channel: "#incidents"}
alertmanager: {url: http://alertmanager:9093, http_config: {authorization: {credentials: hunter7}}}
prometheus:
  url: http://prometheus:9090
  http_config:
    basic_auth: {username: a, password: hunter8}
    proxy_url: http://user:hunter9@proxy:3128
    proxy_connect_header: {X-Key: [hunter10]}
    http_headers: {X-Token: {secrets: [hunter11]}}
`

func TestSecretsAreNeverPrinted(t *testing.T) {
	for name, c := range map[string]*Config{
		"in place":   mustLoad(t, everySecret),
		"from files": mustLoad(t, strings.NewReplacer("xoxb-hunter-1", "''", "bot_token:", "bot_token_file: secrets/slack-bot-token, bot_token:").Replace(everySecret)),
	} {
		if !strings.Contains(string(c.Slack.BotToken), "hunter") || !strings.Contains(string(c.Webhook.Credentials), "hunter") {
			t.Fatalf("%s: the secrets were not read", name)
		}
		printed := map[string]string{}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			printed[verb] = fmt.Sprintf(verb, c)
			printed["value "+verb] = fmt.Sprintf(verb, *c)
			printed["slack "+verb] = fmt.Sprintf(verb, c.Slack)
			printed["token "+verb] = fmt.Sprintf(verb, c.Slack.BotToken)
			printed["redis "+verb] = fmt.Sprintf(verb, c.Redis)
			printed["sentinel "+verb] = fmt.Sprintf(verb, *c.Redis.Sentinel)
			printed["prometheus "+verb] = fmt.Sprintf(verb, *c.Prometheus)
		}
		asJSON, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		asYAML, err := yaml.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "config", c, "slack", c.Slack, "token", c.Slack.BotToken)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c, "slack", c.Slack, "token", c.Slack.BotToken)
		printed["json"], printed["yaml"], printed["slog"] = string(asJSON), string(asYAML), log.String()
		for how, text := range printed {
			// %x prints texts as hex digits: 68756e746572.
			if strings.Contains(text, "hunter") || strings.Contains(text, "68756e746572") {
				t.Errorf("%s, %s: a secret is in %s", name, how, text)
			}
		}
		if !strings.Contains(printed["json"], `"BotToken":"\u003csecret\u003e"`) || !strings.Contains(printed["yaml"], "bot_token: <secret>") {
			t.Errorf("%s: a secret is not shown as <secret>:\n%s\n%s", name, printed["json"], printed["yaml"])
		}
	}
}

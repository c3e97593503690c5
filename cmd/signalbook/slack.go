package main

import (
	"fmt"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"
)

type slackCommand struct {
	Manifest manifestCommand `cmd:"" help:"Print the manifest of the Slack app: Socket Mode unless a URL is given."`
}

type manifestCommand struct {
	URL     string `help:"The bot's public address, as in: https://signalbook.example.com; without it Socket Mode is used."`
	Command string `default:"/playbook" help:"The slash command (slack.command in the configuration)."`
}

// Validate refuses addresses that Slack would refuse.
func (c manifestCommand) Validate() error {
	if c.URL == "" {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("--url is %q, and Slack needs a plain https address, as in https://signalbook.example.com", c.URL)
	}
	return nil
}

// Run prints the manifest as YAML.
func (c manifestCommand) Run(std streams) error {
	base := strings.TrimRight(c.URL, "/")
	encoder := yaml.NewEncoder(std.out)
	encoder.SetIndent(2)
	if err := encoder.Encode(manifest(base, c.Command)); err != nil {
		return fmt.Errorf("slack manifest: %w", err)
	}
	return encoder.Close()
}

// scopes are the fewest that the bot needs, each with its reason.
func scopes() []scope {
	return []scope{
		{"commands", "the slash command, and the shortcut of messages"},
		{"chat:write", "threads, edits and private answers, in channels the bot was invited to"},
		{"app_mentions:read", "the same words in an incident's thread"},
		{"channels:read", "finds the ids of the public channels in the configuration, and who is in them"},
		{"groups:read", "the same for the private channels the bot was invited to"},
		{"channels:history", "finds a post again whose answer was lost, so that nothing is posted twice"},
		{"groups:history", "the same in private channels"},
		{"files:write", "brings the pictures that its messages show, such as charts; they are shared with nobody else"},
		{"files:read", "asks whether a picture is there, so that none is brought twice"},
		{"usergroups:read", "finds user groups, to mention owners and to check responders"},
		{"users:read", "tells guests from members, and what people are called; needed by Slack for users:read.email"},
		{"users:read.email", "finds people who are configured by e-mail"},
	}
}

type scope struct{ name, reason string }

// manifest is Slack's app manifest (docs.slack.dev/reference/app-manifest).
func manifest(base, command string) map[string]any {
	var names []string
	for _, s := range scopes() {
		names = append(names, s.name)
	}
	slash := map[string]any{
		"command": command, "description": "Playbooks and incidents",
		"usage_hint": "help | status INC-1 | done INC-1 2 note", "should_escape": true,
	}
	interactivity := map[string]any{"is_enabled": true}
	events := map[string]any{"bot_events": []string{"app_home_opened", "app_mention"}}
	if base != "" {
		slash["url"] = base + "/slack/commands"
		interactivity["request_url"] = base + "/slack/interactions"
		interactivity["message_menu_options_url"] = base + "/slack/interactions" // menus with a search
		events["request_url"] = base + "/slack/events"
	}
	return map[string]any{
		"display_information": map[string]any{
			"name": "Signalbook", "description": "Keeps every step of an incident until somebody has done it", "background_color": "#1f2937",
		},
		"features": map[string]any{
			"app_home":       map[string]any{"home_tab_enabled": true, "messages_tab_enabled": false},
			"bot_user":       map[string]any{"display_name": "signalbook", "always_online": true},
			"slash_commands": []any{slash},
			"shortcuts": []any{map[string]any{
				"name": "Add to timeline", "type": "message", "callback_id": "timeline:add", "description": "Note this message in an incident's timeline",
			}},
		},
		"oauth_config": map[string]any{"scopes": map[string]any{"bot": names}},
		"settings": map[string]any{
			"interactivity": interactivity, "event_subscriptions": events,
			"socket_mode_enabled": base == "", "org_deploy_enabled": false, "token_rotation_enabled": false,
		},
	}
}

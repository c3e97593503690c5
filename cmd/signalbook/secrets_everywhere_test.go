package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

// planted are secrets of every kind that a configuration has. All of them hold the
// word planted, which nobody may ever see.
const planted = "xoxb-planted-bot xapp-planted-app planted-signing planted-redis planted-webhook planted-bearer planted-basic planted-client planted-header planted-file " +
	"Bearer planted-bearer http://anna:planted-address@proxy:80/ https://hooks.slack.com/commands/T1/planted"

// shout is how others tell everything that they know, with what a terminal obeys.
const shout = "\x1b[31m" + planted + "\u009b\u202e"

// talkativeHTTP stands for Slack, Prometheus, OpenCost, a proxy before them and who
// gives out tokens: whatever it is asked, it repeats all secrets, in the way given.
func talkativeHTTP(t *testing.T, way string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say := func(code int, v any) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			_ = json.NewEncoder(w).Encode(v)
		}
		slack := strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, "/api/v1/")
		switch {
		case way == "page":
			http.Error(w, "<html>"+shout, http.StatusBadGateway)
		case way == "junk":
			fmt.Fprint(w, shout)
		case way == "redirect":
			http.Redirect(w, r, "http://anna:planted-address@127.0.0.1:1/?token=planted-bearer", http.StatusTemporaryRedirect)
		case slack && way == "accepts" && strings.HasSuffix(r.URL.Path, "auth.test"):
			w.Header().Set("X-Oauth-Scopes", planted)
			say(200, map[string]any{"ok": true, "team": shout, "team_id": "T0PLANTED", "user": shout, "user_id": "U0PLANTED", "bot_id": "B0PLANTED", "url": shout, "warning": shout})
		case slack:
			say(200, map[string]any{"ok": false, "error": shout, "needed": shout, "provided": shout, "response_metadata": map[string]any{"messages": []string{shout}, "warnings": []string{shout}}})
		case strings.HasSuffix(r.URL.Path, "/token"):
			say(401, map[string]any{"error": shout, "error_description": shout})
		case strings.HasPrefix(r.URL.Path, "/api/v1/") && way == "accepts":
			say(200, map[string]any{"status": "success", "warnings": []string{shout}, "infos": []string{shout}, "data": map[string]any{"resultType": "vector", "result": []any{
				map[string]any{"metric": map[string]string{"service": shout}, "value": []any{1, shout}}}}})
		case strings.HasPrefix(r.URL.Path, "/api/v1/"):
			say(400, map[string]any{"status": "error", "errorType": shout, "error": shout})
		default: // OpenCost
			say(200, map[string]any{"code": 500, "status": shout, "message": shout, "data": shout})
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// talkativeRedis answers every command as a Redis does that does not know it: with
// its arguments, a password among them.
func talkativeRedis(t *testing.T) string {
	listener, err := net.Listen("tcp", loopback.Any())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					head, err := in.ReadString('\n')
					if err != nil {
						return
					}
					parts, _ := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "*")))
					for range parts {
						size, err := in.ReadString('\n')
						if err != nil {
							return
						}
						n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(size, "$")))
						if _, err := io.CopyN(io.Discard, in, int64(n)+2); err != nil {
							return
						}
					}
					fmt.Fprintf(conn, "-ERR unknown command 'X', with args beginning with: %s\r\n", shout)
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func redisWithPassword(t *testing.T) string {
	t.Helper()
	address := startRedis(t, "--appendfsync", "always").Addr
	client := redis.NewClient(&redis.Options{Addr: address})
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "requirepass", "planted-redis").Err(); err != nil {
		t.Fatal(err)
	}
	return address
}

// plantedConfig is a configuration with all of the secrets.
func plantedConfig(t *testing.T, server, redis string, http bool) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "header")
	if err := os.WriteFile(file, []byte("planted-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	slack := "app_token: xapp-planted-app"
	if http {
		slack = "signing_secret: planted-signing"
	}
	text := fmt.Sprintf(`slack: {bot_token: xoxb-planted-bot, %s, api_url: "%s/api/"}
redis: {addresses: ["%s"], password: planted-redis}
webhook: {credentials: planted-webhook}
route: {channel: "#c", owners: ["@o"]}
prometheus: {url: "%s", http_config: {authorization: {credentials: planted-bearer}, http_headers: {X-Key: {secrets: [planted-header], files: ["%s"]}}}}
digests:
  - {name: a, schedule: "0 9 * * MON", time_zone: UTC, channel: "#c", costs: [{opencost: {url: "%s/o", http_config: {basic_auth: {username: anna, password: planted-basic}}}}]}
  - {name: b, schedule: "0 9 * * MON", time_zone: UTC, channel: "#c", costs: [{prometheus: {query: "up", service_label: service, unit: USD_per_day}}]}
  - {name: c, schedule: "0 9 * * MON", time_zone: UTC, channel: "#c", costs: [{opencost: {url: "%s/p", http_config: {oauth2: {client_id: anna, client_secret: planted-client, token_url: "%s/token"}}}}]}
`, slack, server, redis, server, file, server, server, server)
	path := filepath.Join(dir, "signalbook.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// showsNothing fails when a text holds a secret, or what a terminal obeys.
func showsNothing(t *testing.T, where, text string) {
	t.Helper()
	for _, sign := range []string{"planted", "\x1b", "\u009b", "\u202e"} {
		if at := strings.Index(text, sign); at >= 0 {
			t.Errorf("%s holds %q: …%s", where, sign, text[max(0, at-200):min(len(text), at+100)])
		}
	}
}

// TestOthersWordsHoldNoSecrets: whatever Slack, Redis, Prometheus, OpenCost and who
// gives out tokens answer, none of our secrets that they repeat reaches a terminal.
func TestOthersWordsHoldNoSecrets(t *testing.T) {
	real := redisWithPassword(t)
	for _, way := range []string{"refuses", "accepts", "page", "junk", "redirect"} {
		server := talkativeHTTP(t, way)
		for about, redis := range map[string]string{"its own redis": real, "a talkative redis": talkativeRedis(t)} {
			for _, http := range []bool{true, false} {
				config := plantedConfig(t, server, redis, http)
				for _, args := range [][]string{
					{"check", "config", "--online", config}, {"check", "config", "--online", "--output=json", config}, {"check", "config", "--online", "--output=github", config},
					{"digest", "--config.file=" + config, "--name=a"}, {"digest", "--config.file=" + config, "--name=b"}, {"digest", "--config.file=" + config, "--name=c"},
					{"dead", "list", "--config.file=" + config},
				} {
					var said bytes.Buffer
					run(args, streams{os.Stdin, &said, &said}, app.Timing{})
					text := strings.ReplaceAll(said.String(), config, "")
					showsNothing(t, fmt.Sprintf("%v with %s that %s", args[:2], about, way), text)
				}
			}
		}
	}
}

// TestServeShowsNoSecrets: neither the log nor a page of a running bot holds any
// of those that others repeat.
func TestServeShowsNoSecrets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ way, redis, waits string }{
		"slack refuses": {"refuses", redisWithPassword(t), `\u003csecret`}, "slack is a page": {"page", redisWithPassword(t), "HTTP 502"}, "slack talks of its own": {"accepts", redisWithPassword(t), `"ready":true`},
		"redis": {"refuses", talkativeRedis(t), "Redis does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := plantedConfig(t, talkativeHTTP(t, test.way), test.redis, true)
			b := startServer(t, exec.Command("signalbook", "serve", "--config.file="+config, "--web.listen-address="+loopback.Any(), "--log.level=debug"))
			eventually(t, "it says what it waits for", func() bool {
				body, _ := b.get("/-/ready")
				return strings.Contains(body, test.waits)
			})
			for _, path := range []string{"/-/ready", "/metrics", "/"} {
				body, _ := b.get(path)
				showsNothing(t, path, body)
			}
			showsNothing(t, "the log", strings.ReplaceAll(b.logged(), config, ""))
		})
	}
}

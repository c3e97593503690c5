package main

import (
	"errors"
	"flag"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

var update = flag.Bool("update", false, "rewrite what the scripts in testdata/script expect")

// TestScript runs the scripts of testdata/script: the program as people type it.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Values[teller{}] = env.T().(testing.TB)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits, "expand": scriptExpand, "redis": scriptRedis, "slack": scriptSlack, "bot": scriptBot,
		},
	})
}

// teller is the key of a script's testing.TB.
type teller struct{}

func scriptTB(ts *testscript.TestScript) testing.TB { return ts.Value(teller{}).(testing.TB) }

// exits CODE PROGRAM [ARG...] runs a program that must end with that code.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v ended with %d, want %d", args[1:], got, want)
	}
}

// expand FILE... replaces $VARIABLES in files.
func scriptExpand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand file...")
	}
	for _, file := range args {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}

// redis [OPTION...] starts a redis-server; $REDIS is its address.
func scriptRedis(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: redis [option...]")
	}
	ts.Setenv("REDIS", startRedis(scriptTB(ts), args...).Addr)
}

// slack [METHOD KIND] starts a Slack look-alike, whose method always fails so; $SLACK is its API.
func scriptSlack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || (len(args) != 0 && len(args) != 2) {
		ts.Fatalf("usage: slack [method kind]")
	}
	sim := slacksim.New(slacksim.Options{BotToken: "xoxb-script", AppToken: "xapp-script"})
	if len(args) == 2 {
		sim.Faults.Fail(fault.Fault{Method: args[0], Kind: args[1]})
	}
	server := httptest.NewServer(sim)
	ts.Defer(func() { sim.Close(); server.Close() })
	ts.Setenv("SLACK", server.URL+"/api/")
}

// bot CONFIG runs `signalbook serve` until it is ready; $BOT is its address.
func scriptBot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bot config")
	}
	b := serve(scriptTB(ts), ts.MkAbs(args[0]))
	eventually(b.t, "the bot is ready", b.ready)
	ts.Setenv("BOT", b.url)
}

// serve starts `signalbook serve` on a free port of loopback.
func serve(t testing.TB, config string, args ...string) *process {
	t.Helper()
	return startServer(t, exec.Command("signalbook", append([]string{"serve", "--config.file=" + config, "--web.listen-address=" + loopback.Any()}, args...)...))
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/chat"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/playbooks"
	"github.com/signalbook/signalbook/playbooks/library"
	"github.com/signalbook/signalbook/playbooks/yamlfile"
)

type checkCommand struct {
	Config    checkConfig    `cmd:"" help:"Check a configuration and the playbooks it names."`
	Playbooks checkPlaybooks `cmd:"" help:"Check playbook files, or all *.yml of folders."`
}

type checkConfig struct {
	Online bool   `help:"Ask Slack and Redis too: token, channels, people, durability."`
	File   string `arg:"" help:"The configuration, as in: signalbook check config signalbook.yml"`
}

// Run prints every problem to stderr, and what was found good to stdout.
func (c checkConfig) Run(ctx context.Context, std streams) error {
	read, problems := readConfig(c.File)
	report(std, problems)
	if problems.Err() != nil {
		return &findingsError{fmt.Sprintf("%s: %s\n", c.File, count(len(problems)-len(problems.Warnings()), "problem"))}
	}
	if c.Online {
		if err := online(ctx, std, read.config, read.playbooks); err != nil {
			return err
		}
	}
	fmt.Fprintf(std.out, "%s: ok, %s\n", c.File, count(len(read.playbooks.All()), "playbook"))
	return nil
}

// report prints problems and warnings as file:line:column: text.
func report(std streams, problems yamlfile.Problems) {
	for _, p := range problems {
		fmt.Fprintln(std.err, p)
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// online asks the servers that the configuration names.
func online(ctx context.Context, std streams, c *config.Config, set *playbooks.Set) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var found []string
	unknown, err := onlineSlack(ctx, std, c, set)
	for _, problem := range unknown {
		found = append(found, problem.String())
	}
	if err != nil {
		found = append(found, "slack: "+err.Error())
	}
	redis, err := openRedis(c)
	if err != nil {
		return err
	}
	defer redis.Close()
	durability, err := redis.Durability(ctx)
	switch {
	case err != nil:
		found = append(found, "redis: "+err.Error())
	case len(durability.Forgets) > 0 && !c.Redis.AcceptDataLoss:
		for _, why := range durability.Forgets {
			found = append(found, "redis can forget: "+why)
		}
	default:
		fmt.Fprintln(std.out, "redis: ok, durability", durability.Level)
	}
	for _, w := range durability.Warnings {
		fmt.Fprintln(std.err, "redis: warning:", w)
	}
	if len(found) > 0 {
		return &findingsError{strings.Join(found, "\n") + "\n"}
	}
	return nil
}

// onlineSlack asks Slack for the names of the configuration and its playbooks.
// The problems are the names that Slack does not know.
func onlineSlack(ctx context.Context, std streams, c *config.Config, set *playbooks.Set) (unknown yamlfile.Problems, err error) {
	client, err := chat.New(chat.Options{APIURL: c.Slack.APIURL, BotToken: string(c.Slack.BotToken), AppToken: string(c.Slack.AppToken), Logger: discard()})
	if err != nil {
		return nil, err
	}
	id, err := client.Auth(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(std.out, "slack: ok, workspace %s (%s)\n", id.Team, id.TeamID)
	channels, people := c.Names()
	_, lost, err := client.Channels(ctx, channels)
	for _, name := range lost {
		unknown = append(unknown, c.Problem(name, fmt.Sprintf("Slack shows the bot no channel %s: create it, or invite the bot with /invite", name)))
	}
	_, strangers, peopleErr := client.People(ctx, people)
	for _, name := range strangers {
		unknown = append(unknown, c.Problem(name, fmt.Sprintf("Slack knows no user group or person %s", name)))
	}
	in := maps.Collect(owners(set))
	for _, name := range people {
		delete(in, name)
	}
	_, strangers, ownersErr := client.People(ctx, slices.Sorted(maps.Keys(in)))
	for _, name := range strangers {
		unknown = append(unknown, yamlfile.Problem{Text: fmt.Sprintf("playbook %q: Slack knows no user group or person %s", in[name], name)})
	}
	unknown.Sort()
	return unknown, errors.Join(err, peopleErr, ownersErr)
}

type checkPlaybooks struct {
	Paths []string `arg:"" help:"Files or folders, as in: signalbook check playbooks playbooks/"`
}

// Run prints every problem of every file.
func (c checkPlaybooks) Run(std streams) error {
	files, err := playbookFiles(c.Paths)
	if err != nil {
		return err
	}
	var problems yamlfile.Problems
	var books []*playbooks.Playbook
	taken := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read playbook: %w", err)
		}
		book, found := playbooks.Parse(file, data)
		problems = append(problems, found...)
		if book == nil || found.Err() != nil {
			continue
		}
		if other := taken[book.Name]; other != "" {
			problems = append(problems, yamlfile.Problem{File: file, Line: 1, Column: 1, Text: fmt.Sprintf("playbook %q is in %s too: give one of them another name", book.Name, other)})
		}
		taken[book.Name] = file
		books = append(books, book)
	}
	_, warnings := playbooks.NewSet(books, library.All())
	for _, text := range warnings {
		problems = append(problems, yamlfile.Problem{Text: text, Warning: true})
	}
	report(std, problems)
	if problems.Err() != nil {
		return &findingsError{fmt.Sprintf("%s in %s\n", count(len(problems)-len(problems.Warnings()), "problem"), count(len(files), "file"))}
	}
	fmt.Fprintf(std.out, "%s: ok\n", count(len(files), "playbook"))
	return nil
}

// playbookFiles lists the files named, and the *.yml and *.yaml below folders.
func playbookFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("read playbooks: %w", err)
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (strings.HasSuffix(file, ".yml") || strings.HasSuffix(file, ".yaml")) {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read playbooks: %w", err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read playbooks: no *.yml below %s", strings.Join(paths, ", "))
	}
	return files, nil
}

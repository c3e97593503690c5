package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/app"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

type handbookCommand struct {
	Config string `name:"config.file" help:"Takes the team's own facts (handbook.files) and the organisation's numbers from this configuration."`

	Scale     scaleCommand     `cmd:"" help:"What the sheet says of so many users, as in: signalbook handbook scale 75M"`
	Targets   targetsCommand   `cmd:"" help:"Latency budget and availability target, as in: signalbook handbook targets 75M"`
	Budget    budgetCommand    `cmd:"" help:"What a month may cost by both yardsticks, as in: signalbook handbook budget 75M"`
	Threshold thresholdCommand `cmd:"" help:"The four big moves: trigger, cost, effort, and which are due."`
	Stack     stackCommand     `cmd:"" help:"One choice of the stack, as in: signalbook handbook stack cache"`
	Pattern   patternCommand   `cmd:"" help:"How a kind of product is built, as in: signalbook handbook pattern social"`
	Ask       askCommand       `cmd:"" help:"Find the line that answers a question in everyday words."`
	Rules     rulesCommand     `cmd:"" help:"Prometheus alerting rules for a scale, as in: signalbook handbook rules --users=75M"`
}

// known is what a configuration adds to the sheet.
type known struct {
	book *handbook.Handbook
	ask  func(context.Context) report.Organisation // nil: no configuration was given
}

// read takes the team's facts and numbers from the configuration, when one was
// given.
func (h *handbookCommand) read(std streams) (known, error) {
	if h.Config == "" {
		return known{book: handbook.Default()}, nil
	}
	loaded, problems := config.LoadDigests(h.Config)
	book, more := loaded.LoadHandbook()
	problems = append(problems, more...)
	printProblems(std, problems)
	if problems.Err() != nil {
		return known{}, &findingsError{fmt.Sprintf("%s: %s\n", h.Config, textutil.Count(len(problems)-len(problems.Warnings()), "problem"))}
	}
	s, err := app.Connect(loaded, book)
	if err != nil {
		return known{}, err
	}
	return known{book, func(ctx context.Context) report.Organisation { return s.Organisation().Ask(ctx, time.Now()) }}, nil
}

// users reads the words of a number of users; without any it is the
// organisation's own.
func (k known) users(ctx context.Context, words []string) (handbook.Users, error) {
	if len(words) > 0 {
		users, err := handbook.ParseUsers(strings.Join(words, " "))
		if err != nil {
			return 0, &usageError{err}
		}
		return users, nil
	}
	if k.ask == nil {
		return 0, &usageError{errors.New("how many users? Give a number, as in: signalbook handbook scale 75M, or --config.file=signalbook.yml for your own")}
	}
	told := k.ask(ctx).Users
	if !told.Known {
		return 0, fmt.Errorf("how many users there are is not known (%s): give a number, such as 75M", told.Why)
	}
	return handbook.Users(told.Value), nil
}

// ofUsers is what scale, targets and budget have in common.
type ofUsers struct {
	Users []string `arg:"" optional:"" help:"How many, as in: 75M, 300k, 75,000,000 or 75 million; without it organisation.users of --config.file."`
}

func (c ofUsers) answer(ctx context.Context, h *handbookCommand, std streams, look func(*handbook.Handbook, handbook.Users) handbook.Entry) error {
	k, err := h.read(std)
	if err != nil {
		return err
	}
	users, err := k.users(ctx, c.Users)
	if err != nil {
		return err
	}
	return write(std, look(k.book, users))
}

func write(std streams, a handbook.Entry) error {
	_, err := io.WriteString(std.out, a.Text())
	return err
}

type scaleCommand struct{ ofUsers }

// Run prints everything about a number of users.
func (c scaleCommand) Run(ctx context.Context, h *handbookCommand, std streams) error {
	return c.answer(ctx, h, std, func(b *handbook.Handbook, u handbook.Users) handbook.Entry { return b.Scale(u).Entry })
}

type targetsCommand struct{ ofUsers }

// Run prints latency and availability.
func (c targetsCommand) Run(ctx context.Context, h *handbookCommand, std streams) error {
	return c.answer(ctx, h, std, func(b *handbook.Handbook, u handbook.Users) handbook.Entry { return b.Targets(u).Entry })
}

type budgetCommand struct{ ofUsers }

// Run prints both yardsticks of cost.
func (c budgetCommand) Run(ctx context.Context, h *handbookCommand, std streams) error {
	return c.answer(ctx, h, std, func(b *handbook.Handbook, u handbook.Users) handbook.Entry { return b.Budget(u).Entry })
}

type stackCommand struct {
	Name []string `arg:"" help:"Its name, what is chosen, or its id, as in: cache, redis or S4."`
}

// Run prints one choice of the stack.
func (c stackCommand) Run(h *handbookCommand, std streams) error {
	return h.look(std, func(b *handbook.Handbook) (handbook.Entry, error) {
		_, answer, err := b.Stack(strings.Join(c.Name, " "))
		return answer, err
	})
}

type patternCommand struct {
	Name []string `arg:"" help:"Its name or its id, as in: social, video or P1."`
}

// Run prints one pattern.
func (c patternCommand) Run(h *handbookCommand, std streams) error {
	return h.look(std, func(b *handbook.Handbook) (handbook.Entry, error) {
		_, answer, err := b.Pattern(strings.Join(c.Name, " "))
		return answer, err
	})
}

func (h *handbookCommand) look(std streams, find func(*handbook.Handbook) (handbook.Entry, error)) error {
	k, err := h.read(std)
	if err != nil {
		return err
	}
	answer, err := find(k.book)
	if err != nil {
		return err
	}
	return write(std, answer)
}

type askCommand struct {
	Question []string `arg:"" help:"As in: signalbook handbook ask \"when should we move to microservices?\"; an id such as M1 too."`
}

// Run prints the answer; not to know one is exit code 1.
func (c askCommand) Run(h *handbookCommand, std streams) error {
	k, err := h.read(std)
	if err != nil {
		return err
	}
	asked := k.book.Ask(strings.Join(c.Question, " "))
	if err := write(std, asked.Entry); err != nil {
		return err
	}
	if !asked.Known {
		return &findingsError{}
	}
	return nil
}

type rulesCommand struct {
	Users string `required:"" placeholder:"75M" help:"For how many users, as in: --users=75M"`
}

// Run prints the rules as YAML.
func (c rulesCommand) Run(ctx context.Context, h *handbookCommand, std streams) error {
	k, err := h.read(std)
	if err != nil {
		return err
	}
	users, err := k.users(ctx, []string{c.Users})
	if err != nil {
		return err
	}
	rules, err := k.book.Rules(users)
	if err != nil {
		return fmt.Errorf("make rules for %s users: %w", users, err)
	}
	_, err = io.WriteString(std.out, rules)
	return err
}

// sheet is what the configuration tells of the organisation; what it asks for and
// does not get is said on stderr.
func (k known) sheet(ctx context.Context, std streams) handbook.Organisation {
	if k.ask == nil {
		return handbook.Organisation{}
	}
	told := k.ask(ctx)
	for _, f := range []report.Figure{told.Users, told.WeeklyGrowth, told.Teams, told.International, told.CDNBandwidthTB} {
		if !f.Known && f.Why != "" {
			fmt.Fprintln(std.err, "not known:", f.Why)
		}
	}
	return told.Sheet(report.WeekBefore(time.Now().UTC()))
}

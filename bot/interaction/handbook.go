package interaction

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/interaction/command"
	"github.com/signalbook/signalbook/bot/slackapi"
	"github.com/signalbook/signalbook/playbooks/handbook"
)

// asksHandbook tells whether a command is answered from the scaling sheet.
func asksHandbook(v command.Verb) bool {
	switch v {
	case command.VerbScale, command.VerbTargets, command.VerbBudget, command.VerbThreshold, command.VerbStack, command.VerbPattern, command.VerbAsk:
		return true
	}
	return false
}

// handbook answers from the scaling sheet. Only what is about the organisation
// itself asks others, and may follow later.
func (h *Handler) handbook(ctx context.Context, c command.Command, now time.Time, to slackapi.Private) blockkit.Message {
	book := h.Settings().Handbook
	if book == nil {
		book = handbook.Default()
	}
	switch {
	case c.Verb == command.VerbThreshold:
		return h.soon(ctx, to, func(ctx context.Context) blockkit.Message {
			org := h.Organisation(ctx, now)
			return sheetAnswer(book.Thresholds(org.Sheet(money.WeekOf(money.DayOf(now)).Add(-1))).Entry, unknown(org)...)
		})
	case c.Verb == command.VerbStack:
		_, answer, err := book.Stack(c.Text)
		return sheetOrError(answer, err)
	case c.Verb == command.VerbPattern:
		_, answer, err := book.Pattern(c.Text)
		return sheetOrError(answer, err)
	case c.Verb == command.VerbAsk:
		return sheetAnswer(book.Ask(c.Text).Entry)
	case c.Users != nil:
		return sheetAnswer(ofUsers(book, c.Verb, *c.Users))
	}
	return h.soon(ctx, to, func(ctx context.Context) blockkit.Message {
		users := h.Organisation(ctx, now).Users
		if !users.Known {
			return blockkit.TextMessage(fmt.Sprintf("How many users? %s. Or give a number: `%s %s 75M`.", blockkit.Escape(users.Why), h.Settings().Command, c.Verb))
		}
		return sheetAnswer(ofUsers(book, c.Verb, handbook.Users(users.Value)), "Users: "+users.Source+".")
	})
}

// ofUsers answers the commands that take a number of users.
func ofUsers(book *handbook.Handbook, v command.Verb, users handbook.Users) handbook.Entry {
	switch v {
	case command.VerbTargets:
		return book.Targets(users).Entry
	case command.VerbBudget:
		return book.Budget(users).Entry
	}
	return book.Scale(users).Entry
}

// sheetOrError answers a look-up by name.
func sheetOrError(answer handbook.Entry, err error) blockkit.Message {
	if err != nil {
		says := "I looked, but " + err.Error()
		if !strings.HasSuffix(says, "?") {
			says += "."
		}
		return blockkit.TextMessage(blockkit.Escape(says))
	}
	return sheetAnswer(answer)
}

// sheetAnswer is an answer with remarks below it.
func sheetAnswer(answer handbook.Entry, remarks ...string) blockkit.Message {
	text := answer.Mrkdwn()
	if len(remarks) > 0 {
		text += "\n" + blockkit.Escape(strings.Join(remarks, "\n"))
	}
	return blockkit.TextMessage(text)
}

// unknown says what is not known of the organisation although it was asked for; all
// that is only not configured in one line.
func unknown(org report.Organisation) (remarks []string) {
	var absent []string
	for _, f := range []report.Figure{org.Users, org.WeeklyGrowth, org.Teams, org.International, org.CDNBandwidthTB} {
		switch {
		case f.Absent != "":
			absent = append(absent, f.Absent)
		case !f.Known && f.Why != "":
			remarks = append(remarks, "Not known: "+f.Why+".")
		}
	}
	if len(absent) > 0 {
		remarks = append(remarks, "Not configured: "+strings.Join(absent, ", ")+".")
	}
	return remarks
}

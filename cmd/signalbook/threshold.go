package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/signalbook/signalbook/playbooks/handbook"
)

type thresholdCommand struct {
	Users             *handbook.Users `placeholder:"44M" help:"Try with so many users, as in: --users=44M"`
	WeeklyGrowth      *growth         `placeholder:"2.6%" help:"Try with so much growth a week, as in: --weekly-growth=2.6%"`
	Teams             *amount         `placeholder:"12" help:"Try with so many teams, as in: --teams=12"`
	International     *handbook.Share `placeholder:"35%" help:"Try with such a share of international users, as in: --international=35%"`
	CDNTerabytes      *amount         `name:"cdn-tb" placeholder:"600" help:"Try with so many TB a month from the CDN, as in: --cdn-tb=600"`
	GlobalConsistency *bool           `negatable:"" help:"Try with a need for global consistency, or without."`
}

// Run prints all moves, and how the organisation stands to them: the configured
// one, with what the flags say otherwise.
func (c thresholdCommand) Run(ctx context.Context, h *handbookCommand, std streams) error {
	k, err := h.read(std)
	if err != nil {
		return err
	}
	org := k.sheet(ctx, std)
	number[handbook.Users](&org.Users, c.Users)
	number[growth](&org.WeeklyGrowth, c.WeeklyGrowth)
	number[amount](&org.Teams, c.Teams)
	number[handbook.Share](&org.International, c.International)
	number[amount](&org.CDNTerabytes, c.CDNTerabytes)
	if c.GlobalConsistency != nil {
		org.GlobalConsistency = c.GlobalConsistency
	}
	answer := k.book.Thresholds(org).Entry
	if org == (handbook.Organisation{}) {
		answer.Lines = append(answer.Lines, handbook.Line{Label: "Which are due", Text: "add --users=44M --weekly-growth=2.6% --teams=12 --international=35% --cdn-tb=600, or --config.file=signalbook.yml"})
	}
	return write(std, answer)
}

// number puts a flag that was given in the place of what was known.
func number[T ~float64](to **float64, given *T) {
	if given != nil {
		n := float64(*given)
		*to = &n
	}
}

// amount is a number of at least 0.
type amount float64

// UnmarshalText refuses what is no amount.
func (a *amount) UnmarshalText(text []byte) error {
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 {
		return fmt.Errorf("%q is not an amount: write it like 12", text)
	}
	*a = amount(n)
	return nil
}

// growth is a percentage of more than -100%.
type growth float64

// UnmarshalText reads 2.6% and -1%.
func (g *growth) UnmarshalText(text []byte) error {
	digits, percent := strings.CutSuffix(string(text), "%")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !percent || math.IsNaN(n) || n <= -100 || n > 1000 {
		return fmt.Errorf("%q is not a growth: write it like 2.6%%", text)
	}
	*g = growth(n / 100)
	return nil
}

package digest

import (
	"fmt"
	"math"
	"slices"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
)

// sliceParts are a service's weeks told apart, or why they cannot be.
func sliceParts(s report.ServiceWeeks) []slack.RichTextElement {
	if s.Slices == nil {
		return nil
	}
	by := textutil.CutUnits(blockkit.Line(s.Slices.By), 20)
	head := (&blockkit.Paragraph{}).Bold("By " + by)
	if s.Slices.Why != "" {
		return []slack.RichTextElement{head.Text(": " + textutil.CutUnits(blockkit.Line(s.Slices.Why), 200) + ".").Section()}
	}
	all := slices.Clone(s.Slices.Values)
	if s.Slices.Rest != nil {
		rest := *s.Slices.Rest
		rest.Name = textutil.Thousands(rest.Values) + " others"
		all = append(all, rest)
	}
	largest := 0.0
	for _, v := range all {
		largest = max(largest, math.Abs(v.Weeks[len(v.Weeks)-1].Float64()))
	}
	var rows []line
	for _, v := range all {
		l := line{amounts: []string{money.ShowTo(v.Weeks[len(v.Weeks)-1].Float64(), money.Symbol(s.Currency), money.Decimals(largest)), "", bars(v.Weeks, s.Weeks)}, name: textutil.CutUnits(blockkit.Line(v.Name), 60)}
		if v.Change != nil && v.Change.Sayable {
			l.amounts[1] = percent(v.Change.Percent)
		}
		rows = append(rows, l)
	}
	head.Text(fmt.Sprintf(": %s, change over equal weekdays, %s", weekWord(s.Weeks[len(s.Weeks)-1].Week), textutil.Count(len(s.Weeks), "week")))
	return []slack.RichTextElement{head.Section(), blockkit.Preformatted(blockkit.NotEmpty(aligned(rows)))}
}

// bars draw a value's weeks, as high as its largest; a week of which nothing is known is a dot.
func bars(amounts []money.Amount, weeks []report.ServiceWeek) string {
	const heights = "▁▂▃▄▅▆▇█"
	signs := []rune(heights)
	largest := 0.0
	for _, a := range amounts {
		largest = max(largest, a.Float64())
	}
	var drawn []rune
	for k, a := range amounts {
		switch x := a.Float64(); {
		case weeks[k].Days <= 0:
			drawn = append(drawn, '·')
		case largest <= 0 || x <= 0:
			drawn = append(drawn, signs[0])
		default:
			drawn = append(drawn, signs[min(len(signs)-1, int(x/largest*float64(len(signs))))])
		}
	}
	return string(drawn)
}

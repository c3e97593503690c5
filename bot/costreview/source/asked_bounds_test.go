package source_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/bot/costreview/source"
)

// crowd answers every query with 10,000 series.
type crowd struct{ asked int }

func (c *crowd) Query(_ context.Context, expr string, at time.Time) (model.Vector, []string, error) {
	if strings.HasPrefix(expr, "count_over_time") {
		return model.Vector{{Value: 24}}, nil, nil
	}
	if strings.HasPrefix(expr, "count((resets") {
		return nil, nil, nil
	}
	c.asked++
	answer := make(model.Vector, 10_000)
	for k := range answer {
		answer[k] = &model.Sample{Metric: model.Metric{"service": model.LabelValue(fmt.Sprint("s", k))}, Value: 24}
	}
	return answer, nil, nil
}

// TestAskedFiguresAreBounded: days beyond the bound are not asked for, and named.
func TestAskedFiguresAreBounded(t *testing.T) {
	from := &crowd{}
	read := source.Series{Query: "x", ServiceLabel: "service", Unit: "USD_per_day", From: from}.Read(t.Context(), between(1, 28), at(29, 9))
	if from.asked != 21 || len(read.Days) != 21 {
		t.Errorf("asked for %d days and has %d, want 21: more than 200,000 figures", from.asked, len(read.Days))
	}
	wantNotes(t, read, "the newer days alone have more than 200000 figures")
}

// TestOpenCostRowsAreBounded: an answer of a few bytes a row is not unfolded.
func TestOpenCostRowsAreBounded(t *testing.T) {
	for name, test := range map[string]struct{ sets, want string }{
		"rows": {`{"CloudCosts":{` + strings.Repeat(`"":{},`, 2_000_000) + `"":{}}}`, "it has more than 20000 entries"},
		"sets": {strings.Repeat(`{},`, 4_000_000) + `{}`, "it has more than 20 entries"},
	} {
		o := serve(t, map[string]page{"/cloudCost": {200, `{"code":200,"data":{"sets":[` + test.sets + `]}}`}})
		read := o.Read(t.Context(), between(17, 17), at(19, 9))
		if read.Known || len(read.Notes) == 0 || !strings.Contains(read.Notes[0].Text, test.want) {
			t.Errorf("%s: known is %v, notes %v, want %q", name, read.Known, read.Notes, test.want)
		}
	}
}

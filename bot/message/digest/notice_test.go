package digest

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/signalbook/signalbook/bot/blockkit"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/message"
	"github.com/signalbook/signalbook/bot/testkit/blocktest"
)

func noticeView(t *testing.T, level report.Level) View {
	t.Helper()
	budget := richMoney(t).Months[0]
	budget.Owners = []string{"@finops"}
	return View{Number: 8, Command: "/playbook", Names: message.Names{"@finops": "<!subteam^S0FIN>"}, Report: report.Report{
		Schema: report.Schema, Week: week47, MadeAt: posting,
		Notice: &report.Notice{
			Digest: "weekly-cost-review", Currency: "USD", Level: level, Budget: budget,
			Top: []report.Share{{Name: "AWS Amazon Elastic Compute Cloud", Total: amount(t, "80123.4")}, {Name: "AWS Amazon RDS", Total: amount(t, "20000")}},
		},
	}}
}

func TestNotice(t *testing.T) {
	var b strings.Builder
	for _, level := range []report.Level{report.NearlyUsed, report.WillGoOver, report.UsedUp} {
		slots := Render(noticeView(t, level))
		if len(slots) != 1 || slots[0].Name != "root" {
			t.Fatalf("got %d messages, want one root", len(slots))
		}
		b.WriteString(blocktest.Readable(t, slots[0].Message))
	}
	blocktest.Golden(t, "notice", b.String())
}

// TestANoticeCallsItsOwnersAlone: once, and nobody whom a name is made of.
func TestANoticeCallsItsOwnersAlone(t *testing.T) {
	v := noticeView(t, report.UsedUp)
	if diff := cmp.Diff([]string{"<!subteam^S0FIN>"}, blocktest.Notified(t, Render(v)[0].Message)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	n := *v.Report.Notice
	n.Digest, n.Currency, n.Level = blocktest.Hostile, blocktest.Hostile, report.Level(blocktest.Hostile)
	n.Budget.Name, n.Budget.Filter, n.Budget.Why, n.Budget.Budget = blocktest.Hostile, blocktest.Hostile, strings.Repeat(blocktest.Hostile, 9), math.Inf(1)
	n.Budget.Owners = []string{blocktest.Hostile}
	for range 50 {
		n.Top = append(n.Top, report.Share{Name: blocktest.Hostile})
	}
	v.Report.Notice, v.Belongs, v.BelongsWhy = &n, blocktest.Hostile, blocktest.Hostile
	for _, names := range []message.Names{nil, {}, v.Names} {
		v.Names = names
		m := Render(v)[0].Message
		if got := blocktest.Notified(t, m); len(got) > 0 {
			t.Errorf("a hostile notice notifies %v", got)
		}
		for _, problem := range blocktest.Problems(t, blockkit.Fit(m)) {
			t.Error(problem)
		}
	}
}

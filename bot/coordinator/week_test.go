package coordinator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/coordinator"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/event"
	"github.com/signalbook/signalbook/bot/incident"
)

// all is what a digest and its thread say.
func (r *reviewRig) all(n int) string {
	root := r.digests()[n-1]
	var said strings.Builder
	said.WriteString(root.PlainText())
	for _, m := range r.sim.Thread("cost-review", root.TS) {
		said.WriteString("\n" + m.PlainText())
	}
	return said.String()
}

// TestTwoDigestsOfOneWeekShareMarksAndAdoptions: what people do to one of them shows in
// the other, in whichever it was done and whichever came first; nothing is done twice.
// A digest of another week is none of theirs.
func TestTwoDigestsOfOneWeekShareMarksAndAdoptions(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(-week))
	anna, ben := incident.User{ID: "U0SIM00001", Name: "anna"}, incident.User{ID: "U0SIM00002", Name: "ben"}
	do := func(number int, verb report.Verb, subject string, by incident.User) event.Answer {
		t.Helper()
		return r.act(string(verb), event.DigestAct{Verb: verb, Digest: number, Subject: subject, User: by, Text: "because"})
	}
	post := func(n int) {
		t.Helper()
		if a := r.act("post", event.DigestAct{Verb: report.VerbPost, Name: "weekly", Again: true}); a.Digest.Kind != event.DigestAsked {
			t.Fatalf("posting was answered %+v", a)
		}
		r.have(n)
	}
	post(1)
	started := do(1, report.VerbInvestigate, spike, anna)
	if started.Incident.Kind != incident.AnswerStarted {
		t.Fatalf("investigating was answered %+v", started)
	}
	post(2)
	r.eventually("the second digest says who investigates", func() bool { return strings.Contains(r.all(2), "by anna: "+incident.ID(started.Incident.Incident)) })
	if a := do(2, report.VerbInvestigate, spike, ben); a.Digest.Kind != event.DigestTaken || a.Digest.Who.Name != "anna" {
		t.Errorf("investigating in the second what is investigated in the first was answered %+v", a)
	}
	if a := do(2, report.VerbAdopt, "C1", ben); a.Digest.Kind != event.DigestApplied {
		t.Fatalf("adopting was answered %+v", a)
	}
	r.eventually("the first digest shows the adoption", func() bool { return strings.Contains(r.all(1), "Adopted by ben") })
	if a := do(1, report.VerbExpected, spike, anna); a.Digest.Kind != event.DigestApplied {
		t.Fatalf("calling it expected was answered %+v", a)
	}
	r.eventually("the second digest shows that it is expected", func() bool { return strings.Contains(r.all(2), "Expected, says anna") })
	if a := do(1, report.VerbUndo, "C1", anna); a.Digest.Kind != event.DigestApplied {
		t.Fatalf("taking the adoption back was answered %+v", a)
	}
	r.eventually("both show it open", func() bool {
		return !strings.Contains(r.all(1), "Adopted by") && !strings.Contains(r.all(2), "Adopted by")
	})
	if n := len(r.roots()); n != 1 {
		t.Errorf("got %d incidents, want 1", n)
	}

	// The digests of another week.
	r.report = func(_ coordinator.Digest, told report.Report) (report.Report, error) {
		told.Week = told.Week.Add(-1)
		return told, nil
	}
	post(3)
	if said := r.all(3); strings.Contains(said, "Expected, says") {
		t.Errorf("a digest of another week took over what was said of this one:\n%s", said)
	}
}

// TestASecondDigestOfAWeekIsAskedBack: whoever asks for another one of the same week
// learns which there is, when it came and how he gets another all the same; a click on
// the answer counts once.
func TestASecondDigestOfAWeekIsAskedBack(t *testing.T) {
	t.Parallel()
	r := startReviewRig(t, tick.Add(-week))
	anna, ben := incident.User{ID: "U0SIM00001", Name: "anna"}, incident.User{ID: "U0SIM00002", Name: "ben"}
	post := func(v event.DigestAct) event.Answer {
		t.Helper()
		v.Verb, v.Name = report.VerbPost, "weekly"
		return r.act("post", v)
	}
	if a := post(event.DigestAct{User: anna}); a.Digest.Kind != event.DigestAsked {
		t.Fatalf("the first was answered %+v", a)
	}
	// At once, be it made already or not.
	if a := post(event.DigestAct{User: ben}); a.Digest.Kind != event.DigestSecond || a.Digest.Who.ID != anna.ID || a.Digest.When.IsZero() || a.Digest.Title != "weekly" {
		t.Errorf("the second was answered %+v", a)
	}
	r.have(1)
	if a := post(event.DigestAct{User: ben}); a.Digest.Kind != event.DigestSecond || a.Digest.State != "DIG-1" || a.Digest.Who.ID != anna.ID || a.Digest.Text != "#cost-review" {
		t.Errorf("the second was answered %+v once the first was there", a)
	}
	click := event.DigestAct{User: ben, Again: true, Digest: 1}
	if a := post(click); a.Digest.Kind != event.DigestAsked {
		t.Fatalf("asking for another one was answered %+v", a)
	}
	r.have(2)
	if a := post(click); a.Digest.Kind != event.DigestSecond || a.Digest.State != "DIG-2" {
		t.Errorf("the same click once more was answered %+v", a)
	}
	if a := post(event.DigestAct{User: ben, Again: true}); a.Digest.Kind != event.DigestAsked {
		t.Errorf("asking by words for another one was answered %+v", a)
	}
	r.have(3)
	// The schedule asks nobody.
	now := r.store.Now()
	r.now.Store(now.Unix())
	r.configure(every("weekly", "each hour", now.Add(time.Minute), time.Hour))
	r.eventually("the coordinator knows the schedule", func() bool {
		passed, err := r.store.Digests.Passed(t.Context())
		return err == nil && passed["weekly"].Schedule == "each hour"
	})
	r.now.Store(now.Add(2 * time.Minute).Unix())
	r.have(4)
}

// TestSecondPostsInOneBatch: two people post at the same moment, and the coordinator reads
// both at once: one digest.
func TestSecondPostsInOneBatch(t *testing.T) {
	t.Parallel()
	r := prepareReviewRig(t, tick.Add(-week))
	for _, op := range []string{"one", "two"} {
		r.put(op, event.DigestAct{Verb: report.VerbPost, Name: "weekly", User: incident.User{ID: "U0SIM00001", Name: "anna"}})
	}
	r.begin(r.store)
	if a := r.answered("one"); a.Digest.Kind != event.DigestAsked {
		t.Errorf("the first was answered %+v", a)
	}
	if a := r.answered("two"); a.Digest.Kind != event.DigestSecond {
		t.Errorf("the second was answered %+v", a)
	}
	r.have(1)
	if d, _, err := r.store.Digests.Of(t.Context(), report.WeekBefore(r.store.Now())); err != nil || len(d) != 1 || d[0].Report.Week != money.WeekOf(money.DayOf(r.store.Now())).Add(-1) {
		t.Errorf("got %+v, %v", d, err)
	}
}

package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/costreview/money"
	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/bot/store"
	"github.com/signalbook/signalbook/playbooks"
)

func (r *rig) about(sources ...Source) About {
	w, err := money.ParseWeek(week)
	if err != nil {
		r.t.Fatal(err)
	}
	return About{Digest: "weekly", Week: w, Now: r.now, Sources: sources}
}

func (r *rig) gather(a About) report.Input {
	r.t.Helper()
	in, err := Gather(r.t.Context(), r.st, Organisation{}, a)
	if err != nil {
		r.t.Fatal(err)
	}
	return in
}

func TestGatherCosts(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	s := r.files()
	unread := Source{ID: "focus:unread", Name: "FOCUS files elsewhere"}
	in := r.gather(r.about(s, unread))
	for k, reading := range in.Readings {
		if reading.Known || len(reading.Notes) != 1 || !strings.Contains(reading.Notes[0].Text, "has not been read yet") {
			t.Errorf("source %d that nobody read: got %+v", k, reading)
		}
	}
	r.write("1.csv", r.day("2026-11-09"), "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
	r.importer("a", s).round(t.Context())
	in = r.gather(r.about(s))
	if got := in.Readings[0]; !got.Known || len(got.Days) != 10 || got.Newest != r.day("2026-11-18") {
		t.Errorf("got %d days up to %s, known %t", len(got.Days), got.Newest, got.Known)
	}
	r.now = r.now.Add(30 * time.Hour)
	in = r.gather(r.about(s))
	if notes := in.Readings[0].Notes; !strings.Contains(notes[len(notes)-1].Text, "was last read 30 hours ago") {
		t.Errorf("old figures are not called old: %+v", notes)
	}
	a := r.about(s)
	a.Skipped = 2
	if in = r.gather(a); len(in.Absent) != 1 || !strings.Contains(in.Absent[0], "2 times while no replica was running") {
		t.Errorf("skipped digests are not told of: %q", in.Absent)
	}
}

// TestGatherWhatWasSaid: the digest of the week before, and people's words about it.
func TestGatherWhatWasSaid(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	a := r.about()
	document := func(n int, name string, w money.Week) store.Commit {
		return store.Commit{Review: store.DigestWrites{Digest: &store.SavedDigest{Document: report.Document{
			Schema: report.Schema, Number: n, Version: 1, Tick: r.now.Add(time.Duration(n) * time.Minute), Report: report.Report{Schema: report.Schema, Digest: name, Week: w},
		}}}}
	}
	said := store.Commit{Review: store.DigestWrites{
		Expect: &report.Expectation{Series: "s", Reason: "sale", Week: a.Week}, Adopt: map[string]report.Adoption{"C1": {State: report.StepAdopted, By: "anna", At: r.now}},
	}}
	r.commit(document(1, "weekly", a.Week.Add(-2)), document(2, "weekly", a.Week.Add(-1)), document(3, "other", a.Week.Add(-1)), said)
	in := r.gather(a)
	if in.Posted == nil || in.Posted.Week != a.Week.Add(-1) {
		t.Errorf("got posted %+v, want the digest of the week before", in.Posted)
	}
	if len(in.Expected) != 1 || in.Expected[0].Reason != "sale" || in.Adoptions["C1"].By != "anna" {
		t.Errorf("got expected %+v and adopted %+v", in.Expected, in.Adoptions)
	}
	a.Digest = "third"
	if in = r.gather(a); in.Posted != nil {
		t.Errorf("another digest's words were taken for its own: %+v", in.Posted)
	}
}

// TestGatherAllDigestsBefore: a digest knows the last week that was told before its own,
// also when weeks were skipped, with what every digest of it judged; and those of its own
// week. Many digests of other names do not hide them.
func TestGatherAllDigestsBefore(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	a := r.about()
	n := 0
	save := func(name string, w money.Week, after time.Duration, days, open []money.Day) {
		t.Helper()
		n++
		at := w.Add(1).Monday().Time().Add(after)
		told := report.Report{Schema: report.Schema, Digest: name, Week: w, MadeAt: at, Money: []report.CurrencyReport{{Currency: "USD", Column: "EffectiveCost", Days: days}}}
		if len(open) > 0 {
			told.Open = map[string][]report.PartDays{"USD": {{Days: open}}}
		}
		r.commit(store.Commit{Review: store.DigestWrites{Digest: &store.SavedDigest{Document: report.Document{
			Schema: report.Schema, Number: n, Version: 1, Tick: at, Report: told,
		}}}})
	}
	old, own := a.Week.Add(-3), a.Week
	all := func(w money.Week, from, to money.Day) (days []money.Day) {
		for d := from; d <= to; d++ {
			days = append(days, w.Monday()+d)
		}
		return days
	}
	save("weekly", old, 57*time.Hour, all(old, 0, 3), all(old, 4, 6)) // asked for on Wednesday, when nobody saw the newest files
	save("weekly", old, -2*time.Hour, all(old, 0, 6), nil)            // on Monday morning in Sydney
	for range 60 {
		save("other", old, 60*time.Hour, nil, nil)
		save("other", own, 60*time.Hour, nil, nil)
	}
	save("weekly", own, 9*time.Hour, all(own, 0, 4), all(own, 5, 6))
	in := r.gather(a)
	if in.Posted == nil || in.Posted.Week != old || len(in.Posted.Open["USD"]) != 0 {
		t.Errorf("got posted %+v, want that of %s with nothing left to judge", in.Posted, old)
	}
	if len(in.Again) != 1 || in.Again[0].Week != own {
		t.Errorf("got %+v of the same week, want the one digest", in.Again)
	}
	a.Week = own.Add(1)
	in = r.gather(a)
	if in.Posted == nil || in.Posted.Week != own || len(in.Again) != 0 {
		t.Fatalf("got posted %+v, want that of %s", in.Posted, own)
	}
	if diff := cmp.Diff([]report.PartDays{{Days: all(own, 5, 6)}}, in.Posted.Open["USD"]); diff != "" {
		t.Errorf("left to judge (-want +got):\n%s", diff)
	}
}

func hours(n int) time.Time { return monday.Add(time.Duration(n) * time.Hour) }

// TestGatherIncidents: those that opened or opened again in the week, and what is
// overdue of all that are open.
func TestGatherIncidents(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	anna := incident.User{ID: "U1", Name: "anna"}
	base := incident.Incident{
		Schema: incident.Schema, Version: 1, State: incident.Open, Group: "g", Severity: "critical", Labels: map[string]string{"alertname": "HighCPU"},
		Playbook: incident.PlaybookRef{Name: "database-cpu"}, Opening: 1,
		Tiers: []incident.Tier{{Name: playbooks.Immediate, Owners: []string{"@db", "@sre"}}, {Name: playbooks.ShortTerm, Owners: []string{"@db"}}, {Name: playbooks.LongTerm, Owners: []string{"S0DB12345", "@sre"}}},
	}
	at := func(n int, opened time.Time, change func(*incident.Incident)) store.Commit {
		i := base
		i.Number, i.Group, i.OpenedAt, i.OpeningAt = n, i.Group+string(rune('a'+n)), opened, opened
		i.Tiers = slices.Clone(base.Tiers)
		i.Tiers[0].Due, i.Tiers[1].Due, i.Tiers[2].Due = opened.Add(time.Hour), opened.Add(7*24*time.Hour), opened.Add(7*24*time.Hour)
		change(&i)
		return store.Commit{Saved: []store.Saved{{Result: incident.Result{Incident: i}}}, Next: n}
	}
	step := func(id string, tier playbooks.TierName, standing incident.Standing) incident.Step {
		return incident.Step{ID: id, Title: id, Tier: tier, Standing: standing}
	}
	commits := []store.Commit{
		at(1, hours(-24*5), func(i *incident.Incident) { // last week: closed as a false alarm, one step late
			i.State, i.ClosedAt, i.ResolvedAt, i.AckedAt, i.Reason = incident.Closed, hours(-24*4), hours(-24*4), hours(-24*5).Add(5*time.Minute), incident.ReasonFalseAlarm
			i.Steps = []incident.Step{
				step("late", playbooks.Immediate, incident.Standing{State: incident.StepDone, By: anna, At: hours(-24*5 + 2)}),
				step("in time", playbooks.Immediate, incident.Standing{State: incident.StepDone, By: anna, At: hours(-24 * 5)}),
				step("dropped", playbooks.Immediate, incident.Standing{State: incident.StepDropped, At: hours(-24 * 4)}),
			}
		}),
		at(2, hours(-24*20), func(i *incident.Incident) { // earlier: its follow-up is overdue
			i.State, i.ResolvedAt = incident.Resolved, hours(-24*19)
			i.Steps = []incident.Step{
				step("index", playbooks.ShortTerm, incident.Standing{State: incident.StepAcknowledged, Holder: anna, At: hours(-24 * 19)}),
				step("cache", playbooks.ShortTerm, incident.Standing{State: incident.StepOpen}),
				step("shard", playbooks.LongTerm, incident.Standing{State: incident.StepAcknowledged, Holder: incident.User{ID: "U0SIM00002"}}),
				step("split", playbooks.LongTerm, incident.Standing{State: incident.StepOpen}),
			}
		}),
		at(3, hours(-24*30), func(i *incident.Incident) { i.Opening, i.OpeningAt = 2, hours(-24*3) }),           // opened again in the week
		at(4, hours(-24*5), func(i *incident.Incident) { i.Drill, i.Labels = true, nil }),                       // a drill
		at(5, hours(-1), func(*incident.Incident) {}),                                                           // this week
		at(6, hours(-24*5), func(i *incident.Incident) { i.Quiet = true }),                                      // never shown
		at(7, hours(-24*5), func(i *incident.Incident) { i.Group, i.Labels = "", map[string]string{"a": "b"} }), // started by hand
	}
	r.commit(commits...)
	// One that is closed while it is looked for is found twice.
	if err := r.raw.ZAdd(t.Context(), "test:{T1}:open", redis.Z{Score: 9e12, Member: 1}).Err(); err != nil {
		t.Fatal(err)
	}
	got := r.gather(r.about()).Incidents
	if len(got.Opened) != 4 {
		t.Errorf("got %d incidents, want 4", len(got.Opened))
	}
	opened := map[string]report.Incident{}
	for _, i := range got.Opened {
		opened[i.ID] = i
	}
	want := map[string]report.Incident{
		"INC-1": {ID: "INC-1", Alert: "HighCPU", Playbook: "database-cpu", Severity: "critical", Reason: "false_alarm", OpenedAt: hours(-24 * 5), AckedAt: hours(-24 * 5).Add(5 * time.Minute), ResolvedAt: hours(-24 * 4), StepsLate: 1},
		"INC-3": {ID: "INC-3", Alert: "HighCPU", Playbook: "database-cpu", Severity: "critical", OpenedAt: hours(-24 * 3)},
		"INC-4": {ID: "INC-4", Playbook: "database-cpu", Severity: "critical", Drill: true, OpenedAt: hours(-24 * 5)},
		"INC-7": {ID: "INC-7", Playbook: "database-cpu", Severity: "critical", OpenedAt: hours(-24 * 5)},
	}
	if diff := cmp.Diff(want, opened); diff != "" {
		t.Errorf("opened (-want +got):\n%s", diff)
	}
	due := hours(-24 * 20).Add(7 * 24 * time.Hour)
	wantOverdue := []report.Overdue{
		{Incident: "INC-2", Step: "index", Tier: "short_term", Owner: "anna", Due: due},
		{Incident: "INC-2", Step: "cache", Tier: "short_term", Owner: "@db", Due: due},
		{Incident: "INC-2", Step: "shard", Tier: "long_term", Owner: "somebody", Due: due}, // nobody reads ids
		{Incident: "INC-2", Step: "split", Tier: "long_term", Owner: "a group, @sre", Due: due},
	}
	if diff := cmp.Diff(wantOverdue, got.Overdue); diff != "" {
		t.Errorf("overdue (-want +got):\n%s", diff)
	}
	// Incidents of channels that it may not tell of are not in it, neither counted nor named, and it says so.
	const silent = "private"
	if in := r.gather(r.about()); strings.Contains(strings.Join(in.Absent, "\n"), silent) {
		t.Errorf("something is missing: %q", in.Absent)
	}
	for n, channel := range map[int]string{3: "#general", 2: "#general"} {
		i, _, err := r.st.Incident(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		was := i.Version
		i.Channel, i.Version = channel, was+1
		r.commit(store.Commit{Saved: []store.Saved{{Result: incident.Result{Incident: i}, Was: was}}})
	}
	about := r.about()
	about.Channel = "#costs"
	about.Tells = func(_ context.Context, to string, channels []string) map[string]bool {
		if to != "#costs" {
			t.Errorf("asked for readers in %q", to)
		}
		tells := map[string]bool{}
		for _, channel := range channels {
			tells[channel] = channel == "#general"
		}
		return tells
	}
	in := r.gather(about)
	if len(in.Incidents.Opened) != 1 || in.Incidents.Opened[0].ID != "INC-3" || len(in.Incidents.Overdue) != 4 {
		t.Errorf("got %+v", in.Incidents)
	}
	if all := strings.Join(in.Absent, "\n"); !strings.Contains(all, silent) || strings.Contains(all, "INC-") {
		t.Errorf("what is missing: %q", in.Absent)
	}
	about.Tells = func(context.Context, string, []string) map[string]bool { return nil }
	if in := r.gather(about); len(in.Incidents.Opened)+len(in.Incidents.Overdue) > 0 {
		t.Errorf("when nothing is known it tells of %+v", in.Incidents)
	}
}

// TestOrganisation: a number that cannot be had says why.
func TestOrganisation(t *testing.T) {
	o := Organisation{Config: &config.Organisation{
		Users: &config.Figure{Value: 44e6}, WeeklyGrowth: &config.Figure{Value: 0.026, Percent: true}, Teams: &config.Figure{Query: "teams"},
	}}
	got := o.Ask(t.Context(), monday)
	if !got.Users.Known || got.Users.Value != 44e6 || got.Users.Source != "configured" || got.WeeklyGrowth.Value != 0.026 {
		t.Errorf("got %+v", got)
	}
	if got.Teams.Known || !strings.Contains(got.Teams.Why, "prometheus.url is missing") {
		t.Errorf("a query without Prometheus: got %+v", got.Teams)
	}
	if got.International.Known || got.International.Why != "organisation.international is not configured" {
		t.Errorf("what is not configured: got %+v", got.International)
	}
}

// TestGatherNamesWhatCannotBeRead: a digest goes on beside what is broken, or a newer
// binary's, and says by name what is missing in it.
func TestGatherNamesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := startRig(t)
	for n := 1; n <= 4; n++ {
		opened := hours(-24 * 5)
		i := incident.Incident{Schema: incident.Schema, Number: n, Version: 1, State: incident.Open, Group: fmt.Sprint("g", n), Opening: 1, OpenedAt: opened, OpeningAt: opened}
		if n == 3 {
			i.State, i.ClosedAt = incident.Closed, hours(-24*4)
		}
		r.commit(store.Commit{Saved: []store.Saved{{Result: incident.Result{Incident: i}}}, Next: n})
	}
	r.write("bill.csv", r.day("2026-11-16"), "1", "2", "3", "4", "5", "6", "7")
	files := r.files()
	r.importer("a", files).round(t.Context())
	const base = "test:{T1}:"
	for key, text := range map[string]string{"inc:2": "{", "inc:3": `{"schema":99,"number":3,"version":7}`, "digest:1": "{"} {
		if err := r.raw.Set(t.Context(), base+key, text, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"adoptions", "expected"} {
		if err := r.raw.HSet(t.Context(), base+key, "bad", "{").Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.raw.ZAdd(t.Context(), base+"digests", redis.Z{Score: 1, Member: 1}).Err(); err != nil {
		t.Fatal(err)
	}
	if err := r.raw.HSet(t.Context(), base+"cost:"+files.ID+":2026-11-18", "nonsense", "{").Err(); err != nil {
		t.Fatal(err)
	}
	in := r.gather(r.about(files))
	if got := len(in.Incidents.Opened); got != 2 {
		t.Errorf("got %d incidents, want the two that can be read", got)
	}
	absent := strings.Join(in.Absent, "\n")
	for _, want := range []string{"Not counted, because what is stored cannot be read: INC-2, INC-3.", "The standing of cost step bad cannot be read", "A spike that is expected bad cannot be read"} {
		if !strings.Contains(absent, want) {
			t.Errorf("the digest says\n%s\nwant %q", absent, want)
		}
	}
	if len(in.Readings) != 1 || len(in.Readings[0].Days) < 6 {
		t.Fatalf("got readings %+v, want the other days of the bill", in.Readings)
	}
	notes := fmt.Sprint(in.Readings[0].Notes)
	if !strings.Contains(notes, "Missing, because what is stored cannot be read") || !strings.Contains(notes, "2026-11-18") {
		t.Errorf("the bill says %s, want the day that is missing", notes)
	}
}

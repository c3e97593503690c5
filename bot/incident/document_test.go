package incident_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/signalbook/signalbook/bot/incident"
	"github.com/signalbook/signalbook/playbooks"
)

// alike compares incidents as JSON can tell them: an empty list is none.
var alike = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(incident.Incident{})}

// odd makes incidents that no history leads to: every field takes any of a few
// values, so that neighbours are equal as often as not.
type odd struct{ *rand.Rand }

func pick[T any](o odd, from ...T) T { return from[o.IntN(len(from))] }

func (o odd) user() incident.User {
	return pick(o, incident.User{}, incident.User{}, incident.User{ID: "U1", Name: "anna"}, incident.User{ID: "U2", Name: "ben b"}, incident.User{ID: "U1"}, incident.User{Name: "nobody"})
}

func (o odd) time() time.Time {
	return pick(o, time.Time{}, epoch, epoch, epoch.Add(time.Millisecond), epoch.Add(123), epoch.In(time.FixedZone("", 7200)),
		time.UnixMilli(-1).UTC(), time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 1e6, time.UTC))
}

func (o odd) text() string {
	return pick(o, "", "", "one", "two", `","version":99,"`, "<&>\u2028\x00")
}

func (o odd) list() []string { return pick(o, nil, []string{"@a"}, []string{"@a"}, []string{"@b", ""}) }

func (o odd) links() []playbooks.Link {
	return pick(o, nil, nil, []playbooks.Link{{Title: "Runbook", URL: "https://r.example"}}, []playbooks.Link{{Title: "Runbook", URL: "https://r.example"}, {Title: o.text(), URL: o.text(), Own: 2}})
}

func (o odd) yes() bool { return o.IntN(2) == 0 }

func (o odd) standing() incident.Standing {
	return incident.Standing{
		State:  pick(o, incident.StepOpen, incident.StepAcknowledged, incident.StepDone, incident.StepSkipped, incident.StepDropped, "", "of_tomorrow"),
		Holder: o.user(), By: o.user(), At: o.time(), Note: o.text(), Answer: o.text(), First: o.user(), FirstAt: o.time(),
	}
}

func (o odd) incident() incident.Incident {
	i := incident.Incident{
		Schema: incident.Schema, Number: o.IntN(3), Version: o.Int64N(30), State: pick(o, incident.Open, incident.Closed, ""), Quiet: o.yes(),
		Title: o.text(), Labels: pick(o, nil, map[string]string{"version": "7", `"version":8`: ""}), LastHeard: o.time(), Owners: o.list(),
		OpenedAt: o.time(), Opening: o.IntN(3), OpeningAt: o.time(), AckedAt: o.time(), AckedBy: o.user(), Lead: o.user(),
		ResolvedAt: o.time(), ResolvedBy: o.user(), ClosedAt: o.time(), Note: incident.Note{By: o.user(), At: o.time(), Text: o.text()},
	}
	for range o.IntN(4) {
		i.Alerts = append(i.Alerts, incident.Alert{
			Fingerprint: o.text(), StartsAt: o.time(), EndsAt: o.time(), Firing: o.yes(), ChangedAt: o.time(), ResolveAt: o.time(), HeldUntil: o.time(),
			Unreported: o.yes(), Summary: o.text(), URL: o.text(), Links: o.links(),
		})
	}
	names := []playbooks.TierName{"", playbooks.Immediate, playbooks.ShortTerm}
	for range o.IntN(4) {
		i.Tiers = append(i.Tiers, incident.Tier{
			Name: pick(o, names...), Within: playbooks.Duration(o.IntN(3)) * playbooks.Duration(time.Hour), Due: o.time(), Owners: o.list(), Overdue: o.yes(),
			Together: pick(o, nil, []incident.Neighbour{{Number: 2, Due: o.time()}}),
			Earlier:  pick(o, nil, nil, []incident.Told{{Opening: 1, Together: []incident.Neighbour{{Number: 3, Due: o.time()}}}}),
		})
	}
	for k := range o.IntN(5) {
		s := incident.Step{
			ID: o.text(), Number: pick(o, k+1, k+1, k, 0), Tier: pick(o, names...), Title: o.text(), Filled: o.yes(), Detail: o.text(), Commands: o.list(),
			Hidden: o.yes(), When: o.list(), Second: o.yes(), Ask: pick(o, nil, &playbooks.Ask{ID: "lag", Text: o.text(), Choices: o.list(), Required: o.yes()}), From: o.IntN(2), To: o.IntN(2), Due: o.time(), Standing: o.standing(),
		}
		if o.yes() {
			before := o.standing()
			s.Before = &before
		}
		i.Steps = append(i.Steps, s)
	}
	return i
}

var versionOfScript = regexp.MustCompile(`"version":(\d+)`) // as the commit script finds it

// TestOddDocuments: no incident, however odd, is another after Redis had it.
func TestOddDocuments(t *testing.T) {
	for seed := range uint64(1000) {
		i := odd{rand.New(rand.NewPCG(seed, 11))}.incident()
		document, err := i.Encode()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := incident.Decode(document)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, document)
		}
		if diff := cmp.Diff(i, back, alike); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s\n%s", seed, diff, document)
		}
		if again, err := back.Encode(); err != nil || !bytes.Equal(again, document) {
			t.Fatalf("seed %d: got %v and\n%s\nthe second time, want\n%s", seed, err, again, document)
		}
		found := versionOfScript.FindSubmatch(document)
		if found == nil || string(found[1]) != strconv.FormatInt(i.Version, 10) {
			t.Fatalf("seed %d: the script finds %q, want version %d\n%s", seed, found, i.Version, document)
		}
	}
}

// TestShortForm: what earlier binaries left out of a document is there again. Of each
// odd incident short.jsonl has the short form that they wrote, and the whole one.
func TestShortForm(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/short.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	documents := slices.Collect(bytes.Lines(data))
	if len(documents) < 40 {
		t.Fatalf("got %d documents", len(documents))
	}
	for k := 0; k < len(documents); k += 2 {
		short, whole := documents[k], documents[k+1]
		if !bytes.HasPrefix(short, []byte(`{"schema":2,`)) || !bytes.HasPrefix(whole, []byte(`{"schema":1,`)) {
			t.Fatalf("got %s and %s", short, whole)
		}
		got, err := incident.Decode(short)
		if err != nil {
			t.Fatalf("%v of %s", err, short)
		}
		want, err := incident.Decode(whole)
		if err != nil {
			t.Fatalf("%v of %s", err, whole)
		}
		if diff := cmp.Diff(want, got, alike); diff != "" {
			t.Errorf("%s (-want +got):\n%s", short, diff)
		}
		if again, err := got.Encode(); err != nil || string(again)+"\n" != string(whole) {
			t.Errorf("got %v and\n%s\nwant\n%s", err, again, whole)
		}
	}
}

// TestShortFormSaysWhatItLeftOut: each thing that the short form implies, by itself, with
// links that alerts share and what a newer binary wrote.
func TestShortFormSaysWhatItLeftOut(t *testing.T) {
	t.Parallel()
	const short = `{"schema":2,"number":3,"version":5,"state":"acknowledged","title":"Hot","channel":"C1","owners":["@db"],"playbook":{"name":"","hash":""},"opening":1,"acked_by":"U1 anna",` +
		`"alerts":[{"fingerprint":"a","firing":true,"starts_at":1795424400000,"url":"http://p","links":2},{"fingerprint":"b","firing":true,"changed_at":1795424460000,"links":9,"of_tomorrow":1}],` +
		`"link_sets":[[],[{"title":"Runbook","url":"https://r.example"}]],` +
		`"opened_at":1795424400000,"acked_at":1795424460000,"tiers":[{"name":"immediate","within":"1h","due":1795428000000}],"steps":[` +
		`{"id":"pool","title":"Pool","tier":"immediate","state":"done","holder":"U1 anna","at":1795424460000,"before":{"at":1795424400000}},` +
		`{"id":"scale","title":"Scale","detail":"up","state":"skipped","holder":"U1 anna","by":"U2 ben","at":1795424460000,"note":"no","before":{"state":"open"}},` +
		`{"id":"look","title":"Look"}],"of_tomorrow":{"x":1}}`
	const want = `{"schema":1,"number":3,"version":5,"state":"acknowledged","title":"Hot",` +
		`"alerts":[{"fingerprint":"a","starts_at":"2026-11-23T09:00:00Z","firing":true,"changed_at":"2026-11-23T09:00:00Z","url":"http://p","links":[{"title":"Runbook","url":"https://r.example"}]},` +
		`{"fingerprint":"b","starts_at":"2026-11-23T09:00:00Z","firing":true,"changed_at":"2026-11-23T09:01:00Z","url":"http://p","of_tomorrow":1}],` +
		`"channel":"C1","owners":["@db"],"playbook":{"name":"","hash":""},"opened_at":"2026-11-23T09:00:00Z","opening":1,"opening_at":"2026-11-23T09:00:00Z","acked_at":"2026-11-23T09:01:00Z","acked_by":"U1 anna",` +
		`"tiers":[{"name":"immediate","within":"1h","due":"2026-11-23T10:00:00Z","owners":["@db"]}],"steps":[` +
		`{"id":"pool","number":1,"tier":"immediate","title":"Pool","state":"done","holder":"U1 anna","by":"U1 anna","at":"2026-11-23T09:01:00Z","before":{"state":"acknowledged","holder":"U1 anna","at":"2026-11-23T09:00:00Z"}},` +
		`{"id":"scale","number":2,"tier":"immediate","title":"Scale","filled":true,"detail":"up","state":"skipped","holder":"U1 anna","by":"U2 ben","at":"2026-11-23T09:01:00Z","note":"no","before":{"state":"open"}},` +
		`{"id":"look","number":3,"tier":"immediate","title":"Look","state":"open"}],"of_tomorrow":{"x":1}}`
	i, err := incident.Decode([]byte(short))
	if err != nil {
		t.Fatal(err)
	}
	got, err := i.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOldAndNewDocuments: documents of earlier binaries are read whole, fields of
// later ones kept, and a form that nobody here knows is refused.
func TestOldAndNewDocuments(t *testing.T) {
	t.Parallel()
	old := `{"schema":1,"number":4,"version":2,"state":"open","opened_at":"2026-11-23T09:00:00Z","opening_at":"2026-11-23T09:00:00Z","lead":{"id":"U1","name":"anna"},"of_tomorrow":{"x":1},` +
		`"steps":[{"id":"a","number":1,"tier":"immediate","title":"A","state":"done","holder":"U1 anna","by":"U2 ben","at":"2026-11-23T09:00:01Z"}]}`
	i, err := incident.Decode([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	want := incident.Incident{
		Schema: 1, Number: 4, Version: 2, State: incident.Open, OpenedAt: epoch, OpeningAt: epoch, Lead: incident.User{ID: "U1", Name: "anna"},
		Steps: []incident.Step{{ID: "a", Number: 1, Tier: playbooks.Immediate, Title: "A", Standing: incident.Standing{
			State: incident.StepDone, Holder: incident.User{ID: "U1", Name: "anna"}, By: incident.User{ID: "U2", Name: "ben"}, At: epoch.Add(time.Second),
		}}},
	}
	for _, form := range []string{"old", "stored anew"} {
		if diff := cmp.Diff(want, i, alike); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
		document, err := i.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(document), `{"schema":1,`) || !strings.HasSuffix(string(document), `,"of_tomorrow":{"x":1}}`) {
			t.Errorf("%s: got %s, want the field of tomorrow at its end", form, document)
		}
		if i, err = incident.Decode(document); err != nil {
			t.Fatal(err)
		}
	}
	for document, part := range map[string]string{
		`{"schema":3,"number":1}`: "schema 3, and this signalbook reads up to 2: a newer signalbook wrote it", `{"schema":"2"}`: "field .schema of type int", `{"schema":2,"steps":[7]}`: "cannot unmarshal number",
		`{"schema":2,"opened_at":"today"}`: "parsing time", `{"schema":2,"opened_at":1.5}`: "not a JSON string", ``: "unexpected end", `[]`: "cannot unmarshal array",
	} {
		if _, err := incident.Decode([]byte(document)); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got error %v, want %q in it", document, err, part)
		}
	}
}

// FuzzDocument: whatever Redis has, reading does not end the process, and what was
// read is the same after it was written.
func FuzzDocument(f *testing.F) {
	for seed := range uint64(20) {
		i := odd{rand.New(rand.NewPCG(seed, 12))}.incident()
		document, err := i.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(document)
	}
	for _, document := range []string{`null`, `{"schema":2}`, `{"schema":2,"steps":[{}],"tiers":[null],"alerts":[{}]}`, `{"schema":2,"steps":[{"before":{}}]}`} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := incident.Decode(data)
		if err != nil {
			return
		}
		document, err := i.Encode()
		if err != nil {
			return // a time of zone +23:59 in the year 9999 is read, but not written
		}
		once, err := incident.Decode(document)
		if err != nil {
			t.Fatalf("%v of\n%s", err, document)
		}
		if again, err := once.Encode(); err != nil || !bytes.Equal(again, document) {
			t.Fatalf("got %v and\n%s\nthe second time, want\n%s", err, again, document)
		}
	})
}

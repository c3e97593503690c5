package source

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestTeamOfTags: tags in whatever form exports have them; what is none is named, and
// nothing of it is fatal.
func TestTeamOfTags(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]tag{
		`{"team":"checkout","x":"y"}`:                            {team: "checkout"},
		` {"Team": "Checkout"} `:                                 {team: "Checkout"},
		`{"TEAM":"b","team":"a"}`:                                {team: "a"},
		`{"user:team":"a"}`:                                      {team: "a"},
		`{"user_Team":"a"}`:                                      {team: "a"},
		`"team": "a","env": "prod"`:                              {team: "a"},
		`[{"Key":"env","Value":"x"},{"Key":"team","Value":"a"}]`: {team: "a"},
		`[{"name":"team","value":7}]`:                            {team: "7"},
		`{"team":42}`:                                            {team: "42"},
		`{"team":null}`:                                          {},
		`{"team":""}`:                                            {},
		`{"teams":"a"}`:                                          {},
		`{}`:                                                     {},
		`[]`:                                                     {},
		`NULL`:                                                   {},
		`null`:                                                   {},
		``:                                                       {},
		`{"team":{"name":"a"}}`:                                  {unread: true},
		`{"team":"a"`:                                            {unread: true},
		`team=a`:                                                 {unread: true},
		`[1]`:                                                    {unread: true},
		`{"team":"a","x":"` + strings.Repeat("x", maxTags) + `"}`:     {unread: true},
		strings.Repeat(`{"a":`, 20_000) + strings.Repeat(`}`, 20_000): {unread: true},
	} {
		cache := tagged{by: "team"}
		for range 2 {
			if got := cache.read(tags); got != want {
				t.Errorf("%.60s: got %+v, want %+v", tags, got, want)
			}
		}
	}
}

// byTeams is what each team costs.
func byTeams(r money.Reading) map[string]money.Amount {
	return total(r, func(_ money.Day, g money.Group) string { return g.Team })
}

func wantTeams(t *testing.T, r money.Reading, want map[string]string) {
	t.Helper()
	got := byTeams(r)
	for team, sum := range want {
		if got[team].String() != sum {
			t.Errorf("team %q costs %s, want %s", team, got[team], sum)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d teams, want %d", len(got), len(want))
	}
}

// TestTeamsAreTagsOrColumns: a tag of that name, or a column such as SubAccountName.
func TestTeamsAreTagsOrColumns(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	text := strings.TrimSuffix(wide, "\n") + ",SubAccountName\n"
	for _, row := range []struct{ tags, account string }{
		{`"{""team"":""checkout""}"`, "shop"}, {`"{""team"":""checkout""}"`, "NULL"}, {`NULL`, "shop"}, {`"{""team"":""sear`, `ch`},
	} {
		text += strings.TrimSuffix(line("Tags="+row.tags), "\n")
		if strings.HasSuffix(row.tags, "sear") {
			text = strings.TrimSuffix(text, row.tags) + `{broken`
		}
		text += "," + row.account + "\n"
	}
	write(t, path, []byte(text))
	r := read(t, Files{Patterns: []string{path}, By: "team"})
	wantTeams(t, r, map[string]string{"checkout": "2.5", "": "2.5"})
	wantNotes(t, r, "1 row has tags that cannot be read as JSON, so whose they are is not known: they count as untagged.")
	wantTeams(t, read(t, Files{Patterns: []string{path}, By: "subaccountname"}), map[string]string{"shop": "2.5", "": "1.25", "ch": "1.25"})
	r = read(t, Files{Patterns: []string{path}})
	wantTeams(t, r, map[string]string{"": "5"})
	wantNotes(t, r)
	if (Files{By: "team"}).Source() == (Files{}).Source() {
		t.Error("a source keeps its days when it is asked for teams, which they do not have")
	}
}

// TestTeamsOfParquet: tags are a map, or JSON in a text.
func TestTeamsOfParquet(t *testing.T) {
	t.Parallel()
	service, cost := "EC2", 1.0
	var rows []mapped
	for k := range 300 {
		row := mapped{BilledCost: 1, EffectiveCost: &cost, ChargePeriodStart: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC), BillingCurrency: "USD", ServiceName: &service}
		if k%3 > 0 {
			row.Tags = map[string]string{"Team": fmt.Sprint("team ", k%3), "x": "y"}
		}
		rows = append(rows, row)
	}
	r := read(t, Files{Patterns: []string{mappedFile(t, rows)}, By: "team"})
	wantTeams(t, r, map[string]string{"": "100", "team 1": "100", "team 2": "100"})

	records := [][]string{strings.Split(strings.TrimSpace(wide), ",")}
	for _, tags := range []string{`{"team":"a"}`, `{"team":"a"}`, `{"team":`, ``} {
		fields := strings.Split(strings.TrimSpace(line("Tags=")), ",")
		fields[len(fields)-1] = tags
		records = append(records, fields)
	}
	path := filepath.Join(t.TempDir(), "b.parquet")
	write(t, path, parquetOf(t, records, nil, 2, asIs))
	r = read(t, Files{Patterns: []string{path}, By: "team"})
	wantTeams(t, r, map[string]string{"a": "2.5", "": "2.5"})
	wantNotes(t, r, "1 row has tags that cannot be read")
}

// TestTenThousandTeamsOfAFile: the largest are told apart, the others are one, the sum
// is the same.
func TestTenThousandTeamsOfAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.csv")
	var text strings.Builder
	text.WriteString(wide)
	for n := range 40_000 {
		team := n % 10_000
		text.WriteString(line(fmt.Sprintf(`Tags="{""team"":""team %05d""}"`, team), fmt.Sprintf("EffectiveCost=%d", 1+team), fmt.Sprintf("ServiceName=service %d", n%7), fmt.Sprintf("ChargePeriodStart=2026-11-%02dT00:00:00Z", 1+n%20)))
	}
	text.WriteString(line("EffectiveCost=5"))
	write(t, path, []byte(text.String()))
	r := read(t, Files{Patterns: []string{path}, By: "team"})
	got := byTeams(r)
	var sum money.Amount
	for _, amount := range got {
		sum = sum.Add(amount)
	}
	if len(got) != maxFileTeams+2 || got["team 09999"].String() != "40000" || got["team 09800"].String() != "39204" || got[""].String() != "5" || sum.String() != "200020005" {
		t.Errorf("got %d teams, the largest with %s, untagged %s, in all %s", len(got), got["team 09999"], got[""], sum)
	}
	wantNotes(t, r, `There are up to 9800 more teams than the 200 largest of a file, which are told apart: see whether "team" is what names a team.`)
}

package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// maxFileTeams is how many teams one file may name. Of more the largest are told
// apart, and the file is read twice to find them.
const maxFileTeams = 200

// findTeam finds the column that names the team: one of that name, else the tags do.
func (c *columns) findTeam(header []string, by string) {
	c.at[fTeam] = -1
	if by == "" {
		return
	}
	c.names[fTeam] = by
	for k, name := range header {
		if c.at[fTeam] < 0 && canonical(name) == canonical(by) && k != c.at[fTags] {
			c.at[fTeam] = k
		}
	}
}

// tagged reads tags; rows mostly have those of rows before.
type tagged struct {
	by    string // what names teams; empty: nobody asks
	known map[string]tag
	size  int // bytes of known
}

// tag is what tags say; unread: they are no tags.
type tag struct {
	team   string
	batch  bool // it is batch work
	unread bool
}

// tagged reads the tags that the file's own column does not make needless.
func (t *table) tagged(c *columns) tagged {
	if c.at[fTeam] >= 0 {
		return tagged{}
	}
	return tagged{by: t.file.By}
}

// read says what tags do.
func (t *tagged) read(tags string) (found tag) {
	if len(tags) <= 8 && isNull(tags) || t.by == "" && !mentionsBatch(tags) {
		return tag{}
	}
	if found, ok := t.known[tags]; ok {
		return found
	}
	if t.by != "" {
		found = teamOf([]byte(tags), t.by)
	}
	found.batch = mentionsBatch(tags) && isBatch(tags)
	if t.known == nil || len(t.known) >= maxKnown || t.size >= maxKnownBytes {
		t.known, t.size = map[string]tag{}, 0
	}
	if len(tags) <= maxKnownKey {
		t.known[strings.Clone(tags)] = found
		t.size += len(tags) + len(found.team)
	}
	return found
}

// teamOf reads tags: a JSON object, its inside alone as Microsoft's own exports have
// it, or a list of pairs of key and value.
func teamOf(tags []byte, by string) tag {
	if len(tags) > maxTags {
		return tag{unread: true}
	}
	tags = bytes.TrimSpace(tags)
	all := map[string]any{}
	switch {
	case len(tags) > 0 && tags[0] == '"':
		tags = slices.Concat([]byte("{"), tags, []byte("}"))
	case len(tags) > 0 && tags[0] == '[':
		var pairs []map[string]any
		if json.Unmarshal(tags, &pairs) != nil {
			return tag{unread: true}
		}
		for _, pair := range pairs {
			var key string
			var value any
			for name, part := range pair {
				switch text, _ := part.(string); {
				case strings.EqualFold(name, "key"), strings.EqualFold(name, "name"):
					key = text
				case strings.EqualFold(name, "value"):
					value = part
				}
			}
			all[key] = value
		}
		return pick(all, by)
	}
	if json.Unmarshal(tags, &all) != nil {
		return tag{unread: true}
	}
	return pick(all, by)
}

// prefixes are what exports put before the names that people gave tags.
var prefixes = [...]string{"user:", "user_", "resourceTags/user:"}

// pick is the value of the tag that is called so, capitals and an export's prefix aside.
func pick(all map[string]any, by string) tag {
	value, ok := all[by]
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if ok {
			break
		}
		bare := key
		for _, prefix := range prefixes {
			if len(key) > len(prefix) && strings.EqualFold(key[:len(prefix)], prefix) {
				bare = key[len(prefix):]
			}
		}
		if ok = strings.EqualFold(bare, by) || strings.EqualFold(key, by); ok {
			value = all[key]
		}
	}
	switch value := value.(type) {
	case nil:
		return tag{}
	case string:
		return tag{team: value}
	case bool, float64:
		return tag{team: fmt.Sprint(value)}
	}
	return tag{unread: true}
}

// otherTeam is a group that does not tell teams apart.
func otherTeam(g money.Group) money.Group {
	if g.Team != "" {
		g.Team = money.OtherTeams
	}
	return g
}

// narrowed is a group as far as the table tells groups apart.
func (t *table) narrowed(g money.Group) money.Group {
	if t.counting {
		return money.Group{Team: strings.ToLower(g.Team)}
	}
	if t.file.NoSKU {
		g = withoutSKU(g)
	}
	if t.file.NoRegion {
		g = withoutRegion(g)
	}
	if t.file.Folded {
		g = withoutAccount(g)
	}
	if t.file.TeamsFolded || t.keep != nil && !t.keep[strings.ToLower(g.Team)] {
		g = otherTeam(g)
	}
	return g
}

// crowd begins to count teams only, when there are too many of them: then the largest
// are known, and the file is read anew.
func (t *table) crowd(g money.Group) {
	if t.file.By == "" || t.counting || t.keep != nil || t.file.TeamsFolded || g.Team == "" {
		return
	}
	t.teams[strings.ToLower(g.Team)] = true
	if len(t.teams) > maxFileTeams {
		t.counting = true
		t.rebuild()
	}
}

// largestTeams are the teams of a table that counted, and how many more there are.
func (t *table) largestTeams() (keep map[string]bool, more int) {
	sums := map[string]money.Amount{}
	for at, k := range t.at {
		if team := t.groups[at.group].Team; team != "" {
			sums[team] = sums[team].Add(t.costs[k].Amount)
		}
	}
	names := slices.SortedFunc(maps.Keys(sums), func(x, y string) int {
		if c := sums[y].Abs().Cmp(sums[x].Abs()); c != 0 {
			return c
		}
		return strings.Compare(x, y)
	})
	keep = map[string]bool{}
	for _, name := range names[:min(len(names), maxFileTeams)] {
		keep[name] = true
	}
	return keep, len(names) - len(keep)
}

// anew reads a file once more when its teams were only counted.
func (t *table) anew(read func() error) error {
	err := read()
	if !t.counting {
		return err
	}
	keep, more := t.largestTeams()
	t.reset()
	t.keep, t.file.MoreTeams = keep, more
	return read()
}

// noteTeams says what is not known of teams.
func (n *notes) noteTeams(say func(partial bool, format string, values ...any)) {
	if n.badTags > 0 {
		say(false, "%s tags that cannot be read as JSON, so whose they are is not known: they count as untagged.", rows(n.badTags, "has", "have"))
	}
	if n.moreTeams > 0 {
		say(false, "There are up to %d more teams than the %d largest of a file, which are told apart: see whether %q is what names a team.", n.moreTeams, maxFileTeams, n.by)
	}
	if n.teamsFolded {
		say(false, "There are more than %d sums of groups and days, so teams are not told apart: match fewer files.", maxCells)
	}
}

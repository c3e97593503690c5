package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/playbooks"
)

// mattermostVersion is the only version of the export format so far
// (CurrentPlaybookExportVersion in server/app/playbook_export.go of
// mattermost/mattermost-plugin-playbooks).
const mattermostVersion = 1

// export is the part of the format that a playbook can hold. Rest is the rest.
type export struct {
	Version              *int        `json:"version"`
	Title                string      `json:"title"`
	Description          string      `json:"description"`
	Checklists           []checklist `json:"checklists"`
	Keywords             []string    `json:"signal_any_keywords"`
	RetrospectiveEnabled bool        `json:"retrospective_enabled"`
	Retrospective        string      `json:"retrospective_template"`

	Rest map[string]jsontext.Value `json:",embed"`
}

type checklist struct {
	Title string                    `json:"title"`
	Items []task                    `json:"items"`
	Rest  map[string]jsontext.Value `json:",embed"`
}

type task struct {
	Title       string                    `json:"title"`
	Description string                    `json:"description"`
	Command     string                    `json:"command"`
	DueDate     int64                     `json:"due_date"` // milliseconds after the beginning
	Assignee    string                    `json:"assignee_id"`
	Rest        map[string]jsontext.Value `json:",embed"`
}

// housekeeping are keys that mean nothing outside the server they come from:
// its ids and counters, and how its own channels are made. They are left out.
var housekeeping = []string{
	"id", "team_id", "public", "create_at", "update_at", "delete_at", "num_stages", "num_steps", "num_runs", "num_actions", "last_run_at", "active_runs", "is_favorite",
	"members", "member_ids", "default_playbook_admin_role", "default_playbook_member_role", "default_run_admin_role", "default_run_member_role",
	"create_public_playbook_run", "create_channel_member_on_new_participant", "create_channel_member_on_removed_participant", "remove_channel_member_on_removed_participant",
	"channel_id", "channel_mode", "categorize_channel_enabled", "run_summary_template_enabled", "message_on_join_enabled", "status_update_enabled",
	"signal_any_keywords_enabled", "invite_users_enabled", "default_owner_enabled", "broadcast_enabled", "webhook_on_creation_enabled", "webhook_on_status_update_enabled",
	"state", "state_modified", "state_modified_post_id", "assignee_modified", "assignee_modified_post_id", "command_last_run", "completed_at", "last_skipped", "items_order", "has_more",
}

// Mattermost reads a playbook exported from Mattermost: its checklists become
// tiers, their items steps. file is only its name in errors, which begin with
// its place.
func Mattermost(file string, data []byte) (*Draft, error) {
	src, err := readable(file, data)
	if err != nil {
		return nil, err
	}
	var in export
	if err := json.Unmarshal([]byte(src), &in); err != nil {
		return nil, jsonProblem(file, src, err)
	}
	d := &Draft{file: file}
	switch {
	case in.Version != nil && *in.Version != mattermostVersion:
		return nil, problem(file, 0, 0, "export version %d, and only version %d is known: export the playbook from a Mattermost that writes version %d, or import its text with: signalbook import markdown", *in.Version, mattermostVersion, mattermostVersion)
	case in.Version == nil && in.Checklists == nil:
		return nil, problem(file, 0, 0, `neither "version" nor "checklists": this is no exported playbook: in Mattermost choose Playbooks, the playbook's menu, Export`)
	case in.Version == nil:
		d.lose(0, `the file has no "version"`, "It was read as an export of version 1.")
	}
	d.title, d.keywords = oneLine(clean(in.Title)), in.Keywords
	d.description = d.convert(in.Description, nil)
	for _, c := range in.Checklists {
		s := section{title: oneLine(clean(c.Title)), tier: tierOf(c.Title)}
		d.rest("checklist "+s.title+": ", c.Rest)
		for _, t := range c.Items {
			s.items = append(s.items, d.task(t))
		}
		switch {
		case len(s.items) > 0:
			d.sections = append(d.sections, s)
		default:
			d.lose(0, "a checklist without items", s.title)
		}
	}
	d.place()
	d.retrospective(in)
	d.rest("", in.Rest)
	if err := d.steps("the playbook has no checklist with items: add the steps in Mattermost and export it again"); err != nil {
		return nil, err
	}
	return d, nil
}

// convert makes mrkdwn of Mattermost's Markdown; what no person has written by
// hand stays as it is. Code blocks go to commands
// when there is somewhere to go.
func (d *Draft) convert(markdown string, commands *[]string) string {
	markdown = clean(markdown)
	if tooDeep(markdown) > 0 || tooDense(markdown) > 0 {
		return entities.Replace(markdown)
	}
	p := parse(markdown, func(_ int, what, text string) { d.lose(0, what, text) })
	p.collect = commands != nil
	text := p.detail(children(p.doc))
	p.unused()
	if commands != nil {
		*commands = append(*commands, p.commands...)
	}
	return text
}

func (d *Draft) task(t task) item {
	it := item{due: time.Duration(min(max(t.DueDate, 0), 3650*24*3600*1000)) * time.Millisecond}
	it.title, it.detail = d.heading(clean(strings.TrimSpace(t.Title)))
	if command := strings.TrimSpace(clean(t.Command)); command != "" {
		it.commands = append(it.commands, command)
		if strings.HasPrefix(command, "/") {
			it.decide = append(it.decide, "the command is a slash command of Mattermost: is there one in Slack?")
		}
	}
	it.detail = join(it.detail, d.convert(t.Description, &it.commands))
	if t.Assignee != "" {
		it.decide = append(it.decide, "it was assigned to the Mattermost user "+textutil.Cut(oneLine(clean(t.Assignee)), 60)+": steps have no owner of their own, a tier has")
	}
	d.rest("step "+textutil.Cut(it.title, 60)+": ", t.Rest)
	return it
}

// heading reads a title: plain, and as mrkdwn when that says more.
func (d *Draft) heading(markdown string) (title, detail string) {
	if tooDeep(markdown) == 0 && tooDense(markdown) == 0 {
		p := parse(markdown, func(_ int, what, text string) { d.lose(0, what, text) })
		if blocks := children(p.doc); len(blocks) == 1 && blocks[0].ChildCount() > 0 {
			if title = p.plain(blocks[0]); p.rich {
				detail = p.mrkdwn(blocks[0])
			}
		}
	}
	if title == "" {
		title = oneLine(markdown)
	}
	return title, detail
}

// retrospective makes a long-term step of the retrospective.
func (d *Draft) retrospective(in export) {
	template := strings.TrimSpace(in.Retrospective)
	switch {
	case template != "" && in.RetrospectiveEnabled:
		it := item{title: "Write the retrospective", decide: []string{"Mattermost asked for a retrospective by this template: keep it as a step?"}}
		it.detail = d.convert(template, nil)
		d.sections = append(d.sections, section{title: "Retrospective", tier: playbooks.LongTerm, items: []item{it}})
	case template != "":
		d.lose(0, "retrospective_template (it was switched off)", clean(template))
	}
}

// rest tells what a playbook cannot hold.
func (d *Draft) rest(where string, rest map[string]jsontext.Value) {
	keys := make([]string, 0, len(rest))
	for key := range rest {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if value := rest[key]; !slices.Contains(housekeeping, key) && !nothing(value) {
			text := string(value)
			var s string
			switch {
			case strings.Contains(key, "webhook"):
				text = "(not shown here: such an address can be a secret)"
			case json.Unmarshal(value, &s) == nil:
				text = s
			}
			d.lose(0, clean(where+key), clean(text))
		}
	}
}

// nothing tells whether a value says nothing: empty, zero, false.
func nothing(v jsontext.Value) bool {
	return slices.Contains([]string{`null`, `""`, `0`, `false`, `[]`, `{}`}, strings.TrimSpace(string(v)))
}

func jsonProblem(file, src string, err error) error {
	offset, text := int64(0), err.Error()
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, text = syntax.ByteOffset, "not valid JSON: "+syntax.Err.Error()
		if errors.Is(err, jsontext.ErrDuplicateName) {
			text = fmt.Sprintf("%s is given twice", syntax.JSONPointer)
		}
	} else if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		offset = semantic.ByteOffset
		at := string(semantic.JSONPointer)
		if at == "" {
			at = "the file"
		}
		kind := map[jsontext.Kind]string{'{': "an object", '[': "a list", '"': "text", '0': "a number"}[semantic.JSONKind]
		if kind == "" {
			kind = semantic.JSONKind.String()
		}
		text = fmt.Sprintf("%s is %s, and an export has something else there", at, kind)
	}
	before := src[:min(max(offset, 0), int64(len(src)))]
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	return problem(file, line, column, "%s: the file must be a playbook as Mattermost exports it (Playbooks, the playbook's menu, Export)", text)
}

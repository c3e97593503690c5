package blockkit

import (
	"regexp"
	"slices"
)

// element is a rule for one of the named kinds of elements.
func element(kinds ...string) rule {
	return func(c *checker, at string, v any) {
		k := Kind(v)
		if !slices.Contains(kinds, k) {
			c.fail(at+"/type", "unsupported type: %s", k)
			return
		}
		s := elementShape(k)
		s.may["type"] = text(1, maxID)
		if k != "image" {
			s.may["action_id"] = text(1, maxID)
		}
		c.consistent(at, c.object(at, v, s))
	}
}

func accessory(c *checker, at string, v any) {
	element("button", "overflow", "static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"multi_static_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
		"datepicker", "timepicker", "radio_buttons", "checkboxes", "image")(c, at, v)
}

func actionElement(c *checker, at string, v any) {
	element("button", "overflow", "static_select", "external_select", "users_select", "conversations_select", "channels_select",
		"datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes")(c, at, v)
}

func inputElement(c *checker, at string, v any) {
	element("plain_text_input", "email_text_input", "url_text_input", "number_input", "static_select", "external_select",
		"users_select", "conversations_select", "channels_select", "multi_static_select", "multi_users_select",
		"multi_conversations_select", "multi_channels_select", "datepicker", "timepicker", "datetimepicker",
		"radio_buttons", "checkboxes")(c, at, v)
}

func contextElement(c *checker, at string, v any) {
	switch Kind(v) {
	case "plain_text", "mrkdwn":
		anyText(1, maxSectionText)(c, at, v)
	default:
		element("image")(c, at, v)
	}
}

func elementShape(kind string) shape {
	s := shape{may: map[string]rule{}}
	with := func(name string, r rule) { s.may[name] = r }
	if kind == "image" {
		s.must = []string{"alt_text"}
		with("alt_text", text(1, 2000))
		with("image_url", link("http", "https"))
		with("slack_file", slackFile)
		return s
	}
	with("confirm", confirmation)
	switch kind {
	case "button":
		s.must = []string{"text"}
		with("text", plain(1, 75))
		with("url", link("http", "https", "mailto", "slack"))
		with("value", text(1, 2000))
		with("style", oneOf("primary", "danger"))
		with("accessibility_label", text(1, 75))
		return s
	case "overflow":
		s.must = []string{"options"}
		with("options", list(1, 5, option("plain_text")))
		return s
	}
	with("focus_on_load", isBool)
	switch kind {
	case "radio_buttons", "checkboxes":
		s.must = []string{"options"}
		with("options", list(1, 10, option("plain_text", "mrkdwn")))
		with("initial_option", option("plain_text", "mrkdwn"))
		with("initial_options", list(1, 10, option("plain_text", "mrkdwn")))
		return s
	}
	with("placeholder", plain(1, 150))
	switch kind {
	case "static_select", "multi_static_select":
		with("options", list(1, 100, option("plain_text")))
		with("option_groups", list(1, 100, optionGroup))
		with("initial_option", option("plain_text"))
		with("initial_options", list(1, 100, option("plain_text")))
		with("max_selected_items", integer(1, 100))
	case "external_select":
		with("min_query_length", integer(0, 3000))
		with("initial_option", option("plain_text"))
	case "datepicker", "timepicker", "datetimepicker":
		with("initial_date", text(10, 10))
		with("initial_time", text(5, 5))
		with("initial_date_time", integer(1e9, 1e10))
		with("timezone", text(1, 100))
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		textInput(kind, with)
	default: // the selects of users, conversations and channels
		for _, name := range []string{"initial_user", "initial_conversation", "initial_channel"} {
			with(name, text(1, maxID))
			with(name+"s", list(1, 100, text(1, maxID)))
		}
		with("filter", anything)
		with("default_to_current_conversation", isBool)
		with("response_url_enabled", isBool)
		with("max_selected_items", integer(1, 100))
	}
	return s
}

func textInput(kind string, with func(string, rule)) {
	with("initial_value", text(1, 3000))
	with("dispatch_action_config", anything)
	switch kind {
	case "plain_text_input":
		with("multiline", isBool)
		with("min_length", integer(0, 3000))
		with("max_length", integer(1, 3000))
	case "number_input":
		with("is_decimal_allowed", isBool)
		with("min_value", text(1, 40))
		with("max_value", text(1, 40))
	}
}

// confirmation is a confirm dialog: title 100, text 300, buttons 30 characters.
func confirmation(c *checker, at string, v any) {
	c.object(at, v, shape{must: []string{"title", "text", "confirm", "deny"}, may: map[string]rule{
		"title": plain(1, 100), "text": anyText(1, 300), "confirm": plain(1, 30), "deny": plain(1, 30),
		"style": oneOf("primary", "danger")}})
}

// option is an option object. Sources differ on how long a value may be (75 or
// 150); the shorter is safe.
func option(kinds ...string) rule {
	return func(c *checker, at string, v any) {
		c.object(at, v, shape{must: []string{"text", "value"}, may: map[string]rule{
			"text": textObject(1, 75, kinds...), "value": text(1, 75),
			"description": textObject(1, 75, kinds...), "url": link("http", "https")}})
	}
}

func optionGroup(c *checker, at string, v any) {
	c.object(at, v, shape{must: []string{"label", "options"}, may: map[string]rule{
		"label": plain(1, 75), "options": list(1, 100, option("plain_text"))}})
}

// consistent checks what depends on several fields of an element.
func (c *checker) consistent(at string, o Block) {
	if o == nil {
		return
	}
	switch Kind(o) {
	case "static_select", "multi_static_select":
		if (o["options"] == nil) == (o["option_groups"] == nil) {
			c.fail(at, "must define either `options` or `option_groups`")
		}
	case "datetimepicker", "datepicker", "timepicker", "plain_text_input":
		least, most := Number(o["min_length"]), Number(o["max_length"])
		if most > 0 && least > most {
			c.fail(at+"/min_length", "must be less than max_length")
		}
	case "image":
		if (o["image_url"] == nil) == (o["slack_file"] == nil) {
			c.fail(at, "must define either `image_url` or `slack_file`")
		}
	}
	values := OptionValues(o)
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v] {
			c.fail(at+"/options", "option value %q already exists", v)
		}
		seen[v] = true
	}
	if initial, ok := o["initial_option"].(map[string]any); ok && len(values) > 0 {
		if v, _ := initial["value"].(string); !seen[v] {
			c.fail(at+"/initial_option", "must be one of the provided options")
		}
	}
}

// CheckOptions reports what is wrong with the options that an app gives to a select
// that asks for them: at most 100 of 75 characters, or as many groups of them.
func CheckOptions(given any) []string {
	c := &checker{}
	o := c.object("", given, shape{may: map[string]rule{
		"options": list(0, maxOptions, option("plain_text")), "option_groups": list(0, maxOptions, optionGroup)}})
	if o != nil && (o["options"] == nil) == (o["option_groups"] == nil) {
		c.fail("", "must define either `options` or `option_groups`")
	}
	c.consistent("", o)
	return c.problems
}

// maxOptions is how many options an app may give, also of groups, and in each group.
const maxOptions = 100

// fileID is how Slack's file ids look, as its own refusal says.
var fileID = regexp.MustCompile(`^[F][A-Z0-9]{8,}$`)

// slackFile names an uploaded picture, by id or by address. It has to be there,
// completed, looked at by Slack, and a picture.
func slackFile(c *checker, at string, v any) {
	before := len(c.problems)
	o := c.object(at, v, shape{may: map[string]rule{"url": link("http", "https"), "id": func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !fileID.MatchString(s) {
			c.fail(at, "input must match regex pattern: %s", fileID)
		}
	}}})
	switch {
	case len(c.problems) > before:
	case (o["id"] == nil) == (o["url"] == nil):
		c.fail(at, "must define either `id` or `url`")
	case !c.picture(o):
		c.fail(at, "invalid slack file")
	}
}

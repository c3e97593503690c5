package blockkit

// plain is a plain_text object of least to most characters.
func plain(least, most int) rule { return textObject(least, most, "plain_text") }

// anyText is a text object of either type.
func anyText(least, most int) rule { return textObject(least, most, "plain_text", "mrkdwn") }

func textObject(least, most int, kinds ...string) rule {
	return func(c *checker, at string, v any) {
		s := shape{must: []string{"type", "text"}, may: map[string]rule{"type": oneOf(kinds...), "text": text(least, most)}}
		if Kind(v) == "mrkdwn" {
			s.may["verbatim"] = isBool
		} else {
			s.may["emoji"] = isBool
		}
		c.object(at, v, s)
	}
}

func (c *checker) block(at string, v any) {
	shape, known := c.blockShape(Kind(v))
	if !known {
		c.fail(at+"/type", "unsupported type: %s", Kind(v))
		return
	}
	shape.may["type"] = text(1, maxID)
	shape.may["block_id"] = text(1, maxID)
	o := c.object(at, v, shape)
	if o == nil {
		return
	}
	if id, _ := o["block_id"].(string); id != "" {
		if c.blockIDs[id] {
			c.fail(at+"/block_id", "block_id %q already exists", id)
		}
		c.blockIDs[id] = true
	}
	c.together(at, o)
	c.actionIDs(at, o, map[string]bool{})
}

// blockShape is what a block of a kind looks like.
func (c *checker) blockShape(kind string) (shape, bool) {
	switch kind {
	case "header":
		return shape{must: []string{"text"}, may: map[string]rule{"text": plain(1, 150), "level": integer(1, 6)}}, true
	case "divider":
		return shape{may: map[string]rule{}}, true
	case "section":
		return shape{may: map[string]rule{"text": anyText(1, maxSectionText), "fields": list(1, 10, anyText(1, 2000)),
			"accessory": accessory, "expand": isBool}}, true
	case "context":
		return shape{must: []string{"elements"}, may: map[string]rule{"elements": list(1, 10, contextElement)}}, true
	case "actions":
		return shape{must: []string{"elements"}, may: map[string]rule{"elements": list(1, 25, actionElement)}}, true
	case "image":
		return shape{must: []string{"alt_text"}, may: map[string]rule{"image_url": link("http", "https"), "slack_file": slackFile,
			"alt_text": text(1, 2000), "title": plain(1, 2000)}}, true
	case "rich_text":
		return shape{must: []string{"elements"}, may: map[string]rule{"elements": list(1, 1000, richTextPart)}}, true
	case "input":
		return shape{must: []string{"label", "element"}, may: map[string]rule{"label": plain(1, 2000), "element": inputElement,
			"hint": plain(1, 2000), "optional": isBool, "dispatch_action": isBool}}, true
	}
	if c.surface != onMessage {
		return shape{}, false
	}
	switch kind {
	case "markdown":
		return shape{must: []string{"text"}, may: map[string]rule{"text": text(1, maxMarkdown)}}, true
	case "table":
		return shape{must: []string{"rows"}, may: map[string]rule{"column_settings": anything,
			"rows": list(1, 100, list(1, 20, anything))}}, true
	}
	return shape{}, false
}

func anything(*checker, string, any) {}

// together checks what depends on several fields.
func (c *checker) together(at string, o Block) {
	switch Kind(o) {
	case "section":
		if o["text"] == nil && o["fields"] == nil {
			c.fail(at, "must define either `text` or `fields`")
		}
	case "image":
		if (o["image_url"] == nil) == (o["slack_file"] == nil) {
			c.fail(at, "must define either `image_url` or `slack_file`")
		}
	case "markdown":
		s, _ := o["text"].(string)
		if c.markdown += Length(s); c.markdown > maxMarkdown && Length(s) <= maxMarkdown {
			c.fail(at+"/text", "markdown blocks must be less than %d characters together", maxMarkdown+1)
		}
	case "table":
		if c.tables++; c.tables > 1 {
			c.fail(at, "only_one_table_allowed")
		}
	}
}

// actionIDs reports an action_id that occurs twice in one block.
func (c *checker) actionIDs(at string, v any, seen map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			c.actionIDs(at, item, seen)
		}
	case map[string]any:
		if id, _ := v["action_id"].(string); id != "" {
			if seen[id] {
				c.fail(at, "action_id %q already exists", id)
			}
			seen[id] = true
		}
		for _, name := range []string{"elements", "accessory", "element"} {
			c.actionIDs(at, v[name], seen)
		}
	}
}

// CheckView reports what is wrong with a modal. picture says whether an image may
// show the file that it names.
func CheckView(v Block, picture func(named Block) bool) []string {
	c := &checker{surface: onModal, blockIDs: map[string]bool{}, picture: picture}
	c.object("/view", v, shape{must: []string{"type", "title", "blocks"}, may: map[string]rule{
		"type": oneOf("modal"), "title": plain(1, 24), "close": plain(1, 24), "submit": plain(1, 24),
		"private_metadata": text(0, 3000), "callback_id": text(0, maxID), "external_id": text(0, maxID),
		"clear_on_close": isBool, "notify_on_close": isBool, "submit_disabled": isBool, "blocks": viewBlocks,
	}})
	items, _ := v["blocks"].([]any)
	for _, item := range items {
		if Kind(item) == "input" && v["submit"] == nil {
			c.fail("/view/submit", "must define `submit` to use an `input` block in modals")
			break
		}
	}
	return c.problems
}

// CheckHome reports what is wrong with a Home: it has neither a title nor anything to send
// in or to close.
func CheckHome(v Block, picture func(named Block) bool) []string {
	c := &checker{surface: onHome, blockIDs: map[string]bool{}, picture: picture}
	c.object("/view", v, shape{must: []string{"type", "blocks"}, may: map[string]rule{
		"type": oneOf("home"), "private_metadata": text(0, 3000), "callback_id": text(0, maxID), "external_id": text(0, maxID), "blocks": viewBlocks,
	}})
	return c.problems
}

func viewBlocks(c *checker, at string, v any) {
	items, ok := v.([]any)
	if !ok {
		c.fail(at, "must be an array")
		return
	}
	c.blocks(at, items)
}

// Package blockkit judges blocks, views and options as strictly as Slack does, and reads
// what stands in them. It never shows them and knows no workspace: whether a picture is
// there, its caller says.
package blockkit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// surface is where blocks are shown.
type surface int

const (
	onMessage surface = iota
	onModal
	onHome
)

// Limits of Block Kit (Slack: https://docs.slack.dev/reference/block-kit/blocks,
// /block-elements, /composition-objects and /surfaces/modals). Lengths are
// characters, counted in UTF-16 units.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxID            = 255  // block_id, action_id, callback_id, external_id
	maxSectionText   = 3000 // also the longest text of any text object
	maxMarkdown      = 12000
	maxURL           = 3000
)

// What a message's blocks may be together is not documented; Slack answers
// msg_blocks_too_long though each block is legal. These are the strictest that
// others have measured: 13,202 characters of markdown were refused, each of 20
// headers cost about 130 of them, and a mixed message with 11,341 in its texts was
// refused. The JSON is counted for the last, because it is never shorter.
const (
	maxBlocksText = 13200
	headerCost    = 130
	maxBlocksJSON = 11340
)

// TooLong reports whether blocks are too long together.
func TooLong(list []any) bool {
	weight := 0
	for _, b := range list {
		weight += texts(b)
		if Kind(b) == "header" {
			weight += headerCost
		}
	}
	data, err := json.Marshal(list)
	return err != nil || weight > maxBlocksText || len(data) > maxBlocksJSON
}

// rule checks one value and reports what is wrong with it.
type rule func(c *checker, at string, v any)

// shape is a JSON object: the fields it may have and those it must have.
type shape struct {
	may  map[string]rule
	must []string
}

// checker collects what Slack would report, in Slack's words.
type checker struct {
	surface  surface
	problems []string
	blockIDs map[string]bool
	markdown int // characters of markdown blocks so far
	tables   int
	picture  func(named Block) bool // whether an image may show the file that it names
}

func (c *checker) fail(at, format string, values ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, values...)+" [json-pointer:"+at+"]")
}

// Check reports what is wrong with the blocks of a message. picture says whether an
// image may show the file that it names.
func Check(list []any, picture func(named Block) bool) []string {
	c := &checker{surface: onMessage, blockIDs: map[string]bool{}, picture: picture}
	c.blocks("/blocks", list)
	return c.problems
}

func (c *checker) blocks(at string, list []any) {
	most := maxMessageBlocks
	if c.surface != onMessage {
		most = maxViewBlocks
	}
	if len(list) > most {
		c.fail(at, "no more than %d items allowed", most)
		return
	}
	for i, v := range list {
		c.block(at+"/"+strconv.Itoa(i), v)
	}
}

// object checks an object's fields against a shape and returns it.
func (c *checker) object(at string, v any, s shape) Block {
	o, ok := v.(map[string]any)
	if !ok {
		c.fail(at, "must be a valid object")
		return nil
	}
	for _, name := range s.must {
		if _, ok := o[name]; !ok {
			c.fail(at, "missing required field: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		check, known := s.may[name]
		switch {
		case !known:
			c.fail(at, "invalid additional property: %s", name)
		case o[name] == nil:
			c.fail(at+"/"+name, "must be provided a value")
		default:
			check(c, at+"/"+name, o[name])
		}
	}
	return o
}

// text is a string of least to most characters.
func text(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			c.fail(at, "must be a string")
		case Length(s) < least:
			c.fail(at, "must be more than %d characters", least-1)
		case Length(s) > most:
			c.fail(at, "must be less than %d characters", most+1)
		}
	}
}

func oneOf(values ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			c.fail(at, "must be one of: %s", strings.Join(values, ", "))
		}
	}
}

func isBool(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.fail(at, "must be a boolean")
	}
}

// integer is a whole number of least to most.
func integer(least, most int64) rule {
	return func(c *checker, at string, v any) {
		n, ok := v.(json.Number)
		i, err := n.Int64()
		if !ok || err != nil || i < least || i > most {
			c.fail(at, "must be an integer between %d and %d", least, most)
		}
	}
}

// list is an array of least to most items.
func list(least, most int, each rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.fail(at, "must be an array")
			return
		case len(items) < least:
			c.fail(at, "must contain at least %d items", least)
		case len(items) > most:
			c.fail(at, "no more than %d items allowed", most)
			return
		}
		for i, item := range items {
			each(c, at+"/"+strconv.Itoa(i), item)
		}
	}
}

// link is an address with a scheme, as Slack wants it.
func link(schemes ...string) rule {
	return func(c *checker, at string, v any) {
		text(1, maxURL)(c, at, v)
		s, _ := v.(string)
		for _, scheme := range schemes {
			if rest, ok := strings.CutPrefix(strings.ToLower(s), scheme+":"); ok && strings.Trim(rest, "/") != "" {
				return
			}
		}
		c.fail(at, "invalid url")
	}
}

// texts is the length of every string that a reader gets, in characters.
func texts(v any) int {
	sum := 0
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			sum += texts(item)
		}
	case map[string]any:
		for name, item := range v {
			s, isString := item.(string)
			switch {
			case !isString:
				sum += texts(item)
			case name == "text" || name == "alt_text":
				sum += Length(s)
			}
		}
	}
	return sum
}

package source

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// isNull reports whether a field holds nothing: FOCUS says NULL, exports also
// write nothing at all, null, or \N as databases do.
func isNull(text string) bool {
	switch len(text) {
	case 0:
		return true
	case 2:
		if text == `\N` {
			return true
		}
	case 4:
		if text == "NULL" || text == "null" {
			return true
		}
	}
	if text[0] > ' ' && text[len(text)-1] > ' ' {
		return false
	}
	bare := strings.TrimSpace(text)
	return len(bare) < len(text) && isNull(bare)
}

// maxName bounds a name that is kept and shown, in characters.
const maxName = 200

// clean makes a name from outside harmless: valid UTF-8, without control and
// direction characters, its spaces single, at most 200 characters.
func clean(text string) string {
	plain := len(text) <= maxName
	for k := 0; plain && k < len(text); k++ {
		plain = text[k] > ' ' && text[k] < 0x7f || text[k] == ' ' && k > 0 && k < len(text)-1 && text[k-1] != ' '
	}
	if plain {
		return strings.Clone(text)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text[:min(len(text), 16*maxName)], "\uFFFD"))
	short := []rune(strings.Join(strings.Fields(text), " "))
	if len(short) > maxName {
		short = append(short[:maxName-1], '…')
	}
	return string(short)
}

// kindOf says how a charge is judged; known is false for a category that FOCUS
// does not have, which counts as usage.
//
// Refunds may be usage below zero (FOCUS allows a sign in every category), and an
// anomaly series must not hold them. Usage that recurs or comes once is a fee. An
// adjustment above zero is a charge that comes once.
func kindOf(category, class, frequency string, negative bool) (kind money.Kind, known bool) {
	if strings.EqualFold(class, "Correction") {
		return money.Correction, true
	}
	known = true
	switch {
	case strings.EqualFold(category, "Purchase"):
		return money.Purchase, true
	case strings.EqualFold(category, "Tax"):
		return money.Tax, true
	case strings.EqualFold(category, "Credit"):
		return money.Credit, true
	case strings.EqualFold(category, "Adjustment"):
		if negative {
			return money.Credit, true
		}
		return money.Purchase, true
	case isNull(category), strings.EqualFold(category, "Usage"):
	default:
		known = false
	}
	switch {
	case negative:
		return money.Credit, known
	case strings.EqualFold(frequency, "Recurring"), strings.EqualFold(frequency, "One-Time"):
		return money.Purchase, known
	}
	return money.Usage, known
}

// pricingOf is a PricingCategory as FOCUS 1.0 has it: the drafts before had other words.
func pricingOf(category string) string {
	switch strings.ToLower(category) {
	case "on-demand":
		return "Standard"
	case "commitment-based":
		return "Committed"
	}
	return category
}

// maxTags is how many bytes of tags are read; clouds allow 50 tags of 400
// characters or so.
const maxTags = 256 << 10

// isBatch reports whether tags, a JSON object, mark batch work: a value "batch",
// or a key that holds the word and is not switched off. It is slow: ask mentionsBatch
// first.
func isBatch(tags string) bool {
	if len(tags) > maxTags {
		return false
	}
	var all map[string]any
	if json.Unmarshal([]byte(tags), &all) != nil {
		return false
	}
	for key, value := range all {
		text, _ := value.(string)
		if off, isBool := value.(bool); isBool && !off {
			text = "false"
		}
		if tagsBatch(key, text) {
			return true
		}
	}
	return false
}

// mentionsBatch is the cheap look at tags, which nearly all rows end with: batch or Batch
// may be in them, or BATCH is.
func mentionsBatch(tags string) bool {
	return strings.Contains(tags, "atch") || strings.Contains(tags, "BATCH")
}

func bytesMentionBatch(tags []byte) bool {
	return bytes.Contains(tags, []byte("atch")) || bytes.Contains(tags, []byte("BATCH"))
}

func tagsBatch(key, value string) bool {
	if strings.EqualFold(value, "batch") {
		return true
	}
	if !strings.Contains(strings.ToLower(key), "batch") {
		return false
	}
	switch strings.ToLower(value) {
	case "false", "no", "0", "off":
		return false
	}
	return true
}

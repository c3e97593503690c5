package importer

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readable returns the text of a file: UTF-8, lines ended by \n, no byte
// order mark.
func readable(file string, data []byte) (string, error) {
	if len(data) > MaxSize {
		return "", problem(file, 0, 0, "the file is larger than the %d KiB that are read: split it, one playbook for each kind of trouble", MaxSize>>10)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	line := 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return "", problem(file, line, 1, "byte %#02x is not valid UTF-8: save the file as UTF-8", data[i])
		}
		if r == '\n' {
			line++
		}
		i += size
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return "", problem(file, 0, 0, "the file is empty")
	}
	return clean(string(data)), nil
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// clean takes out what no playbook may hold and nobody sees: control
// characters, invisible characters that turn the writing direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r == '\ufeff', r == '\ufffe', r == '\uffff':
			return -1
		case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, lineEnds.Replace(strings.ToValidUTF8(s, "\ufffd")))
}

// oneLine joins the lines and spaces of a text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// escape makes a template of a text that shows it as it is.
func escape(s string) string { return strings.ReplaceAll(s, "{{", `{{ "{{" }}`) }

// apart is for texts that are no templates: a word joiner, which nobody sees,
// keeps two braces from being one.
func apart(s string) string {
	for strings.Contains(s, "{{") {
		s = strings.ReplaceAll(s, "{{", "{\u2060{")
	}
	return s
}

// fit returns the beginning of a text that has at most so many characters
// once written by how, and the rest; it parts them between lines or words
// where it can.
func fit(s string, most int, how func(string) string) (head, rest string) {
	if utf8.RuneCountInString(how(s)) <= most {
		return s, ""
	}
	runes := []rune(s)
	low, high := 0, min(len(runes), most)
	for low < high {
		if mid := (low + high + 1) / 2; utf8.RuneCountInString(how(string(runes[:mid]))) <= most-1 {
			low = mid
		} else {
			high = mid - 1
		}
	}
	head = string(runes[:low])
	for _, between := range []string{"\n", " "} {
		if i := strings.LastIndex(head, between); i > len(head)/2 {
			head = head[:i]
			break
		}
	}
	if open := strings.LastIndexByte(head, '<'); open > strings.LastIndexByte(head, '>') {
		head = head[:open]
	}
	rest = s[len(head):]
	if strings.Count(head, "```")%2 == 0 && strings.Count(head, "`")%2 == 1 {
		tick := strings.LastIndexByte(head, '`')
		head, rest = head[:tick], head[tick:]+rest
	}
	return strings.TrimRight(head, " \n\t"), strings.TrimSpace(rest)
}

var latin = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "à", "a", "á", "a", "â", "a", "ã", "a", "å", "a",
	"ç", "c", "è", "e", "é", "e", "ê", "e", "ë", "e", "ì", "i", "í", "i", "î", "i", "ï", "i", "ñ", "n", "ò", "o", "ó", "o",
	"ô", "o", "õ", "o", "ø", "o", "ù", "u", "ú", "u", "û", "u", "'", "", "’", "")

// maxID is how long ids are made; a playbook allows 60 characters.
const maxID = 40

// slug makes an id of a text; it is empty when the text has no letters or
// digits of the Latin alphabet.
func slug(s string) string {
	var b strings.Builder
	for _, r := range latin.Replace(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() > 200 {
			break
		}
	}
	id := b.String()
	if len(id) > maxID {
		id = id[:maxID+1]
		if i := strings.LastIndexByte(id, '-'); i > maxID/2 {
			id = id[:i]
		}
		id = id[:min(len(id), maxID)]
	}
	return strings.Trim(id, "-")
}

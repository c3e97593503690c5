package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

const (
	// maxText is how many bytes of one JSON string are read: more than the longest
	// that is kept, however it is escaped (4,096 characters of 12 bytes).
	maxText = 64 << 10
	// maxLiteral is how long a number or a word may be.
	maxLiteral = 1_000
)

// clip makes JSON of any size fit a decoder that holds one token at a time: long
// strings are shortened, long numbers and runs of blanks too. What is cut off a
// string is replaced by its hash, so that two different ones stay different.
type clip struct {
	from io.Reader
	in   [32 << 10]byte
	out  []byte
	read int   // of out
	err  error // after that

	inString, escaped bool
	hex               int // digits of a \u escape to come
	length            int // of the string, the literal or the run of blanks so far
	last              byteKind
	cut               hash.Hash // of what was cut off the string; nil: nothing
}

// byteKind tells bytes outside strings apart.
type byteKind byte

const (
	structural byteKind = iota
	blank
	literal
)

func (c *clip) Read(p []byte) (int, error) {
	for c.read == len(c.out) {
		if c.err != nil {
			return 0, c.err
		}
		var n int
		n, c.err = c.from.Read(c.in[:])
		c.out, c.read = c.out[:0], 0
		for _, b := range c.in[:n] {
			c.next(b)
		}
	}
	n := copy(p, c.out[c.read:])
	c.read += n
	return n, nil
}

func (c *clip) next(b byte) {
	if c.inString {
		c.text(b)
		return
	}
	kind := literal
	switch b {
	case ' ', '\t', '\n', '\r':
		kind = blank
	case '{', '}', '[', ']', ':', ',', '"':
		kind = structural
	}
	if kind != c.last {
		c.last, c.length = kind, 0
	}
	c.length++
	if kind == literal && c.length > maxLiteral || kind == blank && c.length > 1 {
		return
	}
	c.out = append(c.out, b)
	if b == '"' {
		c.inString, c.length = true, 0
	}
}

// text takes a byte of a string.
func (c *clip) text(b byte) {
	switch {
	case c.escaped:
		c.escaped = false
		if b == 'u' {
			c.hex = 4
		}
	case c.hex > 0 && b != '"':
		c.hex--
	case b == '"':
		if c.cut != nil {
			c.out = hex.AppendEncode(append(c.out, "…"...), c.cut.Sum(nil))
			c.cut = nil
		}
		c.out = append(c.out, b)
		c.inString, c.hex, c.length = false, 0, 0
		return
	case b == '\\':
		c.start(b)
		c.escaped = true
	default:
		c.start(b)
	}
	if c.cut != nil {
		c.cut.Write([]byte{b})
		return
	}
	c.length++
	c.out = append(c.out, b)
}

// start begins to cut, at a byte that begins a character, when the string is as
// long as it may be.
func (c *clip) start(b byte) {
	const continues = 0x80 // the upper two bits of a byte within a character
	if c.cut == nil && c.length >= maxText && b&0xC0 != continues {
		c.cut = sha256.New()
	}
}

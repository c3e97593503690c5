package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// readFile adds a file up. The error says, as the rest of a sentence, why it could
// not be read to its end; the File then holds what was read before that.
func readFile(ctx context.Context, c candidate, column, by string, m *meter) (File, error) {
	told := File{By: by, Size: c.size, ModTime: c.modTime, Reader: reader, Asked: column, Used: column}
	if c.size >= 0 && !c.regular {
		return told, errors.New("it is not a regular file")
	}
	file, err := os.Open(c.path)
	if err != nil {
		return told, fmt.Errorf("it cannot be opened (%s)", reason(err))
	}
	defer file.Close()
	big := turn{of: &m.big}
	defer big.end()
	t := newTable(&told, c.name, m.limit, &big)
	err = t.anew(func() error { return readInto(ctx, t, file, c.size, m) })
	if errors.Is(err, errGroups) {
		return File{Reader: reader, Asked: column, Used: column}, err
	}
	t.tell()
	if err == nil && told.Rows == 0 && told.Broken > 0 {
		err = noRow{told.Problems[0]}
	}
	return told, err
}

// readInto adds a file up.
func readInto(ctx context.Context, t *table, file *os.File, size int64, m *meter) error {
	magic := make([]byte, 4)
	n, err := file.ReadAt(magic, 0)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it cannot be read (%s)", reason(err))
	case n == 0:
		return errors.New("it is empty")
	case string(magic) == "PAR1":
		t.file.Parquet = true
		return readParquet(ctx, t, file, size, m)
	}
	named, err := readFormed(ctx, file, size, m, func(text io.Reader, known form) error {
		if known.proven {
			t.reset()
		}
		return readCSV(t, text, known)
	})
	t.file.Form = named
	return err
}

// readFormed reads a file's text. Where use finds that its dates or numbers are not as
// FOCUS writes them, it is read for their form first, and then anew; that form in words.
func readFormed(ctx context.Context, file *os.File, size int64, m *meter, use func(text io.Reader, known form) error) (named string, err error) {
	read := func(known form) error {
		return readText(ctx, file, size, m, func(text io.Reader) error { return use(text, known) })
	}
	if err = read(form{}); !errors.Is(err, errForm) {
		return "", err
	}
	var proven form
	err = readText(ctx, file, size, m, func(text io.Reader) (err error) {
		proven, named, err = prove(text)
		return err
	})
	if err != nil {
		return named, err
	}
	return named, read(proven)
}

// readText gives a file's text from its beginning, unpacked where it is packed.
func readText(ctx context.Context, file *os.File, size int64, m *meter, use func(io.Reader) error) error {
	counted := &counter{ctx: ctx, from: file, meter: m}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("it cannot be read (%s)", reason(err))
	}
	magic := make([]byte, 2)
	if n, err := file.ReadAt(magic, 0); n == 2 && err == nil && string(magic) == "\x1f\x8b" {
		packed, err := gzip.NewReader(counted)
		if err != nil {
			return fmt.Errorf("it cannot be unpacked (%w)", err)
		}
		return readBeside(&unpacker{from: packed, packed: size}, use)
	}
	return readBeside(counted, use)
}

// readBeside reads, and unpacks, beside parsing: a packed file takes little longer than
// unpacking it alone; one after the other it takes 1.7 times as long.
func readBeside(from io.Reader, use func(io.Reader) error) error {
	text := readAhead(from)
	defer text.close()
	return use(text)
}

// What one compressed file may unpack to: bills shrink to a twentieth or so, a
// bomb to a thousandth.
const (
	maxUnpacked = 1 << 40
	maxRatio    = 200
	freeUnpack  = 256 << 20 // bytes before the ratio is looked at
)

// unpacker says what is wrong with packed data.
type unpacker struct {
	from   io.Reader
	size   int64
	packed int64 // the whole file's
}

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	u.size += int64(n)
	switch {
	case u.size > maxUnpacked:
		err = errors.New("it unpacks to more than a terabyte")
	case u.size > freeUnpack && u.size/maxRatio > u.packed:
		err = fmt.Errorf("it unpacks to more than %d times its size, which no bill does", maxRatio)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("it ends in the middle of its compressed data")
	case err != nil && !errors.Is(err, io.EOF):
		err = fmt.Errorf("it cannot be unpacked (%w)", err)
	}
	return n, err
}

// chunk is how much is read at a time.
const chunk = 256 << 10

// counter tells the meter what is read, and ends when ctx does.
type counter struct {
	ctx   context.Context // a reader's life is one call
	from  io.Reader
	meter *meter
}

func (c *counter) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.from.Read(p)
	c.meter.add(int64(n))
	return n, err
}

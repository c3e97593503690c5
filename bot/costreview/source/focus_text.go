package source

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// records are the rows of a text: UTF-8 or UTF-16, with commas, semicolons, tabs or
// bars between the fields.
type records struct {
	*csv.Reader
	header   []string
	source   *bounded
	buffered *bufio.Reader
}

// openRecords reads a text's header. The error says why there is none.
func openRecords(from io.Reader) (*records, error) {
	text, err := utf8Of(from)
	if err != nil {
		return nil, err
	}
	r := &records{source: &bounded{from: text, left: maxRecord}}
	r.buffered = bufio.NewReaderSize(r.source, chunk)
	begin, _ := r.buffered.Peek(maxHeader)
	if other := otherThanText(begin); other != "" {
		return nil, errors.New(other)
	}
	skip, delimiter := layout(begin)
	if _, err := r.buffered.Discard(skip); err != nil {
		return nil, err
	}
	r.Reader = csv.NewReader(r.buffered)
	r.ReuseRecord, r.Comma = true, delimiter
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("its header cannot be read (%w)", err)
	}
	r.header = slices.Clone(header)
	return r, nil
}

// next reads a row; the error is that of [csv.Reader.Read].
func (r *records) next() ([]string, error) {
	r.source.left = maxRecord
	return r.Read()
}

// cut says whether a row that could not be read is one because the text ends in it;
// any other error is of the text itself.
func (r *records) cut() error {
	switch _, err := r.buffered.Peek(1); {
	case err == nil || r.source.last == '\n':
		return nil
	case errors.Is(err, io.EOF):
		return errors.New("it ends in the middle of a row")
	default:
		return err
	}
}

// utf8Of turns UTF-16 into UTF-8, as spreadsheets save "Unicode text", and drops the
// mark that a text may begin with.
func utf8Of(from io.Reader) (io.Reader, error) {
	begin := make([]byte, 4)
	n, err := io.ReadFull(from, begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	begin = begin[:n]
	whole := io.MultiReader(bytes.NewReader(begin), from)
	utf16 := func(order unicode.Endianness) (io.Reader, error) {
		return unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(whole), nil
	}
	switch {
	case bytes.HasPrefix(begin, []byte("\xEF\xBB\xBF")):
		return io.MultiReader(bytes.NewReader(begin[3:]), from), nil
	case bytes.HasPrefix(begin, []byte("\xFF\xFE")), n == 4 && begin[0] != 0 && begin[1] == 0 && begin[2] != 0 && begin[3] == 0:
		return utf16(unicode.LittleEndian)
	case bytes.HasPrefix(begin, []byte("\xFE\xFF")), n == 4 && begin[0] == 0 && begin[1] != 0 && begin[2] == 0 && begin[3] != 0:
		return utf16(unicode.BigEndian)
	}
	return whole, nil
}

// maxHeader is how many bytes are looked at to see what lies between a header's names.
const maxHeader = 64 << 10

// layout finds the delimiter: the one that the header has most of FOCUS' names with.
// Spreadsheets may write a line before, such as sep=; , which is skipped.
func layout(begin []byte) (skip int, delimiter rune) {
	line, rest, _ := bytes.Cut(begin, []byte("\n"))
	if mark := bytes.TrimRight(line, "\r"); len(mark) == 5 && bytes.EqualFold(mark[:4], []byte("sep=")) {
		return len(line) + 1, rune(mark[4])
	} else if len(bytes.TrimSpace(line)) == 0 && len(rest) > 0 {
		more, delimiter := layout(rest)
		return len(line) + 1 + more, delimiter
	}
	delimiter, most := ',', 0
	for _, candidate := range ",;\t|" {
		known := 0
		for name := range strings.SplitSeq(string(line), string(candidate)) {
			if isName(strings.Trim(name, "\"\r ")) {
				known++
			}
		}
		if known > most {
			delimiter, most = candidate, known
		}
	}
	return 0, delimiter
}

// kinds are what files are that are saved as .csv and are none, by their first bytes.
var kinds = [...]struct{ begin, is string }{
	{"PK\x03\x04", "it is a zip archive or an Excel workbook: unpack it, or save it as CSV"},
	{"\xD0\xCF\x11\xE0", "it is an old Excel workbook: save it as CSV"},
	{"\x28\xB5\x2F\xFD", "it is packed with zstd, and gzip is what is read"},
	{"BZh", "it is packed with bzip2, and gzip is what is read"},
	{"\xFD7zXZ", "it is packed with xz, and gzip is what is read"},
	{"\x1f\x8b", "it is packed with gzip twice"},
	{"PAR1", "it is Parquet that is packed with gzip: unpack it"},
	{"PARE", "it is Parquet that is encrypted"},
	{"ORC", "it is ORC: export it as CSV or Parquet"},
	{"Obj\x01", "it is Avro: export it as CSV or Parquet"},
	{"SQLite format", "it is a database of SQLite: export it as CSV"},
	{"%PDF", "it is a PDF: export it as CSV"},
	{"{", "it is JSON: export it as CSV or Parquet"},
	{"[", "it is JSON: export it as CSV or Parquet"},
	{"<", "it is a web page or XML, as an error is that was saved in the place of an export"},
}

// otherThanText says what a file is that is no text of rows; nothing when it may be.
func otherThanText(begin []byte) string {
	for _, k := range kinds {
		if bytes.HasPrefix(begin, []byte(k.begin)) {
			return k.is
		}
	}
	return ""
}

package source

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// inFile is as much of a Parquet file as its description is read from.
func inFile(footer []byte) *bytes.Reader {
	file := slices.Concat([]byte("PAR1"), footer, binary.LittleEndian.AppendUint32(nil, uint32(len(footer))), []byte("PAR1"))
	return bytes.NewReader(file)
}

// TestFooterHidesNoList: the decoder makes room for as many entries as a list
// claims, so nothing that stands before one may hide it from the check.
func TestFooterHidesNoList(t *testing.T) {
	const (
		unknown = 0xF0 // a field of number 15, which a description does not have
		stop    = 0x00
		binary8 = 0x18 // the next field, of bytes
	)
	list := binary.AppendUvarint([]byte{0x09, 0x04, 0xFC}, maxParts+1) // field 2, the schema: a long list of structures
	for name, footer := range map[string][]byte{
		"plainly": list,
		"behind a UUID that begins like a number and an end": slices.Concat([]byte{unknown | byte(thrift.UUID)}, make([]byte, 16), list),
		// The end takes the next field's head for its number; the length of that field is
		// the head of another one then, whose length reaches behind the list.
		"behind an end that has a field's number": slices.Concat(
			[]byte{unknown | byte(thrift.STRUCT), 0x10, binary8, binary8, byte(binary8 - 1 + len(list))}, make([]byte, binary8-1), list),
	} {
		footer = append(footer, stop, stop)
		var read format.FileMetaData
		var protocol thrift.CompactProtocol
		_ = thrift.NewDecoder(protocol.NewReaderFromBytes(footer)).Decode(&read)
		if len(read.Schema) != maxParts+1 {
			t.Fatalf("%s: the decoder makes room for %d entries, want %d", name, len(read.Schema), maxParts+1)
		}
		from := inFile(footer)
		if err := checkFooter(from, from.Size()); err == nil {
			t.Errorf("%s: a list of %d entries goes unseen", name, len(read.Schema))
		}
	}
}

// TestFooterSaysWhatIsWrong: a footer that cannot be walked is damaged, whatever the
// reader calls it, and one with too long lists says so.
func TestFooterSaysWhatIsWrong(t *testing.T) {
	const damaged, large = "its description is damaged", "its description has more than 400000 parts"
	for name, test := range map[string]struct {
		footer []byte
		want   string
	}{
		"nothing":               {nil, damaged},
		"cut in a field":        {[]byte{0x15}, damaged},
		"cut in a field number": {[]byte{0x05}, damaged},
		"bytes beyond the end":  {[]byte{0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 'a'}, damaged},
		"bytes beyond any end":  {[]byte{0x18, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 'a'}, damaged},
		"a list cut short":      {[]byte{0x19, 0x35, 0x02}, damaged},
		"a map":                 {[]byte{0x1B, 0x00, 0x00}, damaged},
		"a type of its own":     {[]byte{0x1E, 0x00, 0x00}, damaged},
		"too deep":              {bytes.Repeat([]byte{0x1C}, 40), damaged},
		"one long list":         {binary.AppendUvarint([]byte{0x19, 0xF5}, maxParts+1), large},
		"long lists together":   {slices.Concat(half(), half(), []byte{0x19, 0x15, 0x00, 0x00}), large},
		"true, false, and end":  {[]byte{0x11, 0x12, 0x19, 0x21, 0x01, 0x02, 0x00}, ""},
	} {
		from := inFile(test.footer)
		err := checkFooter(from, from.Size())
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// half is a list of half as many numbers as there may be.
func half() []byte {
	return slices.Concat(binary.AppendUvarint([]byte{0x19, 0xF5}, maxParts/2), make([]byte, maxParts/2))
}

// FuzzFooter: the decoder has no more entries than the walker has counted.
func FuzzFooter(f *testing.F) {
	var good bytes.Buffer
	w := parquet.NewGenericWriter[mapped](&good)
	if _, err := w.Write([]mapped{{BilledCost: 1, Tags: map[string]string{"a": "b"}}}); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	length := int(binary.LittleEndian.Uint32(good.Bytes()[good.Len()-8:]))
	f.Add(good.Bytes()[good.Len()-8-length : good.Len()-8])
	f.Add(slices.Concat([]byte{0xFD}, make([]byte, 16), []byte{0x09, 0x04, 0x2C, 0, 0, 0}))
	f.Add([]byte{0xFC, 0x10, 0x29, 0x2C, 0, 0, 0})
	f.Add([]byte{0x19, 0x21, 0x01, 0x02, 0x19, 0x2B, 0, 0, 0})
	f.Fuzz(func(t *testing.T, footer []byte) {
		var protocol thrift.CompactProtocol
		w := walker{BytesReader: protocol.NewReaderFromBytes(footer)}
		if w.structure(0) != nil {
			return
		}
		var read format.FileMetaData
		_ = thrift.NewDecoder(protocol.NewReaderFromBytes(footer)).Decode(&read)
		if n := entries(reflect.ValueOf(read)); n > w.parts {
			t.Errorf("%x: the decoder has %d entries, and %d were counted", footer, n, w.parts)
		}
	})
}

// entries counts those of all lists of a decoded value.
func entries(v reflect.Value) (n int64) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return entries(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			n += entries(field)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return 0
		}
		n = int64(v.Len())
		for k := range v.Len() {
			n += entries(v.Index(k))
		}
	}
	return n
}

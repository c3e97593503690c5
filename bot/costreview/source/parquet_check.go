package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// What a Parquet file may claim. The decoder believes what it reads, and makes room
// for it: so the sizes are looked at first.
const (
	// maxFooter is the largest description of a file, in bytes: a thousand row groups
	// of 44 columns take 8 MB.
	maxFooter = 16 << 20
	// maxParts is how many entries all lists of a description may have together: 300
	// a row group of 44 columns, a thousand of them.
	maxParts = 400_000
	// maxPage is the largest page, unpacked. Most writers make pages of 1 MB; DuckDB
	// makes one of all 122,880 rows of a row group, up to 100 MB.
	maxPage = 112 << 20
	// maxPageValues is how many values a page may have: row groups of a million rows
	// in one page exist.
	maxPageValues = 2 << 20
	// usualPageHeader is how long a page's own description is at most, but for one that quotes
	// a long text as its least or greatest value: that may be as long as maxPageHeader.
	usualPageHeader = 64 << 10
	maxPageHeader   = 8 << 20
	// pageRoom is how many bytes the pages of a row group that are read at a time may
	// take, by estimate.
	pageRoom = 192 << 20
)

// checkFooter makes sure that a file's description is as long as the file can
// hold, and that its lists are as long as they say.
func checkFooter(from io.ReaderAt, size int64) error {
	var end [8]byte
	if size < 12 {
		return io.ErrUnexpectedEOF
	}
	if _, err := from.ReadAt(end[:], size-8); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(end[:4]))
	if length > size-12 || length > maxFooter {
		return fmt.Errorf("its description claims %d bytes, and %d are the most that are read", length, min(size-12, maxFooter))
	}
	footer := make([]byte, length)
	if _, err := from.ReadAt(footer, size-8-length); err != nil {
		return err
	}
	var protocol thrift.CompactProtocol
	w := walker{BytesReader: protocol.NewReaderFromBytes(footer)}
	return w.structure(0)
}

// checkPages looks at the pages of the columns that are read of a row group.
func checkPages(from io.ReaderAt, size int64, group *format.RowGroup, all []*parquet.Column) error {
	room := int64(0)
	for _, column := range all {
		if column.Index() >= len(group.Columns) {
			return errWalk
		}
		about := &group.Columns[column.Index()].MetaData
		c := pageChecker{from: from, codec: about.Codec, next: about.DataPageOffset}
		if about.DictionaryPageOffset != 0 {
			c.next = about.DictionaryPageOffset
		}
		c.end = c.next + about.TotalCompressedSize
		if c.next < 0 || about.TotalCompressedSize < 0 || c.end < c.next || c.end > size {
			return fmt.Errorf("its column %s claims to lie outside of the file", clean(column.Name()))
		}
		if err := c.check(); err != nil {
			return fmt.Errorf("its column %s cannot be read (%w)", clean(column.Name()), err)
		}
		room += c.dictionary + c.page
	}
	if room > pageRoom {
		return fmt.Errorf("its pages take %d MB at a time, and %d are the most that are read: export it in smaller row groups", room>>20, pageRoom>>20)
	}
	return nil
}

// pageChecker goes through the pages of one column of a row group.
type pageChecker struct {
	from      io.ReaderAt
	codec     format.CompressionCodec
	next, end int64
	window    []byte
	at        int64 // of window

	dictionary, page int64 // bytes that the largest takes
}

func (c *pageChecker) check() error {
	for c.next < c.end {
		header, err := c.header()
		if err != nil {
			return err
		}
		packed, unpacked, values := int64(header.CompressedPageSize), int64(header.UncompressedPageSize), int64(0)
		switch {
		case header.DictionaryPageHeader.Valid:
			values = int64(header.DictionaryPageHeader.V.NumValues)
		case header.DataPageHeader.Valid:
			values = int64(header.DataPageHeader.V.NumValues)
		case header.DataPageHeaderV2.Valid:
			values = int64(header.DataPageHeaderV2.V.NumValues)
		}
		switch {
		case packed < 0 || unpacked < 0 || values < 0 || packed > c.end-c.next:
			return errors.New("a page claims more than the file has")
		case packed > maxPage || unpacked > maxPage:
			return fmt.Errorf("a page claims %d bytes, and %d are the most that are read", max(packed, unpacked), maxPage)
		case values > maxPageValues:
			return fmt.Errorf("a page claims %d values, and %d are the most that are read", values, maxPageValues)
		}
		if err := c.unpack(header, packed, unpacked); err != nil {
			return err
		}
		const perValue = 12 // its number, its level, its offset
		if takes := packed + 2*unpacked + perValue*values; header.Type == format.DictionaryPage {
			c.dictionary = max(c.dictionary, takes)
		} else {
			c.page = max(c.page, takes)
		}
		c.next += packed
	}
	return nil
}

// header reads the next page's description.
func (c *pageChecker) header() (*format.PageHeader, error) {
	if c.next+usualPageHeader > c.at+int64(len(c.window)) || c.window == nil {
		if c.window == nil {
			c.window = make([]byte, 4*usualPageHeader)
		}
		c.window, c.at = c.window[:cap(c.window)], c.next
		n, err := c.from.ReadAt(c.window, c.next)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		c.window = c.window[:n]
	}
	data := c.window[min(c.next-c.at, int64(len(c.window))):]
	data = data[:min(len(data), usualPageHeader)]
	header, size, err := decodeHeader(data)
	for err != nil && len(data) >= usualPageHeader && len(data) < maxPageHeader { // it goes on
		longer := make([]byte, 4*len(data))
		n, errRead := c.from.ReadAt(longer, c.next)
		if errRead != nil && !errors.Is(errRead, io.EOF) {
			return nil, errRead
		}
		if n <= len(data) {
			break
		}
		data = longer[:n]
		header, size, err = decodeHeader(data)
	}
	if err != nil {
		return nil, fmt.Errorf("a page's description cannot be read: %w", err)
	}
	c.next += size
	return header, nil
}

func decodeHeader(data []byte) (*format.PageHeader, int64, error) {
	var protocol thrift.CompactProtocol
	reader, header := protocol.NewReaderFromBytes(data), new(format.PageHeader)
	err := thrift.NewDecoder(reader).Decode(header)
	return header, int64(reader.BytesRead()), err
}

// unpack makes sure that a page becomes no longer than it claims: the decoder
// unpacks all there is.
func (c *pageChecker) unpack(header *format.PageHeader, packed, unpacked int64) error {
	if v2 := header.DataPageHeaderV2; v2.Valid {
		if v2.V.IsCompressed.Valid && !v2.V.IsCompressed.V {
			return nil
		}
		levels := int64(v2.V.RepetitionLevelsByteLength) + int64(v2.V.DefinitionLevelsByteLength)
		if v2.V.RepetitionLevelsByteLength < 0 || v2.V.DefinitionLevelsByteLength < 0 || levels > packed || levels > unpacked {
			return errors.New("a page claims more levels than it has bytes")
		}
		return c.unpacks(c.next+levels, packed-levels, unpacked-levels)
	}
	return c.unpacks(c.next, packed, unpacked)
}

var errUnpacks = errors.New("a page unpacks to more than it claims")

func (c *pageChecker) unpacks(at, packed, unpacked int64) error {
	from := io.NewSectionReader(c.from, at, packed)
	var out io.Reader
	switch c.codec {
	case format.Snappy:
		return claims(from, unpacked)
	case format.Lz4Raw:
		return unpacksLZ4(from, packed, unpacked)
	case format.Gzip:
		reader, err := gzip.NewReader(from)
		if err != nil {
			return err
		}
		out = reader
	case format.Zstd:
		reader, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage), zstd.WithDecoderMaxWindow(maxPage))
		if err != nil {
			return err
		}
		defer reader.Close()
		out = reader
	case format.Brotli:
		out = brotli.NewReader(from)
	default:
		return nil // not packed, or not read at all
	}
	n, err := io.Copy(io.Discard, io.LimitReader(out, unpacked+1))
	if n > unpacked {
		return errUnpacks
	}
	return err
}

// claims reads what a page packed with Snappy says of its own length.
func claims(from io.Reader, unpacked int64) error {
	var begin [10]byte
	n, err := io.ReadFull(from, begin[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	length, err := snappy.DecodedLen(begin[:n])
	if n > 0 && err != nil {
		return err
	}
	if int64(length) > unpacked {
		return errUnpacks
	}
	return nil
}

// unpacksLZ4 unpacks a page: its length stands nowhere, and the decoder makes room
// for ever when one is damaged.
func unpacksLZ4(from io.Reader, packed, unpacked int64) error {
	var data bytes.Buffer
	data.Grow(int(packed))
	if _, err := data.ReadFrom(from); err != nil {
		return err
	}
	if n, err := lz4.UncompressBlock(data.Bytes(), make([]byte, unpacked)); err != nil || int64(n) > unpacked {
		return errUnpacks
	}
	return nil
}

package source

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// walker goes through a thrift structure and counts the entries of its lists. It reads
// with the decoder's own reader, so that both see the same fields.
type walker struct {
	thrift.BytesReader // makes room for nothing: bytes are a part of what is read
	parts              int64
}

var errWalk = errors.New("its description is damaged")

// deepest is how deep structures and lists may be nested.
const deepest = 32

func (w *walker) structure(depth int) error {
	for {
		f, err := w.ReadField()
		switch {
		case err != nil:
			return errWalk
		case f.Type == thrift.STOP:
			return nil
		case f.Type == thrift.TRUE, f.Type == thrift.FALSE:
			continue // the type is the value
		}
		if err := w.value(f.Type, depth+1); err != nil {
			return err
		}
	}
}

func (w *walker) value(kind thrift.Type, depth int) error {
	if depth > deepest {
		return errWalk
	}
	var err error
	switch kind {
	case thrift.TRUE, thrift.FALSE, thrift.I8:
		_, err = w.ReadInt8()
	case thrift.I16, thrift.I32, thrift.I64:
		_, err = w.ReadInt64()
	case thrift.DOUBLE:
		_, err = w.ReadFloat64()
	case thrift.BINARY:
		_, err = w.ReadBytes()
	case thrift.LIST, thrift.SET:
		return w.list(depth)
	case thrift.STRUCT:
		return w.structure(depth)
	default:
		return errWalk // maps, UUIDs: there are none in a Parquet file
	}
	if err != nil {
		return errWalk
	}
	return nil
}

func (w *walker) list(depth int) error {
	l, err := w.ReadList()
	if err != nil {
		return errWalk
	}
	if w.parts += int64(l.Size); w.parts > maxParts {
		return fmt.Errorf("its description has more than %d parts", maxParts)
	}
	for range l.Size {
		if err := w.value(l.Type, depth+1); err != nil {
			return err
		}
	}
	return nil
}

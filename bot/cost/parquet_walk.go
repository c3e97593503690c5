package cost

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// walker goes through a thrift structure of the compact protocol and counts the
// entries of its lists.
type walker struct {
	data  []byte
	parts uint64
}

var errWalk = errors.New("its description is damaged")

func (w *walker) byte() (byte, error) {
	if len(w.data) == 0 {
		return 0, errWalk
	}
	b := w.data[0]
	w.data = w.data[1:]
	return b, nil
}

func (w *walker) number() (uint64, error) {
	n, size := binary.Uvarint(w.data)
	if size <= 0 {
		return 0, errWalk
	}
	w.data = w.data[size:]
	return n, nil
}

func (w *walker) skip(n uint64) error {
	if n > uint64(len(w.data)) {
		return errWalk
	}
	w.data = w.data[n:]
	return nil
}

// The types of the compact protocol that are more than a number.
const (
	thriftTrue, thriftFalse, thriftByte, thriftDouble     = 1, 2, 3, 7
	thriftBinary, thriftList, thriftSet, thriftMap        = 8, 9, 10, 11
	thriftStruct, thriftLongest, thriftLongField, deepest = 12, 15, 0xF0, 32
)

func (w *walker) structure(depth int) error {
	for {
		head, err := w.byte()
		if err != nil || head == 0 {
			return err
		}
		if head&thriftLongField == 0 { // the field's number stands by itself
			if _, err := w.number(); err != nil {
				return err
			}
		}
		kind := head & 0xF
		if kind == thriftTrue || kind == thriftFalse {
			continue // the type is the value
		}
		if err := w.value(kind, depth+1); err != nil {
			return err
		}
	}
}

func (w *walker) value(kind byte, depth int) error {
	if depth > deepest {
		return errWalk
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return w.skip(1)
	case thriftDouble:
		return w.skip(8)
	case thriftBinary:
		n, err := w.number()
		if err != nil {
			return err
		}
		return w.skip(n)
	case thriftList, thriftSet:
		return w.list(depth)
	case thriftMap:
		return errWalk // there is none in a Parquet file
	case thriftStruct:
		return w.structure(depth)
	}
	_, err := w.number()
	return err
}

func (w *walker) list(depth int) error {
	head, err := w.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == thriftLongest {
		if n, err = w.number(); err != nil {
			return err
		}
	}
	if w.parts += n; n > maxParts || w.parts > maxParts {
		return fmt.Errorf("its description has more than %d parts", maxParts)
	}
	for range n {
		if err := w.value(head&0xF, depth+1); err != nil {
			return err
		}
	}
	return nil
}

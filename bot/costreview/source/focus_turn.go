package source

import "sync"

// bigTable is how many cells make a table big: one file at a time may have one.
const bigTable = 100_000

// turn is a file's turn to be big, from when it needs it to its end.
type turn struct {
	of   *sync.Mutex
	mine bool
}

func (t *turn) take() {
	if t != nil && !t.mine {
		t.of.Lock()
		t.mine = true
	}
}

func (t *turn) end() {
	if t.mine {
		t.of.Unlock()
		t.mine = false
	}
}

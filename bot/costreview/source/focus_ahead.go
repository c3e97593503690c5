package source

import "io"

// ahead reads in a goroutine of its own, some chunks before they are asked for:
// unpacking and parsing then take as long as the slower of them. A pipe would make
// each wait for the other at every chunk.
type ahead struct {
	full chan block
	free chan []byte
	stop chan struct{}
	last block  // what is being given out
	rest []byte // of it
}

// block is a chunk, and why there is no further one.
type block struct {
	data []byte
	err  error
}

// chunksAhead is how many chunks are unpacked at most and not read.
const chunksAhead = 4

func readAhead(from io.Reader) *ahead {
	a := &ahead{full: make(chan block, chunksAhead), free: make(chan []byte, chunksAhead), stop: make(chan struct{})}
	for range chunksAhead {
		a.free <- make([]byte, chunk)
	}
	go a.fill(from)
	return a
}

func (a *ahead) fill(from io.Reader) {
	defer close(a.full)
	for {
		var data []byte
		select {
		case data = <-a.free:
		case <-a.stop:
			return
		}
		n := 0
		var err error
		for n < len(data) && err == nil {
			var more int
			more, err = from.Read(data[n:])
			n += more
		}
		a.full <- block{data[:n], err} // there are as many places as chunks
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.last.err != nil {
			return 0, a.last.err
		}
		if a.last.data != nil {
			a.free <- a.last.data[:cap(a.last.data)]
		}
		a.last = <-a.full
		a.rest = a.last.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// close ends the goroutine, and waits for that.
func (a *ahead) close() {
	close(a.stop)
	for range a.full {
	}
}

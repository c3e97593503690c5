// Package intake reads the bodies of requests within a budget of bytes over all of
// them together, so that no number of senders, however slow, takes more memory.
// It knows nothing of what is in a body.
package intake

import (
	"container/list"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// Why a body was not read, beside the errors of the connection itself.
var (
	// ErrBusy: there was no room for the body, or newer ones needed the room of one
	// that had not come to its end.
	ErrBusy = errors.New("too many request bodies at once")
	// ErrSlow: the body did not come in time.
	ErrSlow = errors.New("the body came too slowly")
)

// Pace is how fast a body has to come. The zero Pace leaves that to the server's
// own ReadTimeout: enough for a small body, which can be displaced all the same.
type Pace struct {
	Patience time.Duration // for all of it
	PerMiB   time.Duration // and so much more for every MiB that has come
}

// Budget is how many bytes of bodies may be held at a time, each body counted
// Weight times: what is made of a body takes room too. Nobody waits for room: who
// comes takes that of the body which has been on its way for longest, so a
// sender that stalls holds nobody up.
type Budget struct {
	total, weight, least int64

	mu      sync.Mutex
	used    int64
	reading *list.List // of *Body, those on their way, the oldest first
}

// NewBudget returns a budget of total bytes. A body weighs at least least bytes:
// what its connection takes.
func NewBudget(total, weight, least int64) *Budget {
	return &Budget{total: total, weight: weight, least: least, reading: list.New()}
}

// Body is a request's body on its way. It must be closed.
type Body struct {
	budget  *Budget
	from    io.Reader
	control *http.ResponseController
	length  int64 // as the sender says; below 0: not known
	pace    Pace
	began   time.Time
	came    int64 // bytes

	// Guarded by the budget.
	held  int64
	place *list.Element // nil: not on its way any more
	gone  bool          // another took its room
	lost  chan struct{} // closed then, when somebody waits for it
}

// Open begins to read a request's body; the sender has until pace's end. ErrBusy
// says that there is no room.
func (b *Budget) Open(w http.ResponseWriter, r *http.Request, pace Pace) (*Body, error) {
	body := &Body{budget: b, from: r.Body, control: http.NewResponseController(w), length: r.ContentLength, pace: pace, began: time.Now()}
	b.mu.Lock()
	body.place = b.reading.PushBack(body)
	b.mu.Unlock()
	if err := b.take(body, b.least); err != nil {
		body.Close()
		return nil, err
	}
	body.extend()
	return body, nil
}

// take gives a body n bytes more, if need be those of others.
func (b *Budget) take(body *Body, n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !body.gone && b.used+n > b.total {
		oldest := b.reading.Front()
		if oldest != nil && oldest.Value == body {
			oldest = oldest.Next()
		}
		if oldest == nil {
			return ErrBusy
		}
		b.displace(oldest.Value.(*Body))
	}
	if body.gone {
		return ErrBusy
	}
	b.used += n
	body.held += n
	return nil
}

// displace takes a body's room and ends its reading. It is called under the lock,
// so that it never meets the connection's next request.
func (b *Budget) displace(body *Body) {
	b.reading.Remove(body.place)
	b.used -= body.held
	body.place, body.held, body.gone = nil, 0, true
	if body.lost != nil {
		close(body.lost)
	}
	_ = body.control.SetReadDeadline(time.Unix(1, 0)) // who cannot have a deadline finds out at its next step
}

// arrived takes a body off the way: its room is its own until it is closed.
func (b *Budget) arrived(body *Body) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if body.gone {
		return ErrBusy
	}
	if body.place != nil {
		b.reading.Remove(body.place)
		body.place = nil
	}
	if body.pace != (Pace{}) {
		_ = body.control.SetReadDeadline(time.Time{}) // the sender may wait for its answer as long as it likes
	}
	return nil
}

// Close gives the room back.
func (body *Body) Close() {
	b := body.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if body.place != nil {
		b.reading.Remove(body.place)
		body.place = nil
	}
	b.used -= body.held
	body.held = 0
}

// firstRoom is how much is read of a body before more room is made for it.
const firstRoom = 16 << 10

// ReadUpTo reads the body when it is at most most bytes long; whole says that this
// is all of it. Of a longer one it returns the first most bytes or a few more, and
// [Body.Rest] reads on.
func (body *Body) ReadUpTo(most int64) (data []byte, whole bool, err error) {
	if body.length == 0 {
		return nil, true, body.budget.arrived(body)
	}
	for {
		if len(data) == cap(data) {
			if int64(len(data)) == body.length {
				return data, true, body.budget.arrived(body)
			}
			if int64(len(data)) > most {
				return data, false, nil
			}
			if data, err = body.grow(data, most); err != nil {
				return nil, false, err
			}
		}
		n, err := body.read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return data, true, body.budget.arrived(body)
		case err != nil:
			return nil, false, err
		}
	}
}

// grow makes room for more, at most for what is to come.
func (body *Body) grow(data []byte, most int64) ([]byte, error) {
	have := int64(len(data))
	size := min(max(2*have, firstRoom), most+1)
	if body.length > 0 {
		size = min(size, body.length)
	}
	weight := size*body.budget.weight - max(have*body.budget.weight, body.budget.least)
	if weight > 0 {
		if err := body.budget.take(body, weight); err != nil {
			return nil, err
		}
	}
	grown := make([]byte, have, size)
	copy(grown, data)
	return grown, nil
}

// read reads, and says why when nothing came.
func (body *Body) read(p []byte) (int, error) {
	n, err := body.from.Read(p)
	before := body.came >> 20
	body.came += int64(n)
	if err == nil && body.came>>20 > before {
		body.extend()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		body.budget.mu.Lock()
		gone := body.gone
		body.budget.mu.Unlock()
		if gone {
			return n, ErrBusy
		}
		return n, ErrSlow
	}
	return n, err
}

// extend sets the time by which more has to have come, unless another took the
// body's room.
func (body *Body) extend() {
	if body.pace == (Pace{}) {
		return
	}
	body.budget.mu.Lock()
	defer body.budget.mu.Unlock()
	if !body.gone {
		_ = body.control.SetReadDeadline(body.began.Add(body.pace.Patience + time.Duration(body.came>>20)*body.pace.PerMiB))
	}
}

// Wait stops the clock until resume is called: the sender is not to blame for a
// wait of ours. While it waits the body may lose its room, and lost is closed; from
// resume on it keeps it.
func (body *Body) Wait() (lost <-chan struct{}, resume func() error) {
	b, began := body.budget, time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	body.lost = make(chan struct{})
	if body.gone {
		close(body.lost)
	} else {
		_ = body.control.SetReadDeadline(time.Time{})
	}
	return body.lost, func() error {
		body.began = body.began.Add(time.Since(began))
		if err := b.arrived(body); err != nil {
			return err
		}
		body.extend()
		return nil
	}
}

// Rest reads what ReadUpTo has left.
func (body *Body) Rest() io.Reader { return rest{body} }

type rest struct{ body *Body }

func (r rest) Read(p []byte) (int, error) {
	n, err := r.body.read(p)
	if errors.Is(err, io.EOF) {
		if gone := r.body.budget.arrived(r.body); gone != nil {
			return n, gone
		}
	}
	return n, err
}

package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	kB = 1 << 10
	mB = 1 << 20
)

// patient is a pace that no test waits for.
var patient = Pace{Patience: time.Hour}

func request(body io.Reader) (http.ResponseWriter, *http.Request) {
	return httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", body)
}

// unsized hides a body's length.
type unsized struct{ io.Reader }

func TestReadUpTo(t *testing.T) {
	for _, test := range []struct {
		name  string
		size  int
		whole bool
	}{
		{"empty", 0, true},
		{"one", 1, true},
		{"first room", firstRoom, true},
		{"first room and one", firstRoom + 1, true},
		{"most", 100 * kB, true},
		{"one too many", 100*kB + 1, false},
		{"far too many", mB, false},
	} {
		want := bytes.Repeat([]byte("x"), test.size)
		for how, from := range map[string]io.Reader{"sized": bytes.NewReader(want), "unsized": unsized{bytes.NewReader(want)}} {
			b := NewBudget(10*mB, 2, kB)
			body, err := b.Open(requestOf(from))
			if err != nil {
				t.Fatal(err)
			}
			got, whole, err := body.ReadUpTo(100 * kB)
			// A sized body that is one too long has come whole: its length says so.
			if err != nil || (whole && len(got) <= 100*kB) != test.whole {
				t.Errorf("%s, %s: got whole %v, %v, want %v", test.name, how, whole, err, test.whole)
			}
			if b.used < 2*int64(len(got)) {
				t.Errorf("%s, %s: %d bytes weigh %d, want twice as much", test.name, how, len(got), b.used)
			}
			if !whole {
				rest, err := io.ReadAll(body.Rest())
				if err != nil {
					t.Errorf("%s, %s: rest: %v", test.name, how, err)
				}
				got = append(got, rest...)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s, %s: got %d bytes, want %d", test.name, how, len(got), len(want))
			}
			body.Close()
			body.Close()
			if b.used != 0 || b.reading.Len() != 0 {
				t.Errorf("%s, %s: afterwards %d bytes and %d bodies are held, want none", test.name, how, b.used, b.reading.Len())
			}
		}
	}
}

func requestOf(from io.Reader) (http.ResponseWriter, *http.Request, Pace) {
	w, r := request(from)
	return w, r, patient
}

// TestTheOldestMakesRoom: who comes displaces the body that has been on its way
// for longest, and none that has arrived.
func TestTheOldestMakesRoom(t *testing.T) {
	b := NewBudget(3*kB, 1, kB)
	open := func() (*Body, error) { return b.Open(requestOf(unsized{strings.NewReader("x")})) }
	var bodies []*Body
	for range 3 {
		body, err := open()
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	if err := b.arrived(bodies[0]); err != nil {
		t.Fatal(err)
	}
	lost, resume := bodies[1].Wait()
	fourth, err := open()
	if err != nil {
		t.Fatalf("the fourth: %v, want room", err)
	}
	<-lost
	if err := resume(); !errors.Is(err, ErrBusy) {
		t.Errorf("the second: got %v, want ErrBusy", err)
	}
	if _, _, err := bodies[1].ReadUpTo(10); !errors.Is(err, ErrBusy) {
		t.Errorf("the second reads on: got %v, want ErrBusy", err)
	}
	for _, body := range []*Body{bodies[2], fourth} {
		if err := b.arrived(body); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := open(); !errors.Is(err, ErrBusy) {
		t.Errorf("no body is on its way: got %v, want ErrBusy", err)
	}
	for _, body := range append(bodies, fourth) {
		body.Close()
	}
	if b.used != 0 || b.reading.Len() != 0 {
		t.Errorf("afterwards %d bytes and %d bodies are held, want none", b.used, b.reading.Len())
	}
}

// TestStalledSenders run out of their time, or are displaced, while they are being
// waited for.
func TestStalledSenders(t *testing.T) {
	for _, test := range []struct {
		name  string
		pace  Pace
		total int64
		want  error
	}{
		{"slow", Pace{Patience: time.Millisecond}, mB, ErrSlow},
		{"displaced", patient, kB, ErrBusy},
	} {
		b := NewBudget(test.total, 1, kB)
		reading, ended := make(chan struct{}), make(chan error, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := b.Open(w, r, test.pace)
			if err != nil {
				t.Error(err)
			}
			defer body.Close()
			close(reading)
			_, _, err = body.ReadUpTo(10)
			ended <- err
		}))
		defer server.Close()
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
		<-reading
		if test.total == kB {
			if _, err := b.Open(requestOf(strings.NewReader("x"))); err != nil {
				t.Error(err)
			}
		}
		if err := <-ended; !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, err, test.want)
		}
	}
}

// TestTheNextRequestHasItsOwnTime: a deadline of one request does not end the next
// one of the same connection.
func TestTheNextRequestHasItsOwnTime(t *testing.T) {
	b := NewBudget(mB, 1, kB)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := b.Open(w, r, patient)
		if err != nil {
			t.Error(err)
			return
		}
		data, whole, err := body.ReadUpTo(10)
		body.Close()
		b.mu.Lock()
		n := b.reading.Len()
		b.mu.Unlock()
		if err != nil || !whole || n != 0 {
			t.Errorf("got %q, %v, %v with %d on their way", data, whole, err, n)
		}
	}))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	from := bufio.NewReader(conn)
	for range 3 {
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
		res, err := http.ReadResponse(from, nil)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("got %v, %v", res, err)
		}
	}
}

package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/alerts/intake"
)

// Bounds of the bodies that are held at a time, over all senders.
const (
	// small is the largest body that is read whole before it is decoded. Longer ones
	// are decoded as they come, one at a time.
	small = 1 << 20
	// maxBodies is how many bytes all bodies may weigh together. One weighs twice its
	// length, for what is made of it, and at least leastBody: what a sender's
	// connection takes.
	maxBodies  = 128 << 20
	bodyWeight = 2
	leastBody  = 16 << 10
)

// bodyPace is the usual pace: 256 KiB a second, after ten seconds' patience. The largest body that
// Alertmanager is known to send, 14 MB, may take 66 s.
var bodyPace = intake.Pace{Patience: 10 * time.Second, PerMiB: 4 * time.Second}

// errLong says that a body without a length turned out to be too long.
var errLong = errors.New("the body is too long")

// paceOf is how fast a body has to come: the usual small one may take as long as
// the server lets it, and so costs no deadline.
func (d *Endpoint) paceOf(r *http.Request) intake.Pace {
	if r.ContentLength > 0 && r.ContentLength <= alerts.MaxGlance {
		return intake.Pace{}
	}
	return d.pace
}

// take reads a body and makes sure that the coordinator can read it too. Of a small one
// a glance does, nearly always. The caller must leave the place that the
// notification has taken.
func (d *Endpoint) take(r *http.Request, body *intake.Body, limit int64, got *Received) (list listed, leave func(), err error) {
	var data []byte
	if r.ContentLength <= small {
		var whole bool
		data, whole, err = body.ReadUpTo(min(limit, small))
		switch {
		case err != nil:
			return listed{}, nil, err
		case int64(len(data)) > limit:
			return listed{}, nil, errLong
		case whole:
			if leave, err = enter(r.Context(), d.inFlight, nil); err != nil {
				return listed{}, nil, err
			}
			list, err = got.decode(data)
			return list, leave, keep(leave, err)
		}
	}
	lost, resume := body.Wait()
	if leave, err = enter(r.Context(), d.large, lost); err != nil {
		return listed{}, nil, err
	}
	if err = resume(); err == nil {
		rest := http.MaxBytesReader(nil, io.NopCloser(body.Rest()), limit-int64(len(data)))
		list, err = got.decodeFrom(io.MultiReader(bytes.NewReader(data), rest))
	}
	return list, leave, keep(leave, err)
}

// keep leaves a place that is of no use any more.
func keep(leave func(), err error) error {
	if err != nil {
		leave()
	}
	return err
}

// enter waits for one of places, as long as the sender does, or until its body has
// lost its room.
func enter(ctx context.Context, places chan struct{}, lost <-chan struct{}) (leave func(), err error) {
	leave = func() { <-places }
	select {
	case places <- struct{}{}:
		return leave, nil
	default: // a context makes a channel when it is first asked: only who has to wait does
	}
	select {
	case places <- struct{}{}:
		return leave, nil
	case <-lost:
		return nil, intake.ErrBusy
	case <-ctx.Done():
		return nil, fmt.Errorf("the sender has gone: %w", context.Cause(ctx))
	}
}

// decode reads a body that is there.
func (r *Received) decode(body []byte) (listed, error) {
	if len(body) <= alerts.MaxGlance {
		if counts, certain := alerts.Glance(body); certain {
			r.Body = body
			return listed{counts, counts.Firing + counts.Resolved}, nil
		}
	}
	return r.decodeFrom(bytes.NewReader(body))
}

func (r *Received) decodeFrom(body io.Reader) (listed, error) {
	n, err := alerts.Decode(body, r.Source)
	r.Notification = &n
	return listed{alerts.Counts{Firing: n.Firing, Resolved: n.Resolved}, len(n.Alerts)}, err
}

package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/compat"
)

// ErrUnreadable says that something stored is not what this binary can decode:
// asking again gives the same. Every such error is an [*Unreadable]; one that a
// newer binary wrote is compat.ErrNewer too.
var ErrUnreadable = errors.New("the stored document cannot be decoded")

// Unreadable is one stored document, or a part of one, that cannot be decoded. It
// spoils nothing but itself: whoever reads several gets the others.
type Unreadable struct {
	What string // as people name it: INC-7, storm of INC-7, the timeline of INC-7
	Key  string // in Redis
	Err  error
	// Number is the incident's, when the document is an incident.
	Number int
	// Replace: nothing but a memory is lost when a new one takes its place.
	Replace bool

	again func(context.Context) error // reads it again
}

// Still reads it again, and reports whether it is as unreadable as before. One that
// cannot be asked about is.
func (u *Unreadable) Still(ctx context.Context) bool { return u.again == nil || u.again(ctx) != nil }

// Newer reports whether a newer binary wrote it; else it is broken.
func (u *Unreadable) Newer() bool { return errors.Is(u.Err, compat.ErrNewer) }

// Error says what it is, why, and what to do.
func (u *Unreadable) Error() string {
	if u.Newer() {
		return fmt.Sprintf("%s cannot be read (%s): %v", u.What, u.Key, u.Err)
	}
	return fmt.Sprintf("%s cannot be read, what Redis has at %s is broken: %v; put it back from a backup, or delete it", u.What, u.Key, u.Err)
}

// Is makes every one an ErrUnreadable.
func (u *Unreadable) Is(target error) bool { return target == ErrUnreadable }

// Unwrap gives what decoding said.
func (u *Unreadable) Unwrap() error { return u.Err }

// UnreadableOf finds the unreadable document that an error is about; nil when it is
// about none.
func UnreadableOf(err error) *Unreadable {
	u, _ := errors.AsType[*Unreadable](err)
	return u
}

// unreadable makes a failed decoding one; an err of nil stays nil.
func unreadable(what, key string, err error) error {
	if err == nil {
		return nil
	}
	return &Unreadable{What: what, Key: key, Err: err}
}

// wrongKind says that a key holds something that no binary of ours puts there.
func wrongKind(err error) bool { return redis.HasErrorPrefix(err, "WRONGTYPE") }

// document is one value of a key, mostly JSON: what people call it, and how it is read.
type document[T any] struct {
	what, key string
	decode    func([]byte) (T, error)
}

// read reads it; ok is false when there is none.
func (d document[T]) read(ctx context.Context, s *workspace) (value T, ok bool, err error) {
	data, err := s.redis.client.Get(ctx, d.key).Bytes()
	return d.in(s, data, err)
}

// in is the document in what Redis answered.
func (d document[T]) in(s *workspace, data []byte, err error) (value T, ok bool, _ error) {
	data, ok, err = stored(d.what, d.key, data, err)
	if err == nil && ok {
		value, err = d.decode(data)
		err = unreadable(d.what, d.key, err)
	}
	if u := UnreadableOf(err); u != nil {
		u.again = func(ctx context.Context) error {
			_, _, err := d.read(ctx, s)
			return err
		}
	}
	return value, ok && err == nil, err
}

// stored judges what GET or HGET said of a document.
func stored(what, key string, data []byte, err error) ([]byte, bool, error) {
	switch {
	case errors.Is(err, redis.Nil):
		return nil, false, nil
	case wrongKind(err):
		return nil, false, unreadable(what, key, err)
	case err != nil:
		return nil, false, fmt.Errorf("read %s: %w", what, err)
	}
	return data, true, nil
}

// Named lists unreadable documents for a sentence: INC-7, INC-9 and 3 more.
func Named(all []*Unreadable) string {
	const most = 5
	var names []string
	for k, u := range all {
		if k == most {
			return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), len(all)-most)
		}
		names = append(names, u.What)
	}
	return strings.Join(names, ", ")
}

package slacksim

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // the kinds of pictures that Slack shows
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxFile bounds one uploaded file. Slack's own limit is far above it.
const maxFile = 16 << 20

// file is a file an app uploads: reserved by files.getUploadURLExternal, filled by
// a POST to the address that gave, and there once files.completeUploadExternal has
// said so. Slack looks at it for a moment then, and knows its type afterwards.
type file struct {
	id, key          string // key is the secret part of the upload address
	name, title, alt string
	size             int
	data             []byte // nil until uploaded
	completed        time.Time
	ready            time.Time // when Slack has looked at it
	mime             string    // of a picture; empty for everything else
	width, height    int
}

// File is an uploaded file as it is now.
type File struct {
	ID, Name, Title, Alt string
	Mime                 string // "image/png"; empty when it is no picture
	Size                 int
	Complete             bool // false: reserved or uploaded only, nobody can use it
}

// Files are the files that were not deleted, oldest first.
func (v *View) Files() []File {
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	var all []File
	for _, f := range v.sim.files {
		all = append(all, File{ID: f.id, Name: f.name, Title: f.title, Alt: f.alt, Mime: f.mime, Size: f.size, Complete: f.complete()})
	}
	return all
}

func (f *file) complete() bool { return !f.completed.IsZero() }

// file finds a complete file by its id; nil when there is none. The caller holds
// the lock.
func (s *Sim) file(id string) *file {
	if f := s.reserved(id); f != nil && f.complete() {
		return f
	}
	return nil
}

// reserved finds a file by its id, complete or not. The caller holds the lock.
func (s *Sim) reserved(id string) *file {
	for _, f := range s.files {
		if f.id == id {
			return f
		}
	}
	return nil
}

// shown is whether an image block may name the file. Slack knows what a file is
// only when it has looked at it, and refuses the block before that.
func (f *file) shown(now time.Time) bool {
	return f != nil && f.mime != "" && !now.Before(f.ready)
}

// picture finds the file that an image block names, by id or by address; nil when
// it may not be shown. The caller holds the lock.
func (s *Sim) picture(named block) *file {
	for _, f := range s.files {
		if f.complete() && f.shown(s.now()) && (f.id == str(named, "id") || slices.Contains([]string{s.privateURL(f), s.permalink(f)}, str(named, "url"))) {
			return f
		}
	}
	return nil
}

func (s *Sim) privateURL(f *file) string {
	return s.base + "/files-pri/" + s.opts.TeamID + "-" + f.id + "/" + f.name
}

func (s *Sim) permalink(f *file) string {
	return s.base + "/files/" + s.bot.id + "/" + f.id + "/" + f.name
}

// serveUpload takes the bytes of a file, once (Slack: "raw bytes or multipart" to
// the address of files.getUploadURLExternal, no token needed).
func (s *Sim) serveUpload(w http.ResponseWriter, r *http.Request) {
	const name = "upload"
	fault := s.strike(name, "")
	if fault != nil {
		if !s.pause(r, fault.Delay) {
			return
		}
		if fault.replacesWork() {
			s.record(r, name, nil, nil, fault.outcome(), true)
			fault.then()
			fault.answer(w)
			return
		}
	}
	data, err := uploaded(http.MaxBytesReader(w, r.Body, maxFile+maxBody), r)
	var refused *refusal
	if err != nil {
		refused = &refusal{code: "upload_failed", status: http.StatusBadRequest}
	} else {
		refused = s.receive(r.PathValue("key"), data)
	}
	fault.then()
	switch {
	case fault != nil && fault.Kind == LostAnswer:
		s.record(r, name, nil, nil, LostAnswer, true)
		cut(w)
	case refused != nil:
		s.record(r, name, nil, nil, refused.outcome(), false)
		http.Error(w, refused.code, refused.status)
	default:
		s.record(r, name, nil, nil, "ok", false)
		fmt.Fprintf(w, "OK - %d", len(data))
	}
}

// uploaded reads the bytes: of the first file of a form, or of the body as it is.
func uploaded(body io.Reader, r *http.Request) ([]byte, error) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "multipart/form-data" {
		return io.ReadAll(body)
	}
	r.Body = io.NopCloser(body)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

func (s *Sim) receive(key string, data []byte) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		switch {
		case f.key != key:
		case f.data != nil:
			return &refusal{code: "upload_url_used", status: http.StatusConflict}
		case len(data) != f.size:
			return &refusal{code: fmt.Sprintf("got %d bytes, %d were announced", len(data), f.size), status: http.StatusBadRequest}
		default:
			f.data = data
			if config, kind, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
				f.mime, f.width, f.height = "image/"+kind, config.Width, config.Height
			}
			s.touch()
			return nil
		}
	}
	return &refusal{code: "not_found", status: http.StatusNotFound}
}

// serveFile shows a picture on the page. Only what Slack took for a picture is
// served, as nothing else than that.
func (s *Sim) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.file(r.PathValue("id"))
	shown := f.shown(s.now())
	s.mu.Unlock()
	if !shown {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.mime) // a file never changes once it is complete
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(f.data) // the reader may have gone
}

package api

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // the kinds of pictures that Slack shows
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"strings"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
)

// maxFile bounds one uploaded file. Slack's own limit is far above it.
const maxFile = 16 << 20

// serveUpload takes the bytes of a file, once (Slack: "raw bytes or multipart" to
// the address of files.getUploadURLExternal, no token needed).
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	const name = "upload"
	struck := s.faults.StrikeCall(name, "")
	if struck != nil {
		if !s.faults.Pause(r, struck.Delay) {
			return
		}
		if struck.ReplacesWork() {
			s.record(r, name, nil, nil, struck.Outcome(), true)
			struck.Tell()
			answerAs(w, struck)
			return
		}
	}
	data, err := uploaded(http.MaxBytesReader(w, r.Body, maxFile+wire.MaxBody), r)
	var refused *wire.Refusal
	if err != nil {
		refused = &wire.Refusal{Code: "upload_failed", Status: http.StatusBadRequest}
	} else {
		refused = s.receive(r.PathValue("key"), data)
	}
	struck.Tell()
	switch {
	case struck != nil && struck.Kind == fault.LostAnswer:
		s.record(r, name, nil, nil, fault.LostAnswer, true)
		cut(w)
	case refused != nil:
		s.record(r, name, nil, nil, refused.Outcome(), false)
		http.Error(w, refused.Code, refused.Status)
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

func (s *Server) receive(key string, data []byte) *wire.Refusal {
	s.w.Lock()
	defer s.w.Unlock()
	for _, f := range s.w.Files {
		switch {
		case f.Key != key:
		case f.Data != nil:
			return &wire.Refusal{Code: "upload_url_used", Status: http.StatusConflict}
		case len(data) != f.Size:
			return &wire.Refusal{Code: fmt.Sprintf("got %d bytes, %d were announced", len(data), f.Size), Status: http.StatusBadRequest}
		default:
			f.Data = data
			if config, kind, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
				f.Mime, f.Width, f.Height = "image/"+kind, config.Width, config.Height
			}
			s.w.Touch()
			return nil
		}
	}
	return &wire.Refusal{Code: "not_found", Status: http.StatusNotFound}
}

package page

import "net/http"

// serveFile shows a picture on the page, as nothing else than that, and a file
// that a message shares as plain text.
func (pg *Page) serveFile(w http.ResponseWriter, r *http.Request) {
	pg.w.Lock()
	f := pg.w.File(r.PathValue("id"))
	shown := f.Shown(pg.w.Now())
	shared := f != nil && f.Mime == "" && pg.w.Shared(f)
	pg.w.Unlock()
	if !shown && !shared {
		http.NotFound(w, r)
		return
	}
	kind := f.Mime // a file never changes once it is complete
	if shared {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(f.Data) // the reader may have gone
}

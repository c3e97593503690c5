package page

import "net/http"

// serveFile shows a picture on the page. Only what Slack took for a picture is
// served, as nothing else than that.
func (pg *Page) serveFile(w http.ResponseWriter, r *http.Request) {
	pg.w.Lock()
	f := pg.w.File(r.PathValue("id"))
	shown := f.Shown(pg.w.Now())
	pg.w.Unlock()
	if !shown {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.Mime) // a file never changes once it is complete
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(f.Data) // the reader may have gone
}

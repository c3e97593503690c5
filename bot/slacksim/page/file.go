package page

import "net/http"

// serveFile shows a picture on the page, as nothing else than that. What Slack took for
// no picture is shown as the text that it is.
func (pg *Page) serveFile(w http.ResponseWriter, r *http.Request) {
	pg.w.Lock()
	f := pg.w.File(r.PathValue("id"))
	shown := f.Shown(pg.w.Now())
	pg.w.Unlock()
	if f == nil || !shown && f.Mime != "" {
		http.NotFound(w, r)
		return
	}
	kind := f.Mime // a file never changes once it is complete
	if kind == "" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(f.Data) // the reader may have gone
}

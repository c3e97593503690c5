package page

import (
	"net/http"
	"net/url"
	"strings"
)

// servePermalink opens the thread that an address leads to.
func (pg *Page) servePermalink(w http.ResponseWriter, r *http.Request) {
	pg.w.Lock()
	defer pg.w.Unlock()
	c := pg.w.Channel(r.PathValue("channel"))
	if c == nil || c.ID != r.PathValue("channel") {
		http.NotFound(w, r)
		return
	}
	for _, m := range c.Messages {
		if "p"+strings.Replace(m.TS.String(), ".", "", 1) != r.PathValue("message") {
			continue
		}
		root := m
		if m.Parent != nil {
			root = m.Parent
		}
		http.Redirect(w, r, "/?"+url.Values{"channel": {c.Name}, "thread": {root.TS.String()}}.Encode(), http.StatusFound)
		return
	}
	http.NotFound(w, r)
}

package page

import (
	"bytes"
	"net/http"
	"time"

	"codeberg.org/go-fonts/liberation/liberationmonoregular"
	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
)

// fonts are the page's own, so that it looks the same on every machine. Where an emoji
// font is the only one, digits would come from it.
var fonts = map[string][]byte{
	"sans.ttf": liberationsansregular.TTF, "sans-bold.ttf": liberationsansbold.TTF, "mono.ttf": liberationmonoregular.TTF,
}

func serveFont(w http.ResponseWriter, r *http.Request) {
	font, ok := fonts[r.PathValue("font")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "font/ttf")
	w.Header().Set("Cache-Control", "max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(font))
}

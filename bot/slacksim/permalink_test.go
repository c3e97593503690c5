package slacksim_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/slacksim"
)

// TestPermalinksLeadToTheThread: those of a root and of a reply; others lead nowhere.
func TestPermalinksLeadToTheThread(t *testing.T) {
	t.Parallel()
	s := slacksim.New(slacksim.Options{})
	t.Cleanup(s.Close)
	root, err := s.People.Say("anna", "general", "", "a root")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := s.People.Say("ben", "general", root, "a reply")
	if err != nil {
		t.Fatal(err)
	}
	c, _ := s.Channel("general")
	open := func(path string) *http.Response {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Result()
	}
	for _, ts := range []string{root, reply} {
		got := open("/archives/" + c.ID + "/p" + strings.Replace(ts, ".", "", 1) + "?thread_ts=" + root + "&cid=" + c.ID)
		at, err := url.Parse(got.Header.Get("Location"))
		if got.StatusCode != http.StatusFound || err != nil || at.Query().Get("channel") != "general" || at.Query().Get("thread") != root {
			t.Errorf("%s leads to %d %s", ts, got.StatusCode, at)
		}
	}
	for _, path := range []string{"/archives/" + c.ID + "/p1", "/archives/C0NONE/p" + strings.Replace(root, ".", "", 1), "/archives/general/p" + strings.Replace(root, ".", "", 1)} {
		if got := open(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s leads to %d", path, got.StatusCode)
		}
	}
}

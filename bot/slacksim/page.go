package slacksim

import "net/http"

type page struct{}

func newPage() *page { return &page{} }

func (s *Sim) servePage(mux *http.ServeMux) {}

package store

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// ranked is an incident of a list.
type ranked struct {
	number int
	score  int64 // in listed
}

// best keeps the worst of a list.
type best struct {
	most    int
	ranks   map[int64]int // of severities, by their scores
	kept    []ranked
	closed  []int
	total   int
	partial bool
}

func (b *best) add(number int, score int64) {
	b.total++
	b.keep(number, score)
}

func (b *best) keep(number int, score int64) {
	b.kept = append(b.kept, ranked{number, score})
	if len(b.kept) > 2*b.most+listPage {
		b.sort()
	}
}

func (b *best) sort() {
	slices.SortFunc(b.kept, b.worse)
	b.kept = b.kept[:min(len(b.kept), b.most)]
}

func (b *best) list() Listed {
	b.sort()
	l := Listed{Total: b.total, Partial: b.partial}
	for _, r := range b.kept {
		l.Numbers = append(l.Numbers, r.number)
	}
	l.Numbers = append(l.Numbers, b.closed...)
	l.Numbers = l.Numbers[:min(len(l.Numbers), b.most)]
	return l
}

// worse orders a list.
func (b *best) worse(x, y ranked) int {
	at := func(r ranked) (drill, severity, over int) {
		score := r.score
		if score < 0 {
			score, over = -score, 1
		}
		if score >= drillBit {
			score, drill = score-drillBit, 1
		}
		severity, known := b.ranks[score]
		if !known {
			severity = len(b.ranks)
		}
		return drill, severity, over
	}
	xd, xs, xo := at(x)
	yd, ys, yo := at(y)
	return cmp.Or(cmp.Compare(xd, yd), cmp.Compare(xs, ys), cmp.Compare(xo, yo), cmp.Compare(y.number, x.number))
}

// span is a part of the scores of listed, both ends included.
type span struct{ from, to int64 }

func (p span) by() *redis.ZRangeBy {
	return &redis.ZRangeBy{Min: strconv.FormatInt(p.from, 10), Max: strconv.FormatInt(p.to, 10)}
}

// spans are the parts of listed that hold one severity each, or several that
// nobody ordered: the newest of each part are the last of it.
func (b *best) spans(which Which) []span {
	var parts []span
	from := int64(0)
	for _, score := range slices.Sorted(maps.Keys(b.ranks)) {
		parts = append(parts, span{from, score - 1}, span{score, score})
		from = score + 1
	}
	parts = append(parts, span{from, drillBit - 1})
	parts = slices.DeleteFunc(parts, func(p span) bool { return p.from > p.to })
	for _, p := range slices.Clone(parts) {
		parts = append(parts, span{p.from + drillBit, p.to + drillBit})
	}
	if which == ListAll {
		for _, p := range slices.Clone(parts) {
			parts = append(parts, span{-p.to, -p.from})
		}
	}
	return parts
}

package report

import (
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

const (
	firstDays = 3    // of a month on which fixed charges come
	sameSize  = 0.25 // by how much they may differ from month to month
	months    = 2    // earlier ones that have to know it
)

// recurring takes out the days at a month's beginning whose excess came on that
// day of earlier months too. Only where no source tells fixed charges from usage:
// elsewhere they are not in the series at all.
func (s *series) recurring(over []excess) (rest, recurring []excess) {
	for _, e := range over {
		if s.lacksCategory && s.recurs(e) {
			recurring = append(recurring, e)
		} else {
			rest = append(rest, e)
		}
	}
	return rest, recurring
}

func (s *series) recurs(e excess) bool {
	at := e.day.Time()
	if at.Day() > firstDays {
		return false
	}
	excess := e.actual - e.expected
	for back := 1; back <= months; back++ {
		d := money.DayOf(time.Date(at.Year(), at.Month()-time.Month(back), at.Day(), 0, 0, 0, 0, time.UTC))
		x, there := s.track.at(d)
		around, known := s.around(d)
		if !there || !known || abs((x-around)-excess) > sameSize*excess {
			return false
		}
	}
	return true
}

// around is what a day of an earlier month would have cost, by the same weekdays
// before and after it: what lies six weeks before it is not known any more.
func (s *series) around(d money.Day) (float64, bool) {
	var near []float64
	for _, off := range []money.Day{-14, -7, 7, 14} {
		if x, there := s.track.at(d + off); there {
			near = append(near, x)
		}
	}
	return median(near), len(near) >= 2
}

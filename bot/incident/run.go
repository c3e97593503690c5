package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/signalbook/signalbook/playbooks"
)

// KeptRuns is how many of the newest runs of a playbook are remembered, of drills
// and of real incidents each: enough for a median, and a few hundred bytes.
const KeptRuns = 10

// Run is how one opening of an incident went. Steps are those of the immediate
// tier that were not ended before this opening.
type Run struct {
	Number  int           `json:"incident"`
	Opening int           `json:"opening"`
	Ack     time.Duration `json:"ack"`     // from the opening to the first acknowledgement, or Never
	Resolve time.Duration `json:"resolve"` // from the opening to the resolution, or Never
	InTime  int           `json:"in_time"` // steps that somebody ended by their deadline
	Late    int           `json:"late"`    // steps that somebody ended after it
	Left    int           `json:"left"`    // steps that nobody ended
}

// Run tells how the present opening goes, or went.
func (i Incident) Run() Run {
	r := Run{Number: i.Number, Opening: i.Opening, Ack: Never, Resolve: Never}
	// Times come from the clocks of several endpoints.
	if !i.AckedAt.IsZero() {
		r.Ack = max(0, i.AckedAt.Sub(i.OpeningAt))
	}
	if i.Over() {
		r.Resolve = max(0, i.ResolvedAt.Sub(i.OpeningAt))
	}
	for _, s := range i.Steps {
		if s.Tier != playbooks.Immediate || s.Hidden {
			continue
		}
		switch ended := s.State == StepDone || s.State == StepSkipped; {
		case !ended:
			r.Left++
		case s.At.Before(i.OpeningAt):
		case s.At.After(i.Deadline(s)):
			r.Late++
		default:
			r.InTime++
		}
	}
	return r
}

// History is how former incidents of a playbook went, the newest last.
type History struct {
	Drills []Run
	Real   []Run
}

// Past sums up former runs. Medians are over the runs in which it came to that:
// Never when there are none.
type Past struct {
	Count   int           `json:"count"`
	Ack     time.Duration `json:"ack"`
	Resolve time.Duration `json:"resolve"`
	InTime  int           `json:"in_time"` // median share of the steps, in percent; -1: no run had steps
}

func past(runs []Run) Past {
	var acks, resolves, shares []time.Duration
	for _, r := range runs {
		if r.Ack != Never {
			acks = append(acks, r.Ack)
		}
		if r.Resolve != Never {
			resolves = append(resolves, r.Resolve)
		}
		if steps := r.InTime + r.Late + r.Left; steps > 0 {
			shares = append(shares, time.Duration((100*r.InTime+steps/2)/steps))
		}
	}
	return Past{Count: len(runs), Ack: median(acks), Resolve: median(resolves), InTime: int(median(shares))}
}

func median(of []time.Duration) time.Duration {
	n := len(of)
	if n == 0 {
		return Never
	}
	slices.Sort(of)
	if n%2 == 0 {
		return of[n/2-1]/2 + of[n/2]/2
	}
	return of[n/2]
}

// Encode writes the run as Redis remembers it: a JSON list of the incident's number,
// opening, milliseconds to acknowledge and to resolve (-1: never), and steps in time,
// late and left. New fields go to the end.
func (r Run) Encode() ([]byte, error) {
	return json.Marshal([]int64{int64(r.Number), int64(r.Opening), inMilliseconds(r.Ack), inMilliseconds(r.Resolve), int64(r.InTime), int64(r.Late), int64(r.Left)})
}

// DecodeRun reads what Encode wrote.
func DecodeRun(data []byte) (Run, error) {
	var f []int64
	if err := json.Unmarshal(data, &f); err != nil {
		return Run{}, fmt.Errorf("decode run: %w", err)
	}
	if len(f) < 7 {
		return Run{}, fmt.Errorf("decode run: got %d fields, want 7", len(f))
	}
	return Run{
		Number: int(f[0]), Opening: int(f[1]), Ack: fromMilliseconds(f[2]), Resolve: fromMilliseconds(f[3]),
		InTime: int(f[4]), Late: int(f[5]), Left: int(f[6]),
	}, nil
}

func inMilliseconds(d time.Duration) int64 {
	if d == Never {
		return -1
	}
	return d.Milliseconds()
}

func fromMilliseconds(ms int64) time.Duration {
	if ms < 0 {
		return Never
	}
	return time.Duration(ms) * time.Millisecond
}

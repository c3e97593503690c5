// Package promquery asks Prometheus, and what speaks its language: Thanos, Mimir.
// It tells numbers as they are measured and judges nothing; what is not there or
// is no number is said, never filled in.
package promquery

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/api"
	promapi "github.com/prometheus/client_golang/api/prometheus/v1"
	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/signalbook/signalbook/bot/foreign"
)

const (
	// answerWithin is how long one query may take.
	answerWithin = 10 * time.Second
	// maxAnswer bounds an answer, in bytes: an empty series takes three of them, and
	// seventy in memory.
	maxAnswer = 8 << 20
	// maxSamples bounds the samples of an answer.
	maxSamples = 10_000
	// maxNotes bounds what is passed on of Prometheus' warnings.
	maxNotes = 10
)

// Config says whom to ask: the file's prometheus section.
type Config struct {
	URL  string // http://prometheus:9090, or with a prefix: http://mimir/prometheus
	HTTP promconfig.HTTPClientConfig
}

// Prometheus answers queries. It may be used by many goroutines at once.
type Prometheus struct{ api promapi.API }

// ErrUnanswered is what errors are of queries that got no answer: the next one will hardly
// get one. Errors that are of what was answered are others.
var ErrUnanswered = errors.New("Prometheus gives no answer")

type unanswered struct{ error }

func (unanswered) Is(target error) bool { return target == ErrUnanswered }
func (u unanswered) Unwrap() error      { return u.error }

// New asks nothing yet. It fails when a file that http_config names cannot be
// read.
func New(c Config) (*Prometheus, error) {
	client, err := promconfig.NewClientFromConfig(c.HTTP, "prometheus")
	if err != nil {
		return nil, fmt.Errorf("prepare asking Prometheus: %w: check prometheus.http_config", err)
	}
	client.Transport = bounded{client.Transport}
	asked, err := api.NewClient(api.Config{Address: c.URL, Client: client})
	if err != nil {
		return nil, fmt.Errorf("prepare asking Prometheus: %w: check prometheus.url", err)
	}
	return &Prometheus{promapi.NewAPI(asked)}, nil
}

// Query evaluates a PromQL expression at a moment. The answer has no value that is
// not a number, and is empty where nothing is known. Notes are Prometheus' own
// warnings and what was left out, a sentence each. An error tells the query, what
// is wrong and what to do.
func (p *Prometheus) Query(ctx context.Context, expr string, at time.Time) (_ model.Vector, notes []string, _ error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	value, warnings, _, err := p.api.Query(ctx, expr, at, promapi.WithTimeout(answerWithin))
	if err != nil {
		return nil, nil, unanswered{fmt.Errorf("ask Prometheus for %s: %w", shown(expr), explain(err))}
	}
	var answer model.Vector
	switch v := value.(type) {
	case model.Vector:
		answer = v
	case *model.Scalar:
		answer = model.Vector{{Metric: model.Metric{}, Value: v.Value, Timestamp: v.Timestamp}}
	case nil:
		return nil, nil, fmt.Errorf("ask Prometheus for %s: the answer holds no result: see whether prometheus.url is the address of a Prometheus, with its prefix", shown(expr))
	default:
		return nil, nil, fmt.Errorf("ask Prometheus for %s: it gives a %s, not one value a series: write a query without a range at its end",
			shown(expr), value.Type())
	}
	if len(answer) > maxSamples {
		return nil, nil, fmt.Errorf("ask Prometheus for %s: %d series are more than %d: aggregate them, as in sum by (service) (...)",
			shown(expr), len(answer), maxSamples)
	}
	for _, w := range warnings[:min(len(warnings), maxNotes)] {
		notes = append(notes, fmt.Sprintf("Prometheus warns of %s: %s", shown(expr), foreign.Text(w, maxText)))
	}
	answer, left := numbersOnly(answer)
	if left > 0 {
		notes = append(notes, fmt.Sprintf("Prometheus' answer to %s holds %d of %d values that are no numbers (NaN, infinite, histograms): they are left out.",
			shown(expr), left, left+len(answer)))
	}
	return answer, notes, nil
}

// numbersOnly leaves out what cannot be counted with.
func numbersOnly(answer model.Vector) (numbers model.Vector, left int) {
	for _, s := range answer {
		if f := float64(s.Value); s.Histogram == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			numbers = append(numbers, s)
		}
	}
	return numbers, len(answer) - len(numbers)
}

// bounded cuts off answers that are too large.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err == nil {
		foreign.HideSent(response)
		response.Body = http.MaxBytesReader(nil, response.Body, maxAnswer)
	}
	return response, err
}

// CloseIdleConnections lets the client close what it wraps.
func (b bounded) CloseIdleConnections() {
	if c, ok := b.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// explain adds what to do.
func explain(err error) error {
	var refused *promapi.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer in time (at most %v): see whether Prometheus is up and not busy, and make the query cheaper", answerWithin)
	case errors.As(err, &tooLarge):
		return fmt.Errorf("the answer is larger than %d MB: aggregate it, as in sum by (service) (...)", maxAnswer>>20)
	case !errors.As(err, &refused):
		return fmt.Errorf("%s: see whether Prometheus is up and prometheus.url is right", foreign.Text(err.Error(), maxText))
	}
	why := foreign.Text(refused.Msg, maxText)
	if refused.Detail != "" { // the body: the library reads it only with codes 400 and 422
		why += ": " + foreign.Text(refused.Detail, maxText)
	}
	switch refused.Type {
	case promapi.ErrBadData, promapi.ErrExec:
		return fmt.Errorf("it refuses: %s: mend the query", why)
	case promapi.ErrClient:
		return fmt.Errorf("%s: check prometheus.url with its prefix, and prometheus.http_config", why)
	case promapi.ErrServer:
		return fmt.Errorf("%s: see Prometheus' own log; a query that it gives up must get cheaper", why)
	}
	return fmt.Errorf("%s: see whether prometheus.url is the address of a Prometheus, with its prefix", why)
}

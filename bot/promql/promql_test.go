package promql

import (
	"strings"
	"testing"
	"time"
)

const week = 7 * 24 * time.Hour

// TestAtOnce: what a query looks back on stands in its place, whatever looks.
func TestAtOnce(t *testing.T) {
	for query, want := range map[string]string{
		`sum(increase(http_requests_total{code!="500"}[7d])) / 1000`: `sum(http_requests_total{code!="500"}) / 1000`,
		`sum(increase(x[7d])) or vector(0)`:                          `sum(x) or vector(0)`,
		`sum_over_time(sum(rate(x[5m]))[7d:5m]) * 300`:               `(sum(x)) * 300`,
		`quantile_over_time(0.5, x[7d])`:                             `x`,
		`-max by (a) (max_over_time(x[1w] offset 1h))`:               `-max by (a) (x offset 1h)`,
		`scalar(sum(increase(x[7d])))`:                               `vector(scalar(sum(x)))`,
		`sum(app_active_users)`:                                      ``,
		`sum(`:                                                       ``,
		``:                                                           ``,
		strings.Repeat(`(`, 3000) + `x[7d]` + strings.Repeat(`)`, 3000):    ``,
		`round(sum(increase(x[7d])), 10)`:                                  `round(sum(x), 10)`,
		`label_replace(sum(increase(x[7d])), "a", "$1", "b", "(.*)") or z`: `label_replace(sum(x), "a", "$1", "b", "(.*)") or z`,
	} {
		if got := AtOnce(query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

// TestDoubt: a query that counts something else than a week is told with what to write,
// and one that counts a week is not.
func TestDoubt(t *testing.T) {
	for query, want := range map[string]string{
		`sum(rate(http_requests_total[7d]))`:                  "rate gives so many a second: count with increase(...[1w])",
		`sum(http_requests_total)`:                            "http_requests_total is a counter, which holds all since it began: count with increase(http_requests_total[1w])",
		`{__name__="x_seconds_count"} / 1000`:                 "x_seconds_count is a counter, which holds all since it began: count with increase(x_seconds_count[1w])",
		`sum(increase(http_requests_total[1d]))`:              "increase looks back 1d instead of 1w: write [1w]",
		`sum(sum_over_time(sales[30d]))`:                      "sum_over_time looks back 30d instead of 1w: write [1w]",
		`sum(increase(http_requests_total[7d])) / 1000`:       "",
		`sum(increase(http_requests_total[1w]))`:              "",
		`sum(rate(http_requests_total[7d])) * 604800`:         "",
		`7 * sum(increase(http_requests_total[1d]))`:          "",
		`sum_over_time(sum(rate(x_total[5m]))[7d:5m]) * 300`:  "",
		`sum_over_time(sum(increase(x_total[1h]))[7d:1h])`:    "",
		`max_over_time(sum(x_total)[7d:1h])`:                  "",
		`avg_over_time(users[1d])`:                            "",
		`sum(app_active_users)`:                               "",
		`count(http_requests_total)`:                          "",
		`sum(`:                                                "",
		`increase_pure(http_requests_total[7d]) keep_last 5m`: "",
	} {
		if got := Doubt(query, week); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

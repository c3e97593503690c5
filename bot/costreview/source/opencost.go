package source

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// OpenCost is asked over its HTTP API: for the bills of clouds when they are
// configured there, else for what Kubernetes costs at list prices, which are a
// part of the same money and so never added to them.
type OpenCost struct {
	url    string
	client *http.Client
}

// NewOpenCost asks nothing yet. It fails when a file that http_config names cannot
// be read. The address is such as http://opencost:9003.
func NewOpenCost(address string, c promconfig.HTTPClientConfig) (*OpenCost, error) {
	client, err := promconfig.NewClientFromConfig(c, "opencost")
	if err != nil {
		return nil, fmt.Errorf("prepare asking OpenCost: %w: check the http_config of this cost source", err)
	}
	return &OpenCost{strings.TrimRight(address, "/"), client}, nil
}

// Source tells this OpenCost from others. It is one source whatever it tells of,
// so that a day that is told anew replaces what was told before.
func (o *OpenCost) Source() string {
	return fmt.Sprintf("opencost-%x", sha256.Sum256([]byte(o.url)))[:25]
}

// Name is what people know it by.
func (o *OpenCost) Name() string { return "OpenCost at " + labelText(o.url) }

// openCostCurrency is what OpenCost reckons in: its API names no currency.
const openCostCurrency = "USD"

// mostDaysAtOnce bounds the days of one question, and so its answer.
const mostDaysAtOnce = 7

// errNoCloudCosts says that cloud costs are not configured.
var errNoCloudCosts = errors.New("cloud costs are not configured")

// Read asks for the costs of whole UTC days, newest first; a day that has not
// ended by now is not asked for. In the reading, a day that is not known is
// absent: cloud costs arrive up to a day late. Newest and Known speak of the days
// that were asked for.
func (o *OpenCost) Read(ctx context.Context, days []money.Day, now time.Time) money.Reading {
	read := money.Reading{Source: o.Source(), Name: o.Name(), Origin: money.OpenCost, At: now, Days: money.Days{}, Lacks: []string{"ChargeCategory"}}
	asked := endedDays(days, now)
	if len(asked) == 0 {
		return read
	}
	reader := openCostReader{read: &read}
	err := o.each(ctx, asked, &reader, o.cloudCosts)
	if err == nil && len(read.Days) == 0 {
		err = o.anyCloud(ctx)
	}
	read.Column = "amortizedNetCost"
	if errors.Is(err, errNoCloudCosts) && len(read.Days) == 0 {
		if err = o.each(ctx, asked, &reader, o.allocations); len(read.Days) > 0 {
			read.Column = "totalCost"
			reader.notes.add(true, "OpenCost without cloud costs: Kubernetes allocation at list prices instead; what is not Kubernetes is not known. Configure cloud costs in OpenCost.")
		}
	}
	read.Newest, read.Known = read.Days.Newest()
	if err == nil && !read.Known {
		reader.notes.add(true, "OpenCost has no costs of %s: see what its own page shows for them.", listDays(asked))
	}
	reader.tell()
	read.Notes = reader.notes.all
	return read
}

// each asks for a few days at a time. A failure is noted, and does not give up the
// other days; errNoCloudCosts is none as long as nothing was told.
func (o *OpenCost) each(ctx context.Context, asked []money.Day, reader *openCostReader, ask func(context.Context, url.Values, *openCostReader) error) (err error) {
	var failed failures
	defer func() { failed.tell(&reader.notes) }()
	for rest := asked; len(rest) > 0; {
		n := 1
		for n < len(rest) && n < mostDaysAtOnce && rest[n] == rest[0]-money.Day(n) {
			n++
		}
		reader.from, reader.to, reader.sets = rest[n-1], rest[0], map[money.Day]int{}
		window := reader.from.Time().Format(time.RFC3339) + "," + (reader.to + 1).Time().Format(time.RFC3339)
		errNow := ask(ctx, url.Values{"window": {window}}, reader)
		none := errors.Is(errNow, errNoCloudCosts)
		if none && len(reader.read.Days) == 0 {
			failed = failures{} // the other way to ask may do
			return errNow
		}
		if failed.met(errNow, rest[:n]) {
			err, rest = errNow, rest[n:]
			if none || failed.many() || ctx.Err() != nil {
				failed.met(errNow, rest)
				return err
			}
			continue
		}
		for _, day := range rest[:n] {
			reader.cells += len(reader.read.Days[day])
		}
		if rest = rest[n:]; reader.cells > maxAnswered && len(rest) > 0 {
			reader.notes.add(true, "Costs of %s are not known: the newer days alone have more than %d figures: the costs of so many accounts and services are read from FOCUS files.",
				listDays(rest), maxAnswered)
			return err
		}
	}
	return err
}

// cloudCosts asks for what clouds bill.
//
// The amounts are those of the API's own default, amortizedNetCost: commitments
// spread over their time, after discounts.
func (o *OpenCost) cloudCosts(ctx context.Context, query url.Values, reader *openCostReader) error {
	query.Set("aggregate", "provider,service,category,accountID")
	query.Set("accumulate", "day")
	var answer struct{ Sets few[cloudCostSet] }
	err := o.get(ctx, "/cloudCost", query, &answer)
	var refused *openCostRefusal
	if errors.As(err, &refused) && (refused.code == http.StatusNotImplemented || refused.code == http.StatusNotFound) {
		return errNoCloudCosts // 501 says so, 404 says an OpenCost from before there were any
	}
	if err != nil {
		return err
	}
	for i, set := range answer.Sets {
		for _, c := range set.CloudCosts {
			reader.charge(i, c, set.Window)
		}
	}
	return nil
}

// anyCloud tells apart clouds that have nothing yet and no clouds at all: OpenCost
// answers both with empty days.
func (o *OpenCost) anyCloud(ctx context.Context) error {
	var integrations few[struct{}]
	if err := o.get(ctx, "/cloudCost/status", nil, &integrations); err == nil && len(integrations) == 0 {
		return errNoCloudCosts
	}
	return nil
}

// allocations asks for what Kubernetes costs, by namespace, idle capacity
// included.
func (o *OpenCost) allocations(ctx context.Context, query url.Values, reader *openCostReader) error {
	query.Set("aggregate", "namespace")
	query.Set("step", "1d")
	query.Set("includeIdle", "true")
	var sets few[rowsOf[allocation]]
	if err := o.get(ctx, "/allocation", query, &sets); err != nil {
		return err
	}
	for i, set := range sets {
		for namespace, a := range set {
			reader.allocation(i, namespace, a)
		}
	}
	return nil
}

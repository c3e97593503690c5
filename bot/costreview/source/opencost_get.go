package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/signalbook/signalbook/bot/foreign"
)

const (
	// openCostWithin is how long one answer may take: allocations are worked out
	// when they are asked for.
	openCostWithin = time.Minute
	// maxOpenCostAnswer bounds an answer, in bytes.
	maxOpenCostAnswer = 16 << 20
)

// openCostRefusal is an answer other than 200.
type openCostRefusal struct {
	code int
	text string
}

func (r *openCostRefusal) Error() string {
	todo := "see OpenCost's own log"
	switch r.code {
	case http.StatusUnauthorized, http.StatusForbidden:
		todo = "check the http_config of this cost source"
	case http.StatusNotFound:
		todo = "see whether the url of this cost source is OpenCost's, with its prefix"
	}
	return fmt.Sprintf("it answers %d %s (%s): %s", r.code, http.StatusText(r.code), r.text, todo)
}

// get reads the data of an answer. The error says what was asked, what is wrong
// and what to do.
func (o *OpenCost) get(ctx context.Context, path string, query url.Values, data any) error {
	if err := o.tryGet(ctx, path, query, data); err != nil {
		return fmt.Errorf("ask OpenCost for %s: %w", path, err)
	}
	return nil
}

func (o *OpenCost) tryGet(ctx context.Context, path string, query url.Values, data any) error {
	ctx, cancel := context.WithTimeout(ctx, openCostWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url+path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := o.client.Do(request)
	if err != nil {
		return explainOpenCost(err)
	}
	defer response.Body.Close()
	foreign.HideSent(response)
	body := http.MaxBytesReader(nil, response.Body, maxOpenCostAnswer)
	if response.StatusCode != http.StatusOK {
		const most = 1000                                 // bytes, before labelText cuts
		text, _ := io.ReadAll(io.LimitReader(body, most)) // the code says enough
		return &openCostRefusal{response.StatusCode, labelText(string(text))}
	}
	answer := struct {
		Code    int
		Message string
		Data    any
	}{Data: data}
	if err := json.NewDecoder(body).Decode(&answer); err != nil {
		return explainOpenCost(err)
	}
	switch answer.Code {
	case http.StatusOK:
		return nil
	case 0:
		return explainOpenCost(errors.New("it has no code"))
	default:
		return &openCostRefusal{answer.Code, labelText(answer.Message)}
	}
}

// explainOpenCost adds what to do.
func explainOpenCost(err error) error {
	var tooLarge *http.MaxBytesError
	var failed *url.Error
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer in time (at most %v): see whether OpenCost is up and not busy", openCostWithin)
	case errors.As(err, &tooLarge):
		return fmt.Errorf("the answer is larger than %d MB: the costs of so many accounts and services are read from FOCUS files", maxOpenCostAnswer>>20)
	case errors.As(err, &failed):
		return fmt.Errorf("%s: see whether OpenCost is up and the url of this cost source is right", labelText(failed.Err.Error()))
	}
	return fmt.Errorf("the answer cannot be read: %s: see whether the url of this cost source is OpenCost's", labelText(err.Error()))
}

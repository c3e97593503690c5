package paging

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"text/template"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
)

// maxBody bounds what a webhook is sent, in bytes, and maxURL its address.
const (
	maxBody = 64 << 10
	maxURL  = 4 << 10
)

var errLong = fmt.Errorf("it is longer than %d bytes", maxBody)

// Template is a webhook whose address and body are Go templates over [Facts]. Functions:
// json writes a value as JSON, quotes included; urlquery encodes for an address. The host
// must stand in the address as it is: what an alert says never decides where we call. The
// error says what is wrong in the words of whoever wrote it.
func Template(address, body string) (*Hook, error) {
	u, err := parse("url", address)
	if err != nil {
		return nil, err
	}
	b, err := parse("body", body)
	if err != nil {
		return nil, err
	}
	host, ok := hostOf(strings.SplitN(address, "{{", 2)[0])
	if !ok {
		return nil, errors.New("url must begin with http:// or https:// and a host; only what follows the host may be a template")
	}
	h := &Hook{id: idOf("template", address, body), name: strings.SplitN(host, "//", 2)[1], host: host}
	h.request = func(f Facts) (Request, error) {
		to, err := run(u, f)
		if err != nil {
			return Request{}, err
		}
		to = strings.TrimSpace(to)
		if at, ok := hostOf(to); !ok || at != host || len(to) > maxURL {
			return Request{}, fmt.Errorf("url makes no address of %s of at most %d bytes", host, maxURL)
		}
		if parsed, err := url.Parse(to); err != nil || parsed.User != nil {
			return Request{}, errors.New("url must not hold a user or a password: use http_config")
		}
		said, err := run(b, f)
		if err != nil {
			return Request{}, err
		}
		r := Request{URL: to, Body: []byte(said), ContentType: "text/plain; charset=utf-8"}
		if looksLikeJSON(said) {
			if !json.Valid(r.Body) {
				return Request{}, fmt.Errorf("body is no JSON for the event %s: put values in with json, as {{ json .Title }}", f.Event)
			}
			r.ContentType = "application/json"
		}
		return r, nil
	}
	return h, h.try()
}

// looksLikeJSON reports whether a body is meant as JSON.
func looksLikeJSON(body string) bool {
	return strings.HasPrefix(strings.TrimSpace(body), "{") || strings.HasPrefix(strings.TrimSpace(body), "[")
}

func parse(name, text string) (*template.Template, error) {
	t, err := template.New(name).Option("missingkey=zero").Funcs(template.FuncMap{"json": func(v any) (string, error) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(v)
		return strings.TrimSpace(b.String()), err
	}}).Parse(text)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	return t, nil
}

// bounded stops a template that makes too much.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxBody {
		return 0, errLong
	}
	return b.Buffer.Write(p)
}

func run(t *template.Template, f Facts) (string, error) {
	var out bounded
	if err := t.Execute(&out, f); err != nil {
		if errors.Is(err, errLong) {
			return "", fmt.Errorf("%s: %w", t.Name(), errLong)
		}
		return "", errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	return out.String(), nil
}

// hostile is a text with all that breaks out of JSON, an address or a line.
const hostile = "quote \" backslash \\ slash / ? & # newline \n and {{ .Title }} @evil.example"

// try makes every event of an incident whose texts are as bad as texts can be, so that
// what is wrong is told when the configuration is read and not at three in the morning.
func (h *Hook) try() error {
	for _, e := range []incident.PageEvent{incident.PageTrigger, incident.PageAcknowledge, incident.PageResolve} {
		f := Facts{
			Event: e, Key: "signalbook-T0123-INC-142-1-1", ID: "INC-142", Title: hostile, Summary: hostile, Severity: hostile, Level: 1, Labels: map[string]string{"instance": hostile},
			Firing: 2, Since: time.Unix(0, 0).UTC(), Link: "https://example.slack.com/archives/C1/p1", Alerts: "https://alertmanager.example", By: hostile, Playbook: "triage", Workspace: "T0123",
		}
		if _, err := h.request(f); err != nil {
			return err
		}
	}
	return nil
}

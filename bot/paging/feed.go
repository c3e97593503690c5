package paging

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/incident"
)

// Feed is a webhook of the configuration that gets the timelines of incidents.
type Feed struct {
	id, name, url string
	secret        []byte
	kinds         []incident.Kind // empty: all
}

// NewFeed is one that is sent to an address, signed with a secret, for entries of some
// kinds; none: of all. A secret that begins with whsec_ is base64, as Standard Webhooks
// writes it.
func NewFeed(address, secret string, kinds []incident.Kind) (*Feed, error) {
	host, ok := hostOf(address)
	if !ok || len(address) > maxURL {
		return nil, fmt.Errorf("expected an address that begins with http:// or https://, of at most %d bytes", maxURL)
	}
	key := []byte(secret)
	if text, given := strings.CutPrefix(secret, "whsec_"); given {
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("what follows whsec_ in the secret is no base64")
		}
		key = decoded
	}
	if len(key) < leastKey {
		return nil, fmt.Errorf("the secret has %d bytes: give it at least %d", len(key), leastKey)
	}
	return &Feed{id: idOf("feed", address), name: strings.SplitN(host, "//", 2)[1], url: address, secret: key, kinds: kinds}, nil
}

// leastKey is how many bytes a secret must have (Standard Webhooks: 24 to 64).
const leastKey = 16

// ID tells a feed from others by its address, and says nothing of it.
func (f *Feed) ID() string { return f.id }

// Name is how people know it: its host.
func (f *Feed) Name() string { return f.name }

// Takes reports whether it gets entries of a kind.
func (f *Feed) Takes(k incident.Kind) bool { return len(f.kinds) == 0 || slices.Contains(f.kinds, k) }

// Entry is one entry of a timeline, as a feed gets it. ID is the same whenever it is sent.
type Entry struct {
	ID       string             `json:"id"`   // INC-142/17-1
	Type     incident.Kind      `json:"type"` // opened, step_done, resolved, ...
	At       time.Time          `json:"at"`
	Incident EntryIncident      `json:"incident"`
	By       *EntryPerson       `json:"by,omitempty"`
	Via      string             `json:"via,omitempty"` // button, menu, command, thread, modal
	Whom     *EntryPerson       `json:"whom,omitempty"`
	Step     *EntryStep         `json:"step,omitempty"`
	Alert    string             `json:"alert,omitempty"` // fingerprint
	Number   int                `json:"number,omitempty"`
	Event    incident.PageEvent `json:"event,omitempty"`
	Text     string             `json:"text,omitempty"`
}

// EntryIncident is the incident as it is when the entry is sent, not when it was written.
type EntryIncident struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	State    incident.State    `json:"state"`
	Severity string            `json:"severity,omitempty"`
	Playbook string            `json:"playbook"`
	Labels   map[string]string `json:"labels,omitempty"`
	Drill    bool              `json:"drill,omitempty"`
	Link     string            `json:"link,omitempty"` // the thread
}

// EntryPerson is somebody, by Slack's id and by name.
type EntryPerson struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// EntryStep is the step that an entry is about.
type EntryStep struct {
	ID     string `json:"id"`
	Number int    `json:"number,omitempty"`
	Title  string `json:"title,omitempty"`
}

// EntryOf is the entry with that id in the timeline of an incident.
func EntryOf(i incident.Incident, id string, c incident.Change, link string) Entry {
	e := Entry{
		ID: i.ID() + "/" + id, Type: c.Kind, At: c.At, By: person(c.By), Via: c.Via, Whom: person(c.Whom), Alert: c.Alert, Number: c.Other, Event: c.Event, Text: c.Text,
		Incident: EntryIncident{ID: i.ID(), Title: i.Title, State: i.State, Severity: i.Severity, Playbook: i.Playbook.Name, Labels: i.Labels, Drill: i.Drill, Link: link},
	}
	if c.Step != "" {
		e.Step = &EntryStep{ID: c.Step}
		if s, _, ok := i.FindStep(c.Step); ok {
			e.Step.Number, e.Step.Title = s.Number, s.Title
		}
	}
	return e
}

func person(u incident.User) *EntryPerson {
	if u == (incident.User{}) {
		return nil
	}
	return &EntryPerson{u.ID, u.Name}
}

// Signed is the request that carries an entry at a time, and its headers: those of
// Standard Webhooks (standardwebhooks.com), an HMAC-SHA256 over id, time and body.
func (f *Feed) Signed(e Entry, at time.Time) (Request, map[string]string, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return Request{}, nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, f.secret)
	mac.Write([]byte(e.ID + "." + stamp + "."))
	mac.Write(body)
	return Request{URL: f.url, Body: body, ContentType: "application/json"}, map[string]string{
		"webhook-id": e.ID, "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}, nil
}

// After reports whether an entry's id (<version>-<i>) comes after another one; an empty
// one comes before all.
func After(id, other string) bool {
	v, i := idParts(id)
	ov, oi := idParts(other)
	return v > ov || v == ov && i > oi
}

func idParts(id string) (version, index int64) {
	before, after, _ := strings.Cut(id, "-")
	version, _ = strconv.ParseInt(before, 10, 64)
	index, _ = strconv.ParseInt(after, 10, 64)
	return version, index
}

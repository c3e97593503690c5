package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/signalbook/signalbook/bot/compat"
	"github.com/signalbook/signalbook/bot/topic"
)

// Document is one digest as it is posted: what Redis keeps and Slack shows.
type Document struct {
	Schema  int    `json:"schema"`
	Number  int    `json:"number"`
	Version int64  `json:"version"` // grows by one at each commit
	Channel string `json:"channel"`
	// Belongs is the channel that the configuration names, when that could not be written to, and BelongsWhy why.
	Belongs    string    `json:"belongs,omitempty"`
	BelongsWhy string    `json:"belongs_why,omitempty"`
	Tick       time.Time `json:"tick"`               // the schedule's time, or when somebody asked for it
	AskedBy    string    `json:"asked_by,omitempty"` // Slack's id; empty: the schedule
	Report     Report    `json:"report"`
	// Marks are what people did to it, by the series or the cost step that they did it to.
	Marks map[string]Mark `json:"marks,omitempty"`

	unknown *compat.Fields
}

// noticeSchema is of a document that is a notice: a binary that knows none leaves it
// to one that does, instead of showing a digest without figures.
const noticeSchema = 2

// NoticeDocument is a notice as it is posted, beside any schedule.
func NoticeDocument(n Notice, number int, now time.Time) Document {
	now = now.UTC()
	return Document{
		Schema: noticeSchema, Number: number, Version: 1, Tick: now,
		Report: Report{Schema: Schema, Week: WeekBefore(now), MadeAt: now, Notice: &n},
	}
}

// Mark is what somebody did to one part of a digest.
type Mark struct {
	Verb     Verb      `json:"verb"`
	By       string    `json:"by"`    // a name for people
	ByID     string    `json:"by_id"` // Slack's
	At       time.Time `json:"at"`
	Text     string    `json:"text,omitempty"`     // a reason or a note
	Until    time.Time `json:"until,omitzero"`     // snoozed
	Incident int       `json:"incident,omitempty"` // that an investigation opened
	// Before is the investigation that found a spike to be expected.
	Before *Mark `json:"before,omitempty"`
}

// ID is the name people use for digest number n: DIG-7.
func ID(n int) string { return topic.Digest(n).String() }

// ID is the name people use: DIG-7.
func (d Document) ID() string { return ID(d.Number) }

// ParseTarget reads what a button is about: DIG-7/C1 or DIG-7/<series>.
func ParseTarget(value string) (number int, subject string, ok bool) {
	id, subject, ok := strings.Cut(value, "/")
	digits, named := strings.CutPrefix(id, "DIG-")
	number, err := strconv.Atoi(digits)
	return number, subject, ok && named && err == nil && number > 0 && number < 1_000_000_000 && subject != "" && len(subject) <= 60
}

// Encode writes the document; its version comes before its report.
func (d Document) Encode() ([]byte, error) { return d.unknown.Encode(d.plain) }

func (d Document) plain() ([]byte, error) { return json.Marshal(d) }

// DecodeDocument reads what Encode wrote.
func DecodeDocument(data []byte) (Document, error) {
	var d Document
	if err := compat.Decode(data, noticeSchema, &d); err != nil {
		return d, fmt.Errorf("decode digest document: %w", err)
	}
	if d.Number == 0 {
		return d, errors.New("decode digest document: it has no number")
	}
	d.unknown = compat.Keep[Document](data, d.plain)
	return d, nil
}

package alerts

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/signalbook/signalbook/alerts/textutil"
)

// maxTruncated is the largest truncatedAlerts that is believed: a group of
// 20,000 alerts is already a body of 14 MB.
const maxTruncated = 10_000_000

// InvalidError says why a body can never be read, however often it is sent.
type InvalidError struct {
	Reason string // a clause for the sender: what is wrong and, where it helps, what to do
}

func (e *InvalidError) Error() string { return "notification cannot be read: " + e.Reason }

func invalid(format string, args ...any) error {
	return &InvalidError{Reason: fmt.Sprintf(format, args...)}
}

// Decode reads one webhook body, of Alertmanager (version "4") or of Grafana
// (version "1"), that came from source. It reads an alert at a time and keeps no
// more than MaxAlerts of them and about 1 MB in all, so memory does not grow
// with the length of the list; see the Max constants for what is cut.
//
// Unknown fields are ignored. The error is an *InvalidError when the body itself
// is at fault, and wraps the reader's error when the body could not be read.
func Decode(body io.Reader, source string) (Notification, error) {
	s := newScanner(body)
	n, err := decode(s)
	if s.source.err != nil {
		return Notification{}, fmt.Errorf("read notification: %w", s.source.err)
	}
	if err != nil {
		return Notification{}, err
	}
	n.Source = source
	return n, nil
}

// payload is what a body held beside what is kept of it.
type payload struct {
	Notification
	version    string
	hasVersion bool
	hasAlerts  bool
	legacy     bool // fields of Grafana's alerting before version 8
	budget     int  // bytes that kept alerts may still take
}

func decode(s *scanner) (Notification, error) {
	p := payload{budget: maxAlertBytes}
	if err := s.object("the body", func(name string) error { return p.field(s, name) }); err != nil {
		return Notification{}, err
	}
	if err := s.end(); err != nil {
		return Notification{}, err
	}
	return p.Notification, p.check()
}

func (p *payload) field(s *scanner, name string) (err error) {
	switch name {
	case "version":
		p.hasVersion = true
		p.version, err = s.text("version")
		p.Grafana = p.version == "1"
	case "receiver":
		p.Receiver, err = s.text("receiver")
		p.Receiver = boundIdentity(p.Receiver, MaxLabelValue)
	case "status":
		p.Status, err = s.status("the notification")
	case "groupKey":
		p.GroupKey, err = s.text("groupKey")
		p.GroupKey = boundIdentity(p.GroupKey, MaxAnnotation)
	case "externalURL":
		p.ExternalURL, err = s.text("externalURL")
		p.ExternalURL = boundURL(p.ExternalURL)
	case "groupLabels":
		p.GroupLabels, err = s.pairs("groupLabels", maxPairs)
		p.GroupLabels = boundLabels(p.GroupLabels)
	case "commonLabels":
		p.CommonLabels, err = s.pairs("commonLabels", maxPairs)
		p.CommonLabels = boundLabels(p.CommonLabels)
	case "commonAnnotations":
		p.CommonAnnotations, err = s.pairs("commonAnnotations", maxPairs)
		p.CommonAnnotations = boundAnnotations(p.CommonAnnotations)
	case "truncatedAlerts":
		p.Truncated, err = s.count("truncatedAlerts", maxTruncated)
	case "alerts":
		if p.hasAlerts {
			return invalid("alerts is given twice")
		}
		p.hasAlerts = true
		err = s.array("alerts", func(i int) error { return p.alert(s, i) })
	case "evalMatches", "ruleName", "ruleUrl", "ruleId":
		p.legacy = true
		err = s.skip()
	default:
		err = s.skip()
	}
	return err
}

// alert reads one alert, counts it, and keeps it while there is room.
func (p *payload) alert(s *scanner, i int) error {
	what := "alert " + strconv.Itoa(i+1)
	// Of an alert that is not kept it is enough to know that it has labels.
	most := maxPairs
	if p.full() {
		most = 1
	}
	var a Alert
	err := s.object(what, func(name string) (err error) {
		switch name {
		case "status":
			a.Status, err = s.status(what)
		case "labels":
			a.Labels, err = s.pairs("labels of "+what, most)
		case "annotations":
			a.Annotations, err = s.pairs("annotations of "+what, most)
		case "startsAt":
			a.StartsAt, err = s.time("startsAt of " + what)
		case "endsAt":
			a.EndsAt, err = s.time("endsAt of " + what)
		case "generatorURL":
			a.GeneratorURL, err = s.text("generatorURL of " + what)
		case "fingerprint":
			a.Fingerprint, err = s.text("fingerprint of " + what)
		case "ruleUID":
			a.RuleUID, err = s.text("ruleUID of " + what)
		case "dashboardURL":
			a.DashboardURL, err = s.text("dashboardURL of " + what)
		case "panelURL":
			a.PanelURL, err = s.text("panelURL of " + what)
		case "silenceURL":
			a.SilenceURL, err = s.text("silenceURL of " + what)
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case a.Status == "":
		return invalid("%s has no status", what)
	case len(a.Labels) == 0:
		return invalid("%s has no labels", what)
	case a.StartsAt.IsZero():
		return invalid("%s has no startsAt", what)
	}
	if a.Status == Firing {
		p.Firing++
		a.EndsAt = time.Time{}
	} else {
		p.Resolved++
	}
	if p.full() {
		return nil
	}
	a = boundAlert(a)
	if p.budget -= encodedSize(a); p.budget > 0 {
		p.Alerts = append(p.Alerts, a)
	}
	return nil
}

// full: there is no room for another alert.
func (p *payload) full() bool { return len(p.Alerts) == MaxAlerts || p.budget <= 0 }

// check finds what is missing once the whole body has been read.
func (p *payload) check() error {
	switch {
	case p.legacy && !p.hasAlerts:
		return invalid("this is a body of Grafana's legacy alerting: use unified alerting (Grafana 8 or later) with a webhook contact point")
	case !p.hasVersion:
		return invalid(`version is missing: expected "4" (Alertmanager) or "1" (Grafana)`)
	case p.version != "4" && p.version != "1":
		return invalid(`version %q is not known: expected "4" (Alertmanager) or "1" (Grafana)`, textutil.Cut(p.version, 40))
	case p.GroupKey == "":
		return invalid("groupKey is missing")
	case p.Receiver == "" && !p.Grafana:
		return invalid("receiver is missing")
	case p.Status == "":
		return invalid("status is missing")
	case p.Firing+p.Resolved == 0:
		return invalid("there are no alerts in it")
	}
	return nil
}

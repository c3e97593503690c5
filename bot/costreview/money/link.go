package money

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"text/template"
)

// Link leads from a service to where its costs can be looked at further. URL is a Go
// template of .Provider, .Service, .Account and .Region (the largest; empty: nobody
// knows), and .From and .To, the first and the last day of eight weeks. What stands for
// them is escaped.
type Link struct {
	Title  string
	URL    string
	Filter Filter // of which services; without one of all
}

// maxLink bounds an address: Slack takes 3,000 characters.
const maxLink = 3000

// Fill makes the address of a link. The error says what is wrong with its template.
func (l Link) Fill(g Group, from, to Day) (string, error) {
	t, err := template.New("url").Option("missingkey=error").Parse(l.URL)
	if err != nil {
		return "", fmt.Errorf("it is no template: %w", err)
	}
	values := map[string]string{"From": from.String(), "To": to.String()}
	for name, value := range map[string]string{"Provider": g.Provider, "Service": g.Service, "Account": g.Account, "Region": g.Region} {
		values[name] = strings.ReplaceAll(url.QueryEscape(OneLine(value)), "+", "%20")
	}
	var b strings.Builder
	if err := t.Execute(&b, values); err != nil {
		return "", fmt.Errorf("it is no template of a service: %w", err)
	}
	if b.Len() > maxLink {
		return "", errors.New("it is longer than an address may be")
	}
	return b.String(), nil
}

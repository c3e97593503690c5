package config

import (
	"net/url"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// CostLink leads from a service's costs to a console.
type CostLink struct {
	Title string `yaml:"title"`
	URL   string `yaml:"url"` // a template, see [money.Link]
	// Filter says of which services; absent: of all.
	Filter money.Filter `yaml:"filter"`
}

// maxCostLinks bounds the links of a digest: an answer has to stay short.
const maxCostLinks = 5

func checkCostLinks(p place, links []CostLink, by string) {
	if len(links) > maxCostLinks {
		p.problem("%d links, at most %d", len(links), maxCostLinks)
	}
	seen := map[string]bool{}
	for i, l := range links {
		at := p.at(i)
		checkCalled(at.at("title"), l.Title, "what the link is called, such as Cost Explorer", seen)
		checkFilter(at.at("filter"), l.Filter, by)
		if l.URL == "" {
			at.at("url").missing("a template such as 'https://console.example/costs?service={{ .Service }}&from={{ .From }}'")
			continue
		}
		address, err := money.Link{URL: l.URL}.Fill(money.Group{Provider: "AWS", Service: "Amazon S3", Account: "1", Region: "eu"}, 20_000, 20_001)
		if err != nil {
			at.at("url").problem("%v", err)
			continue
		}
		if u, err := url.Parse(address); err != nil || u.Host == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
			at.at("url").problem("expected an address that begins with http:// or https://, without a password")
		}
	}
}

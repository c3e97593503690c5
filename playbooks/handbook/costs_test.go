package handbook

import (
	"strings"
	"testing"
)

func TestCostSteps(t *testing.T) {
	t.Parallel()
	wants := []struct {
		id, group, effort string
		low, high         Share
		capex             Dollars
		from              Users
	}{
		{"C1", "quick", "low", 0.30, 0.50, 0, 0},
		{"C2", "quick", "medium", 0.70, 0.90, 0, 0},
		{"C3", "quick", "low", 0.20, 0.30, 0, 0},
		{"C4", "medium", "medium", 0.40, 0.40, 0, 0},
		{"C5", "medium", "high", 0.40, 0.40, 0, 0},
		{"C6", "medium", "high", 0.15, 0.25, 0, 0},
		{"C7", "big", "very high", 0.50, 0.70, 500_000, 200e6},
		{"C8", "big", "medium", 0.60, 0.70, 0, 0},
		{"C9", "big", "very high", 0.50, 0.50, 10_000_000, 1e9},
	}
	steps := Default().CostSteps()
	if len(steps) != len(wants) {
		t.Fatalf("got %d steps, want %d", len(steps), len(wants))
	}
	for i, w := range wants {
		s := steps[i]
		if s.ID != w.id || s.Group != w.group || s.Effort != w.effort || s.Saving != (Saving{w.low, w.high}) || s.Capex != w.capex || s.MinimumUsers != w.from {
			t.Errorf("got %+v, want %+v", s, w)
		}
	}
	groups := Default().CostGroups()
	for i, w := range []CostGroup{
		{"quick", "Quick wins", Months{0, 3}, 0.30, false},
		{"medium", "Medium wins", Months{3, 12}, 0.15, true},
		{"big", "Big wins", Months{12, 24}, 0.50, true},
	} {
		if groups[i] != w {
			t.Errorf("got group %+v, want %+v", groups[i], w)
		}
	}
}

func TestBases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		row   Row
		bases string
	}{
		{"on-demand compute", Row{"Amazon EC2", "Compute", "Standard", false}, "C1 C3 C9"},
		{"reserved compute", Row{"Amazon EC2", "Compute", "Committed", false}, "C3 C9"},
		{"on-demand database", Row{"Amazon RDS", "Databases", "Standard", false}, "C1 C3 C9"},
		{"compute without a pricing category", Row{"Amazon EC2", "Compute", "", false}, "C3 C9"},
		{"on-demand training", Row{"Amazon SageMaker", "AI and Machine Learning", "Standard", false}, "C2 C5 C6 C8 C9"},
		{"spot training", Row{"Amazon SageMaker", "AI and Machine Learning", "Dynamic", false}, "C5 C6 C8 C9"},
		{"an on-demand batch node", Row{"Amazon EC2", "Compute", "Standard", true}, "C1 C2 C3 C9"},
		{"a spot batch node", Row{"Amazon EC2", "Compute", "Dynamic", true}, "C3 C9"},
		{"a bucket", Row{"Amazon S3", "Storage", "Standard", false}, "C4 C6 C9"},
		{"a CDN", Row{"Amazon CloudFront", "Networking", "Standard", false}, "C7 C9"},
		{"anything else", Row{"Slack", "Business Applications", "Standard", false}, "C9"},
	} {
		var got []string
		for _, s := range Default().CostSteps() {
			if s.Base.Matches(c.row) {
				got = append(got, s.ID)
			}
		}
		if bases := strings.Join(got, " "); bases != c.bases {
			t.Errorf("%s: got %s, want %s", c.name, bases, c.bases)
		}
	}
}

func TestIsCDN(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Amazon CloudFront", "AmazonCloudFront", "Cloudflare", "Akamai CDN", "Fastly, Inc.", "Azure CDN", "Content Delivery Network",
		"Azure Front Door Service", "Cloud CDN", "Media CDN", "bunny.net", "BunnyCDN", "KeyCDN", "CDN77", "G-Core Labs CDN", "StackPath", "Edgio",
	} {
		if !IsCDN(name) {
			t.Errorf("%q: got no CDN, want one", name)
		}
	}
	for _, name := range []string{"", "Amazon EC2", "Amazon S3", "Cloud SQL", "abcdnet", "Elastic Load Balancing", "Front", strings.Repeat("cdn ", 100)} {
		if IsCDN(name) {
			t.Errorf("%q: got a CDN, want none", name)
		}
	}
}

func TestApplies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id      string
		org     Organisation
		applies bool
		says    string
	}{
		{"C1", Organisation{}, true, ""},
		{"C8", Organisation{Users: new(1e3)}, true, ""},
		{"C7", Organisation{Users: new(44e6)}, false, "needs 200M users or 500 TB a month from the CDN (M2); you have 44M users"},
		{"C7", Organisation{Users: new(200e6)}, true, "200M users, needs 200M users"},
		{"C7", Organisation{Users: new(44e6), CDNTerabytes: new(612.0)}, true, "612 TB a month, needs 200M users or 500 TB"},
		{"C7", Organisation{CDNTerabytes: new(80.0)}, false, "you have 80 TB, your users are not known"},
		{"C7", Organisation{}, false, "how many you have is not known"},
		{"C9", Organisation{Users: new(400e6)}, false, "needs 1B users (C9); you have 400M users"},
		{"C9", Organisation{CDNTerabytes: new(1e6)}, false, "how many you have is not known"},
		{"C9", Organisation{Users: new(1e9)}, true, "1B users, needs 1B users"},
	} {
		for _, s := range Default().CostSteps() {
			if s.ID != c.id {
				continue
			}
			got := s.Applies(c.org)
			if got.Applies != c.applies || !strings.Contains(got.Reason, c.says) || (c.says == "") != (got.Reason == "") {
				t.Errorf("%s for %+v: got %+v, want %v, %q", c.id, c.org, got, c.applies, c.says)
			}
		}
	}
}

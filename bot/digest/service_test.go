package digest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServiceSuggestions(t *testing.T) {
	t.Parallel()
	l := newLedger(t)
	for _, name := range []string{"Amazon CloudFront", "Amazon Relational Database Service", "AWS Database Migration Service", "Cloud Run"} {
		l.put(monday, sunday, group(name), "1")
	}
	for asked, want := range map[string][]string{
		"cloudfrnt":        {"Amazon CloudFront"},
		"Amazon Cloudfrnt": {"Amazon CloudFront"},
		"front":            {"Amazon CloudFront"},
		"databse":          {"AWS Database Migration Service", "Amazon Relational Database Service"},
		"Cloud Rum":        {"Cloud Run"},
		"rum":              nil, // words of three letters are alike by chance
		"kubernetes":       nil,
	} {
		_, got := Service(l.input(), asked)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want, got:\n%s", asked, diff)
		}
	}
}

package money

import "testing"

func TestFilterMatches(t *testing.T) {
	g := Group{Provider: "AWS", Service: "Amazon EC2", Category: "Compute", Account: "123", Currency: "USD"}
	for _, test := range []struct {
		filter Filter
		want   bool
	}{
		{nil, true},
		{Filter{"service": "amazon ec2"}, true},
		{Filter{"ServiceName": "Amazon EC2", "account": "123"}, true},
		{Filter{"service": "Amazon EC2", "SubAccountId": "124"}, false},
		{Filter{"category": "Compute", "provider": "aws"}, true},
		{Filter{"colour": "blue"}, false},
		{Filter{"service": ""}, false},
	} {
		if got := test.filter.Matches(g); got != test.want {
			t.Errorf("%s: got %t, want %t", test.filter, got, test.want)
		}
	}
	for _, name := range FilterNames() {
		if !Filters(name) {
			t.Errorf("%s is named and not known", name)
		}
	}
	if got, want := (Filter{"service": "EC2", "account": "1"}).String(), "account 1, service EC2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

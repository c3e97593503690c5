package alerts

import "testing"

func TestGroupID(t *testing.T) {
	base := Notification{Source: "default", Receiver: "I", GroupKey: `{}/{beh="I"}:{}`, ExternalURL: "http://a"}
	if got, want := base.GroupID(), "edec2c3d27cc0eb0dac4d5c2"; got != want {
		t.Errorf("got %s, want %s: every stored incident hangs on it", got, want)
	}
	peer := base
	peer.ExternalURL = "http://b"
	if peer.GroupID() != base.GroupID() {
		t.Error("peers of one cluster got two identities")
	}
	others := []Notification{
		{Source: "default", Receiver: "I2", GroupKey: base.GroupKey},
		{Source: "other", Receiver: "I", GroupKey: base.GroupKey},
		{Source: "default", Receiver: "I", GroupKey: base.GroupKey + "x"},
		{Source: "defaultI", Receiver: "", GroupKey: base.GroupKey},
		{Source: "default", Receiver: "I" + base.GroupKey},
	}
	for _, other := range others {
		if other.GroupID() == base.GroupID() {
			t.Errorf("%+v shares the identity of %+v", other, base)
		}
	}
}

func TestSiblingRoutesStayApart(t *testing.T) {
	one := mustDecode(t, string(mustRead(t, "testdata/payloads/v0.34.0-sibling-route-same-groupkey-I1.json")))
	two := mustDecode(t, string(mustRead(t, "testdata/payloads/v0.34.0-sibling-route-same-groupkey-I2.json")))
	if one.GroupKey != two.GroupKey {
		t.Fatal("the payloads differ in group key: not what they were captured for")
	}
	if one.GroupID() == two.GroupID() {
		t.Error("sibling routes with one group key got one identity")
	}
}

func TestAllResolved(t *testing.T) {
	tests := []struct {
		name string
		n    Notification
		want bool
	}{
		{"resolved", Notification{Status: Resolved, Resolved: 2}, true},
		{"firing", Notification{Status: Firing, Firing: 1, Resolved: 1}, false},
		{"truncated", Notification{Status: Resolved, Resolved: 3, Truncated: 4}, false},
		{"says resolved and lists a firing one", Notification{Status: Resolved, Firing: 1, Resolved: 3}, false},
	}
	for _, test := range tests {
		if got := test.n.AllResolved(); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

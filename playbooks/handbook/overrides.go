package handbook

// Own is a team's own figure in place of the sheet's.
type Own struct {
	By    string // who set it
	On    string // when, "1 Nov 2026"
	Value string
	Sheet string // what the sheet has
}

// String is "own figure by anna, 1 Nov 2026; sheet: $150K".
func (o Own) String() string { return "own figure by " + o.By + ", " + o.On + "; sheet: " + o.Sheet }

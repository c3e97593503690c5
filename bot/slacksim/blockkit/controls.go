package blockkit

// Control is something to press or choose from on a message or modal.
type Control struct {
	Kind     string // "button", "overflow", "static_select", ...
	ActionID string
	BlockID  string
	Text     string // of a button
	Value    string // of a button
	Style    string
	Confirm  bool     // asks before it acts
	Options  []Option // of menus
}

// Option is one entry of a menu.
type Option struct{ Text, Value string }

// Controls are what one can press or choose from in blocks, in the order shown.
func Controls(blocks []Block) []Control {
	var all []Control
	for _, p := range Elements(blocks) {
		c := Control{Kind: Kind(p.Element), ActionID: Field(p.Element, "action_id"), BlockID: Field(p.Block, "block_id"),
			Text: TextOf(p.Element, "text"), Value: Field(p.Element, "value"), Style: Field(p.Element, "style"), Confirm: p.Element["confirm"] != nil}
		for _, o := range Options(p.Element) {
			c.Options = append(c.Options, Option{Text: TextOf(o, "text"), Value: Field(o, "value")})
		}
		all = append(all, c)
	}
	return all
}

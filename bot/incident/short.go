package incident

import (
	"bytes"
	"encoding/json"
	"time"
)

// shortSchema is the version of the short form, in which earlier binaries kept
// incidents: what could be told from the rest was left out, and times were numbers
// of milliseconds. It saved 9 to 30 % of the Redis that an incident takes, 22 % of one
// with two alerts: too little for a second form of everything.
const shortSchema = 2

// object is a JSON object whose members may be of either form.
type object = map[string]any

// lengthen writes a document of the short form with every word.
func lengthen(data []byte) ([]byte, error) {
	var d object
	from := json.NewDecoder(bytes.NewReader(data))
	from.UseNumber()
	if err := from.Decode(&d); err != nil {
		return nil, err
	}
	imply(d, "opening_at", d["opened_at"])
	times(d, "last_heard", "opened_at", "opening_at", "acked_at", "resolved_at", "closed_at")
	sets, _ := d["link_sets"].([]any)
	last := object{"changed_at": d["opened_at"]}
	for _, a := range objects(d["alerts"]) {
		for _, name := range []string{"starts_at", "changed_at", "url"} {
			imply(a, name, last[name])
		}
		if n, ok := a["links"].(json.Number); ok {
			delete(a, "links")
			if k, err := n.Int64(); err == nil && k > 0 && k <= int64(len(sets)) {
				a["links"] = sets[k-1]
			}
		}
		times(a, "starts_at", "ends_at", "changed_at", "resolve_at", "held_until")
		last = a
	}
	delete(d, "link_sets")
	for _, t := range objects(d["tiers"]) {
		imply(t, "owners", d["owners"])
		times(t, "due")
	}
	lengthenSteps(objects(d["steps"]))
	return json.Marshal(d)
}

func lengthenSteps(steps []object) {
	var tier any
	for k, s := range steps {
		imply(s, "number", k+1)
		imply(s, "tier", tier)
		tier = s["tier"]
		imply(s, "filled", s["detail"] != nil || s["commands"] != nil)
		stand(s, StepOpen, nil)
		times(s, "due")
		if before, ok := s["before"].(object); ok {
			stand(before, StepAcknowledged, s["holder"])
		}
	}
}

// stand says how a step stands: in which state, when none is given; whose it is, while
// it is taken; and that its holder ended it, when nobody else did.
func stand(s object, state StepState, holder any) {
	imply(s, "state", string(state))
	switch s["state"] {
	case string(StepAcknowledged):
		imply(s, "holder", holder)
	case string(StepDone), string(StepSkipped):
		imply(s, "by", s["holder"])
	}
	times(s, "at")
}

// objects are those of a list.
func objects(list any) []object {
	elements, _ := list.([]any)
	all := make([]object, len(elements))
	for k, e := range elements {
		all[k], _ = e.(object)
		if all[k] == nil {
			all[k] = object{} // nothing of it is written
		}
	}
	return all
}

// imply gives a member its value where none is written.
func imply(o object, name string, value any) {
	if o[name] == nil && value != nil {
		o[name] = value
	}
}

// times writes members that are numbers as texts.
func times(o object, names ...string) {
	for _, name := range names {
		if n, ok := o[name].(json.Number); ok {
			if ms, err := n.Int64(); err == nil {
				o[name] = time.UnixMilli(ms).UTC()
			}
		}
	}
}

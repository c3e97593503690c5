package incident

import "time"

// exportEvery is how soon after one post-mortem another may be asked for.
const exportEvery = time.Minute

// Exported is a post-mortem that somebody asked for: the Count-th of an incident.
type Exported struct {
	Count int       `json:"count"`
	By    User      `json:"by"`
	At    time.Time `json:"at"`
}

// export asks for the post-mortem, which changes nothing else.
func (m *move) export(a Act, answer Answer) Answer {
	last := m.i.Exported
	switch {
	case m.i.Show == ShowListed:
		answer.Kind, answer.Text = AnswerFailed, "it has no thread of its own, into which its post-mortem could come."
	case last.Count > 0 && m.now.Sub(last.At) < exportEvery:
		answer.Kind, answer.Who, answer.When = taken(last.By, a.User), last.By, last.At
	default:
		m.i.Exported = Exported{Count: last.Count + 1, By: a.User, At: m.now}
		m.change(Change{Kind: KindExported, By: a.User, Via: a.Via})
	}
	return answer
}

package incident

import (
	"encoding/json"
	"regexp"
	"strings"
)

// User is a Slack user as the act named him: ID is Slack's (U…), Name what
// Slack sent beside it, for exports and pages; Slack itself shows the ID. As JSON
// he is one text, "U0ANNA anna": an incident names people dozens of times.
type User struct {
	ID   string
	Name string
}

var configuredID = regexp.MustCompile(`^[UWSCG][A-Z]*[0-9][A-Z0-9]{3,29}$`)

// Readable is a name of the configuration for people, where Slack cannot show whom
// it means: of an id, which tells people nothing, it says what it is one of.
func Readable(name string) string {
	if !configuredID.MatchString(name) {
		return name
	}
	return map[byte]string{'U': "a person", 'W': "a person", 'S': "a group", 'C': "a channel", 'G': "a channel"}[name[0]]
}

// MarshalJSON implements json.Marshaler.
func (u User) MarshalJSON() ([]byte, error) {
	if u.Name == "" {
		return json.Marshal(u.ID)
	}
	return json.Marshal(u.ID + " " + u.Name)
}

// UnmarshalJSON implements json.Unmarshaler. It also reads the object that earlier
// binaries wrote.
func (u *User) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var old struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		}
		if err := json.Unmarshal(data, &old); err != nil {
			return err
		}
		*u = User(old)
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	u.ID, u.Name, _ = strings.Cut(text, " ") // Slack's ids hold no space
	return nil
}

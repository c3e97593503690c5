package workspace

// Notification is a ping: a new message that mentioned somebody. Edits and
// ephemeral messages never notify.
type Notification struct {
	Channel string // name without #
	TS      string
	Thread  string
	Mention string   // "@anna", "@db-oncall", "@channel", "@here" or "@everyone"
	Users   []string // names of those it reached, sorted
}

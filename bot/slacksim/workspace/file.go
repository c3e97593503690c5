package workspace

import (
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
)

// File is a file an app uploads: reserved by files.getUploadURLExternal, filled by
// a POST to the address that gave, and there once files.completeUploadExternal has
// said so. Slack looks at it for a moment then, and knows its type afterwards.
type File struct {
	ID, Key          string // key is the secret part of the upload address
	Name, Title, Alt string
	Size             int
	Data             []byte // nil until uploaded
	Completed        time.Time
	Ready            time.Time // when Slack has looked at it
	Mime             string    // of a picture; empty for everything else
	Width, Height    int
}

// Complete is whether the app has said that the file is there.
func (f *File) Complete() bool { return !f.Completed.IsZero() }

// File finds a complete file by its id; nil when there is none.
func (w *Workspace) File(id string) *File {
	if f := w.ReservedFile(id); f != nil && f.Complete() {
		return f
	}
	return nil
}

// ReservedFile finds a file by its id, complete or not.
func (w *Workspace) ReservedFile(id string) *File {
	return find(w.Files, func(f *File) bool { return f.ID == id })
}

// Shown is whether an image block may name the file. Slack knows what a file is
// only when it has looked at it, and refuses the block before that.
func (f *File) Shown(now time.Time) bool {
	return f != nil && f.Mime != "" && !now.Before(f.Ready)
}

// Picture finds the file that an image block names, by id or by address; nil when
// it may not be shown.
func (w *Workspace) Picture(named blockkit.Block) *File {
	return find(w.Files, func(f *File) bool {
		return f.Complete() && f.Shown(w.Now()) && (f.ID == blockkit.Field(named, "id") || slices.Contains([]string{w.FileURL(f), w.FileLink(f)}, blockkit.Field(named, "url")))
	})
}

// Shows is whether an image block may show the file that it names.
func (w *Workspace) Shows(named blockkit.Block) bool { return w.Picture(named) != nil }

// FileURL is the private address of a file.
func (w *Workspace) FileURL(f *File) string {
	return w.Base + "/files-pri/" + w.Opts.TeamID + "-" + f.ID + "/" + f.Name
}

// FileLink is the address of the page that shows a file.
func (w *Workspace) FileLink(f *File) string {
	return w.Base + "/files/" + w.Bot.ID + "/" + f.ID + "/" + f.Name
}

// Shared is whether a message shares the file.
func (w *Workspace) Shared(f *File) bool {
	return slices.ContainsFunc(w.Channels, func(c *Channel) bool {
		return slices.ContainsFunc(c.Messages, func(m *Message) bool { return slices.Contains(m.Files, f) })
	})
}

// DropFile deletes a file, and the messages that share it.
func (w *Workspace) DropFile(gone *File) {
	for _, c := range w.Channels {
		c.Messages = slices.DeleteFunc(c.Messages, func(m *Message) bool { return slices.Contains(m.Files, gone) })
	}
	w.Files = slices.DeleteFunc(w.Files, func(f *File) bool { return f == gone })
}

package slackapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/foreign"
)

// A picture gets to Slack in three calls: [Client.BeginUpload] gives the file's id,
// [Client.SendUpload] brings the bytes, [Client.CompleteUpload] makes it a file.
// What is not completed Slack forgets by itself. The id is worth writing down before
// it is completed: when that answer is lost, [Client.File] says whether it was done.
//
// A picture's file is shared with nobody: only the bot's own messages show it, by an image
// block that names it. Other files are posted into a thread as they are completed.

// UploadMethod is the [Error.Method] of the POST of the bytes, which goes to another
// host than the Web API.
const UploadMethod = "upload"

// maxAlt is Slack's limit for a file's description (files.getUploadURLExternal),
// in UTF-16 units.
const maxAlt = 1000

// Upload is a picture to be brought to Slack.
type Upload struct {
	Name  string // of the file: "costs-2026-W47.png"
	Title string // empty: the name
	Alt   string // what it shows, for those who cannot see it
	Data  []byte
	// Channel and Thread are where it is posted once it is complete, Comment what stands above it there, in mrkdwn.
	// Without a channel it is shared with nobody.
	Channel, Thread, Comment string
}

// Ticket is the place that Slack keeps for an upload.
type Ticket struct {
	FileID string
	// address takes the bytes of whoever knows it.
	address string
}

// BeginUpload asks Slack for a file's id and for an address that takes its bytes
// (files.getUploadURLExternal). The caller has taken the call from its budgets.
// On [OutcomeUnknown] nothing has to be looked for: Slack forgets what is not
// completed.
func (c *Client) BeginUpload(ctx context.Context, u Upload) (Ticket, error) {
	const method = "files.getUploadURLExternal"
	if u.Name == "" || len(u.Data) == 0 {
		return Ticket{}, &Error{Method: method, Target: u.Name, Code: "invalid_arguments", Outcome: OutcomeRefused, Err: errors.New("an upload needs a name and bytes")}
	}
	var ticket Ticket
	err := c.callPaid(ctx, method, u.Name, func() error {
		answer, err := c.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: u.Name, FileSize: len(u.Data), AltTxt: textutil.CutUnits(u.Alt, maxAlt),
		})
		if err != nil {
			return err
		}
		if !isID(files, answer.FileID) || answer.UploadURL == "" {
			return errors.New("the answer names no file (file_id) or no address (upload_url)")
		}
		ticket = Ticket{FileID: answer.FileID, address: answer.UploadURL}
		return nil
	})
	return ticket, err
}

// SendUpload brings the bytes to the address of the ticket, which works once. It
// goes to Slack's own hosts and to that of the API only, because it carries the
// token. Whatever its outcome, nothing is seen of it before it is completed.
func (c *Client) SendUpload(ctx context.Context, t Ticket, u Upload) error {
	const method = UploadMethod
	host := uploadHost(t.address)
	if !c.mayAnswerAt(t.address) {
		return &Error{Method: method, Target: host, Code: "foreign_upload_address", Outcome: OutcomeRefused,
			Err: fmt.Errorf("the file was to be sent to %q, which is neither Slack's host nor that of slack.api_url", host)}
	}
	return c.callPaid(ctx, method, host, func() error {
		return c.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: t.address, Filename: u.Name, Reader: bytes.NewReader(u.Data)})
	})
}

// uploadHost is the host of an upload address; the rest of it is a secret.
func uploadHost(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return foreign.Text(u.Host, 100)
}

// CompleteUpload makes the bytes a file (files.completeUploadExternal), and posts it where
// it belongs. It works once. On [OutcomeUnknown] ask [Client.File] whether it is there.
func (c *Client) CompleteUpload(ctx context.Context, t Ticket, u Upload) error {
	return c.call(ctx, "files.completeUploadExternal", u.Name, func() error {
		_, err := c.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: t.FileID, Title: u.Title}}, Channel: u.Channel, ThreadTimestamp: u.Thread, InitialComment: u.Comment,
		})
		return err
	})
}

// FileState says whether a file can be shown.
type FileState string

// The states of a file.
const (
	FileAbsent  FileState = "absent"  // never completed, or deleted
	FilePending FileState = "pending" // Slack still looks at it, and refuses blocks that name it
	FileReady   FileState = "ready"
)

// File asks what became of a file (files.info). The caller has taken the call from
// its budgets. Slack tells a file's type once it has looked at it, and takes image
// blocks that name it from then on.
func (c *Client) File(ctx context.Context, id string) (FileState, error) {
	var answer struct {
		File struct {
			ID   string `json:"id"`
			Mime string `json:"mimetype"`
		} `json:"file"`
	}
	err := c.readPaid(ctx, "files.info", id, url.Values{"file": {id}}, &answer)
	failed, refused := errors.AsType[*Error](err)
	switch {
	case refused && (failed.Code == "file_not_found" || failed.Code == "file_deleted"):
		return FileAbsent, nil
	case err != nil:
		return "", err
	case answer.File.Mime == "":
		return FilePending, nil
	}
	return FileReady, nil
}

// DeleteFile deletes a file of the bot's own (files.delete). The caller has taken
// the call from its budgets. A file that is gone already counts as deleted.
func (c *Client) DeleteFile(ctx context.Context, id string) error {
	err := c.callPaid(ctx, "files.delete", id, func() error { return c.api.DeleteFileContext(ctx, id) })
	if failed, ok := errors.AsType[*Error](err); ok && (failed.Code == "file_not_found" || failed.Code == "file_deleted") {
		return nil
	}
	return err
}

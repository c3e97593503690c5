package wire

import (
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// File is a file as the Web API shows it. Until Slack has looked at it its type
// is empty, and it has no pictures.
func File(w *workspace.Workspace, f *workspace.File, now time.Time) Object {
	o := Object{"id": f.ID, "created": f.Completed.Unix(), "timestamp": f.Completed.Unix(), "name": f.Name, "title": f.Title,
		"alt_txt": f.Alt, "mimetype": "", "filetype": "", "pretty_type": "", "user": w.Bot.ID, "user_team": w.Opts.TeamID,
		"mode": "hosted", "size": f.Size, "is_external": false, "is_public": false, "editable": false,
		"url_private": w.FileURL(f), "permalink": w.FileLink(f), "channels": []string{}, "groups": []string{}, "ims": []string{}, "shares": Object{}}
	if now.Before(f.Ready) {
		return o
	}
	o["mimetype"], o["filetype"] = "application/octet-stream", "binary"
	if f.Mime != "" {
		o["mimetype"], o["filetype"] = f.Mime, f.Mime[len("image/"):]
		o["original_w"], o["original_h"] = f.Width, f.Height
	}
	return o
}

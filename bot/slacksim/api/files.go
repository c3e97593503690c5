package api

import (
	"fmt"
	"strconv"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// maxAlt is Slack's limit for a file's description (files.getUploadURLExternal).
const maxAlt = 1000

func (s *Server) fileMethods() map[string]method {
	return map[string]method{
		"files.getUploadURLExternal":   {tier: tier4, needs: scope("files:write"), run: s.reserveFile},
		"files.completeUploadExternal": {tier: tier4, needs: scope("files:write"), run: s.completeFile},
		"files.info":                   {tier: tier4, needs: scope("files:read"), run: s.fileInfo},
		"files.delete":                 {tier: tier3, needs: scope("files:write"), run: s.deleteFile},
	}
}

// reserveFile gives an id and an address for the bytes. What is not completed is
// never seen by anybody.
func (s *Server) reserveFile(r *request) (wire.Object, *wire.Refusal) {
	size, err := strconv.Atoi(r.args.Text("length"))
	switch {
	case r.args.Text("filename") == "", err != nil, size <= 0:
		return nil, wire.Refuse("missing_argument")
	case size > maxFile:
		return nil, wire.Refuse("file_upload_size_restricted")
	case blockkit.Length(r.args.Text("alt_txt")) > maxAlt:
		return nil, wire.Refuse("alt_txt_too_large")
	}
	n := s.w.Next()
	f := &workspace.File{ID: fmt.Sprintf("F0SIM%05d", n), Key: fmt.Sprintf("%d-%016x", n, s.w.Random.Uint64()),
		Name: r.args.Text("filename"), Title: r.args.Text("filename"), Alt: r.args.Text("alt_txt"), Size: size}
	s.w.Files = append(s.w.Files, f)
	return wire.Object{"upload_url": s.w.Base + "/upload/v1/" + f.Key, "file_id": f.ID}, nil
}

// completeFile ends uploads, each once. With a channel they are posted there, with a
// thread_ts in its thread. Without one the file stays private: only the app itself can
// use it, in a slack_file of its messages.
func (s *Server) completeFile(r *request) (wire.Object, *wire.Refusal) {
	raw, ok := r.args.Decoded("files")
	list, isList := raw.([]any)
	if !ok || !isList || len(list) == 0 {
		return nil, wire.Refuse("missing_argument")
	}
	var channel *workspace.Channel
	switch id := r.args.Text("channel_id"); {
	case r.args.Text("channels") != "":
		return nil, wire.Refuse("invalid_channel", "this Slack shares files with one channel at a time: channel_id")
	case id != "":
		channel = s.w.KnownByID(id)
		if refused := s.writable(channel); refused != nil {
			return nil, refused
		}
	}
	given := blockkit.Items(list)
	files := make([]*workspace.File, len(given))
	for i, g := range given {
		// Slack does not say how it refuses the second time, or before the bytes are there; the file is not one to complete.
		if files[i] = s.w.ReservedFile(blockkit.Field(g, "id")); files[i] == nil || files[i].Data == nil || files[i].Complete() {
			return nil, wire.Refuse("file_not_found")
		}
	}
	told := []wire.Object{}
	for i, f := range files {
		if title := blockkit.Field(given[i], "title"); title != "" {
			f.Title = title
		}
		f.Completed = r.now
		f.Ready = r.now.Add(s.w.Opts.FileProcessing)
		told = append(told, wire.File(s.w, f, r.now))
	}
	if channel != nil {
		s.w.Post(&workspace.Message{Channel: channel, User: s.w.Bot, ByApp: true, Text: r.args.Text("initial_comment"), Files: files, Parent: channel.Root(r.args.Text("thread_ts"))}, r.now)
	}
	return wire.Object{"files": told}, nil
}

func (s *Server) fileInfo(r *request) (wire.Object, *wire.Refusal) {
	f := s.w.File(r.args.Text("file"))
	if f == nil {
		return nil, wire.Refuse("file_not_found")
	}
	return wire.Object{"file": wire.File(s.w, f, r.now), "comments": []any{}}, nil
}

func (s *Server) deleteFile(r *request) (wire.Object, *wire.Refusal) {
	f := s.w.File(r.args.Text("file"))
	if f == nil {
		return nil, wire.Refuse("file_not_found")
	}
	s.w.DropFile(f)
	return wire.Object{}, nil
}

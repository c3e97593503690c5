package slacksim

import (
	"fmt"
	"strconv"
	"time"
)

// maxAlt is Slack's limit for a file's description (files.getUploadURLExternal).
const maxAlt = 1000

func (s *Sim) fileMethods() map[string]method {
	return map[string]method{
		"files.getUploadURLExternal":   {tier: tier4, needs: scope("files:write"), run: s.reserveFile},
		"files.completeUploadExternal": {tier: tier4, needs: scope("files:write"), run: s.completeFile},
		"files.info":                   {tier: tier4, needs: scope("files:read"), run: s.fileInfo},
		"files.delete":                 {tier: tier3, needs: scope("files:write"), run: s.deleteFile},
	}
}

// reserveFile gives an id and an address for the bytes. What is not completed is
// never seen by anybody.
func (s *Sim) reserveFile(r *request) (answer, *refusal) {
	size, err := strconv.Atoi(r.args.text("length"))
	switch {
	case r.args.text("filename") == "", err != nil, size <= 0:
		return nil, refuse("missing_argument")
	case size > maxFile:
		return nil, refuse("file_upload_size_restricted")
	case length(r.args.text("alt_txt")) > maxAlt:
		return nil, refuse("alt_txt_too_large")
	}
	n := s.next()
	f := &file{id: fmt.Sprintf("F0SIM%05d", n), key: fmt.Sprintf("%d-%016x", n, s.random.Uint64()),
		name: r.args.text("filename"), title: r.args.text("filename"), alt: r.args.text("alt_txt"), size: size}
	s.files = append(s.files, f)
	return answer{"upload_url": s.base + "/upload/v1/" + f.key, "file_id": f.id}, nil
}

// completeFile ends uploads, each once. Without a channel the file stays private:
// only the app itself can use it, in a slack_file of its messages.
func (s *Sim) completeFile(r *request) (answer, *refusal) {
	raw, ok := r.args.decoded("files")
	list, isList := raw.([]any)
	if !ok || !isList || len(list) == 0 {
		return nil, refuse("missing_argument")
	}
	if r.args.text("channel_id") != "" || r.args.text("channels") != "" {
		return nil, refuse("invalid_channel", "this Slack takes files that are shared by blocks only")
	}
	given := items(list)
	files := make([]*file, len(given))
	for i, g := range given {
		// Slack does not say how it refuses the second time, or before the bytes are there; the file is not one to complete.
		if files[i] = s.reserved(str(g, "id")); files[i] == nil || files[i].data == nil || files[i].complete() {
			return nil, refuse("file_not_found")
		}
	}
	told := []answer{}
	for i, f := range files {
		if title := str(given[i], "title"); title != "" {
			f.title = title
		}
		f.completed = r.now
		f.ready = r.now.Add(s.opts.FileProcessing)
		told = append(told, s.wireFile(f, r.now))
	}
	return answer{"files": told}, nil
}

func (s *Sim) fileInfo(r *request) (answer, *refusal) {
	f := s.file(r.args.text("file"))
	if f == nil {
		return nil, refuse("file_not_found")
	}
	return answer{"file": s.wireFile(f, r.now), "comments": []any{}}, nil
}

func (s *Sim) deleteFile(r *request) (answer, *refusal) {
	f := s.file(r.args.text("file"))
	if f == nil {
		return nil, refuse("file_not_found")
	}
	s.dropFile(f)
	return answer{}, nil
}

func (s *Sim) dropFile(gone *file) {
	for i, f := range s.files {
		if f == gone {
			s.files = append(s.files[:i:i], s.files[i+1:]...)
			return
		}
	}
}

// DeleteFile deletes a file as its owner's admin would: messages show only what is
// said about it, and the bot finds it gone.
func (s *Sim) DeleteFile(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(id)
	if f == nil {
		return fmt.Errorf("delete file %s: there is none", id)
	}
	s.dropFile(f)
	s.touch()
	return nil
}

// wireFile is a file as the Web API shows it. Until Slack has looked at it its type
// is empty, and it has no pictures.
func (s *Sim) wireFile(f *file, now time.Time) answer {
	w := answer{"id": f.id, "created": f.completed.Unix(), "timestamp": f.completed.Unix(), "name": f.name, "title": f.title,
		"alt_txt": f.alt, "mimetype": "", "filetype": "", "pretty_type": "", "user": s.bot.id, "user_team": s.opts.TeamID,
		"mode": "hosted", "size": f.size, "is_external": false, "is_public": false, "editable": false,
		"url_private": s.privateURL(f), "permalink": s.permalink(f), "channels": []string{}, "groups": []string{}, "ims": []string{}, "shares": answer{}}
	if now.Before(f.ready) {
		return w
	}
	w["mimetype"], w["filetype"] = "application/octet-stream", "binary"
	if f.mime != "" {
		w["mimetype"], w["filetype"] = f.mime, f.mime[len("image/"):]
		w["original_w"], w["original_h"] = f.width, f.height
	}
	return w
}

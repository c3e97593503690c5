package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/signalbook/signalbook/alerts/textutil"
	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/playbooks/importer"
)

type importCommand struct {
	Mattermost importMattermost `cmd:"" help:"Make a playbook file of a playbook exported from Mattermost."`
	Markdown   importMarkdown   `cmd:"" help:"Make a playbook file of a runbook in Markdown."`
}

// importTo is where the playbook goes.
type importTo struct {
	Out   string `placeholder:"FILE" help:"Write to this file instead of stdout, as in: --out=playbooks/disk-full.yml"`
	Force bool   `help:"Let --out overwrite a file."`
}

type importMattermost struct {
	importTo `embed:""`
	File     string `arg:"" help:"The export, as in: signalbook import mattermost incident.json > incident.yml"`
}

type importMarkdown struct {
	importTo `embed:""`
	File     string `arg:"" help:"The runbook, as in: signalbook import markdown disk-full.md > disk-full.yml"`
}

// Run prints the playbook.
func (c importMattermost) Run(std streams) error { return c.convert(std, c.File, importer.Mattermost) }

// Run prints the playbook.
func (c importMarkdown) Run(std streams) error { return c.convert(std, c.File, importer.Markdown) }

// convert reads a file and writes it as a playbook. What the playbook cannot
// hold is told on stderr, and is no failure: its text is in the file's comments.
func (to importTo) convert(std streams, file string, read func(string, []byte) (*importer.Draft, error)) error {
	data, _, err := config.ReadAtMost(file, importer.MaxSize+1) // of more, read says that it is too large
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	draft, err := read(file, data)
	if err != nil {
		return &findingsError{err.Error() + "\n"}
	}
	result, err := draft.Playbook()
	if err != nil {
		return err
	}
	if err := to.write(std, file, result.YAML); err != nil {
		return err
	}
	printProblems(std, result.Lost)
	if len(result.Lost) > 0 {
		fmt.Fprintf(std.err, "%s not carried over: in comments at the end of the playbook\n", textutil.CountIs(len(result.Lost), "text"))
	}
	fmt.Fprintf(std.err, "playbook %s: %s left to you: look for `# decide:`\n", result.Name, textutil.CountIs(result.Decide, "decision"))
	return nil
}

// Validate refuses a flag that would do nothing.
func (to importTo) Validate() error {
	if to.Force && to.Out == "" {
		return errors.New("--force is for --out: name the file to overwrite")
	}
	return nil
}

func (to importTo) write(std streams, source string, data []byte) error {
	if to.Out == "" {
		_, err := std.out.Write(data)
		return err
	}
	from, errFrom := os.Stat(source)
	if there, err := os.Stat(to.Out); err == nil && errFrom == nil && os.SameFile(from, there) {
		return fmt.Errorf("%s is the source itself, and nothing was written: take another name", to.Out)
	}
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if to.Force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(to.Out, how, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and nothing was written: take another name, or overwrite it with --force", to.Out)
	}
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("import: write %s: %w", to.Out, err)
	}
	return nil
}

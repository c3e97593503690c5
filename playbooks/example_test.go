package playbooks_test

import (
	"fmt"

	"github.com/signalbook/signalbook/alerts"
	"github.com/signalbook/signalbook/playbooks"
)

const diskFull = `
name: disk-full
title: A disk is full
match: ['alertname=~"Disk.*Full"']
tiers:
  - name: immediate
    within: 30m
    steps:
      - id: look
        title: Find what fills it
        commands: ["ssh {{ .Labels.instance }} df -h"]
`

// A playbook is read, chosen for an alert, and filled with what the alert says.
func Example() {
	book, problems := playbooks.Parse("disk-full.yml", []byte(diskFull))
	if err := problems.Err(); err != nil {
		fmt.Println(err)
		return
	}
	set, _ := playbooks.NewSet([]*playbooks.Playbook{book}, nil)
	n := alerts.Notification{Status: alerts.Firing, Alerts: []alerts.Alert{{Status: alerts.Firing, Labels: map[string]string{"alertname": "DiskAlmostFull", "instance": "db-7; reboot"}}}}
	choice := set.Select(n)
	filled, _ := choice.Playbook.Fill(playbooks.DataFor(n))
	fmt.Println(choice.Reason)
	fmt.Println(filled.Steps[0].Commands[0]) // what an alert says is one word in a command, whatever it holds
	// Output:
	// The alert "DiskAlmostFull" matches alertname=~"Disk.*Full".
	// ssh 'db-7; reboot' df -h
}

// Everything that is wrong with a playbook is said at once, with where it stands.
func ExampleParse() {
	_, problems := playbooks.Parse("disk-full.yml", []byte("name: disk-full\ntitel: A disk is full\n"))
	fmt.Println(problems.Err())
	// Output:
	// disk-full.yml:1:1: the title is missing
	// disk-full.yml:1:1: the playbook has no steps: give it at least one tier with one step
	// disk-full.yml:2:1: unknown key "titel": did you mean "title"?
}

package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/signalbook/signalbook/bot/slacksim"
	"github.com/signalbook/signalbook/bot/slacksim/people"
)

const askingPlaybook = `name: hot
title: Database is hot
tiers:
  - name: immediate
    within: 1h
    steps:
      - id: check-lag
        title: Look at the replicas' lag
        detail: On the dashboard of the replicas.
        ask: {id: replica_lag, text: "How is the lag?", choices: [low, high], required: true}
      - {id: add, title: Add replicas, when: ['replica_lag="low"']}
      - {id: tame, title: Tame what writes, when: ['replica_lag="high"']}
      - {id: failover, title: Fail over, detail: Half a minute without writes., approvals: 2}
`

// TestAnswersInTheBrowser: Done… asks, the answer stands beside the step and shows the
// next one; what takes two people asks for the second.
func TestAnswersInTheBrowser(t *testing.T) {
	t.Parallel()
	r := startRig(t, options{http: true, extra: "playbooks: {files: [hot.yml]}\n", sim: slacksim.Options{Commands: []people.Command{{Name: "/playbook", Escape: true}}}})
	writeFile(t, r.dir, "hot.yml", askingPlaybook)
	r.startBot()
	p := openPage(t, findBrowser(t), r.slackURL)
	p.say("/playbook start hot")
	var root string
	eventually(t, "the incident has its thread", func() bool {
		root = evaluate[string](p, `[...document.querySelectorAll("#messages [data-ts]")].find(m => m.innerText.includes("playbook hot") && m.innerText.includes("repl"))?.dataset.ts ?? ""`)
		return root != ""
	})
	p.press(fmt.Sprintf(`#messages button.replies[data-open-thread=%q]`, root))
	done := func(step string) string {
		return fmt.Sprintf(`#replies [data-action-id="step:done"][data-value$="/%s"]`, step)
	}
	p.reads("#replies", "Done…", "takes two people", "Steps 2 and 3 wait for the answer to step 1.")
	p.shot("1-asks")
	p.press(done("check-lag"))
	p.reads("#modal", "How is the lag?", "low", "high", "Note")
	p.shot("2-form")
	evaluate[bool](p, `document.querySelector('#modal input[type=radio][value=high]').click() ?? true`)
	p.do(chromedp.SetValue(`#modal textarea`, "40 s behind"))
	p.press(`#modal button[type=submit]`)
	p.reads("#replies", "How is the lag? high", "“40 s behind”", "Tame what writes", "Step 2 does not apply here.")

	p.press(done("failover"))
	p.reads("#replies", "a second person confirms it", "Confirm done")
	p.shot("3-second")
	p.become("ben")
	p.press(done("failover"))
	p.reads("#replies", "done by @anna and @ben")
	p.shot("4-done")
}

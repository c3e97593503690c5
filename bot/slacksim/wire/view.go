package wire

import (
	"maps"

	"github.com/signalbook/signalbook/bot/slacksim/blockkit"
	"github.com/signalbook/signalbook/bot/slacksim/workspace"
)

// ReadView reads and checks a modal.
func ReadView(w *workspace.Workspace, raw any) (blockkit.Block, *Refusal) {
	return readView(w, raw, blockkit.CheckView)
}

// ReadHome reads and checks a Home.
func ReadHome(w *workspace.Workspace, raw any) (blockkit.Block, *Refusal) {
	return readView(w, raw, blockkit.CheckHome)
}

// maxView is how long the JSON of a view may be (Slack: view_too_large, "greater than 250kb").
const maxView = 250_000

func readView(w *workspace.Workspace, raw any, check func(blockkit.Block, func(blockkit.Block) bool) []string) (blockkit.Block, *Refusal) {
	body, isObject := raw.(map[string]any)
	if !isObject {
		return nil, Refuse("invalid_arguments", "must provide an object [json-pointer:/view]")
	}
	if len(Encode(body)) > maxView {
		return nil, Refuse("view_too_large")
	}
	if problems := check(body, w.Shows); len(problems) > 0 {
		return nil, Refuse("invalid_arguments", problems...)
	}
	list, _ := body["blocks"].([]any)
	identified := blockkit.Identify(list, w.Next)
	body["blocks"] = identified
	return body, nil
}

// View is the view as answers and payloads show it.
func View(w *workspace.Workspace, v *workspace.View) Object {
	o := Object{"id": v.ID, "team_id": w.Opts.TeamID, "app_id": workspace.AppID, "bot_id": workspace.BotID, "hash": v.Hash(),
		"root_view_id": v.RootID, "previous_view_id": v.PreviousID, "app_installed_team_id": w.Opts.TeamID,
		"state": Object{"values": Object{}}, "private_metadata": "", "callback_id": "", "external_id": "",
		"clear_on_close": false, "notify_on_close": false, "close": nil, "submit": nil}
	maps.Copy(o, v.Body)
	return o
}

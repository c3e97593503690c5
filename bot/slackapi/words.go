package slackapi

import (
	"strings"
	"time"
)

// Concern says what an error is about: it tells who can help, and what else will fail in the same way.
type Concern string

// What an error is about.
const (
	// ConcernForm means that Slack does not take this message, form or request as it is written. In another form it may.
	ConcernForm Concern = "form"
	// ConcernMessage means that the message cannot be changed or removed, or that it is gone.
	ConcernMessage Concern = "message"
	// ConcernThread means that the channel takes messages, but not this reply or not at its top.
	ConcernThread Concern = "thread"
	// ConcernFile means one file, or files in general.
	ConcernFile Concern = "file"
	// ConcernChannel means that nothing can be written to this channel.
	ConcernChannel Concern = "channel"
	// ConcernUser means one person or user group.
	ConcernUser Concern = "user"
	// ConcernMethod means that the app lacks a permission for this method; others work.
	ConcernMethod Concern = "method"
	// ConcernWorkspace means that nothing works for the app in this workspace.
	ConcernWorkspace Concern = "workspace"
	// ConcernService means Slack itself at the moment: nobody has to act.
	ConcernService Concern = "service"
	// ConcernUnknown means a word that is not in the table. Its outcome is OutcomeRefused, because Slack names an
	// error when it did not do the work.
	ConcernUnknown Concern = "unknown"
)

// word is what the table knows of one of Slack's error words.
type word struct {
	concern Concern
	outcome Outcome
	wait    time.Duration // with OutcomeLimited
	advice  string        // what to do; {} stands for the channel or name
}

// The advice for several words each.
const (
	adviseInvite    = "invite the bot to {} with /invite"
	adviseUnarchive = "unarchive {} and invite the bot anew with /invite (archiving removes it), or route to another channel"
	advisePosting   = "let the app post in {} (channel settings, posting permissions)"
	adviseEditing   = "let messages be edited for longer (Slack workspace settings, message editing)"
	adviseReinstall = "reinstall the Slack app and put its token into slack.bot_token_file (xoxb-) or slack.app_token_file (xapp-)"
	adviseScopes    = "give the app the scopes of `signalbook slack manifest` and reinstall it"
	adviseAllow     = "ask a Slack workspace admin to allow the app"
	adviseTrigger   = "Slack lets a form open only within 3 s of the click: click again"
	adviseHome      = "turn on the Home tab of the app (features, app_home, in `signalbook slack manifest`)"
	adviseFiles     = "let files be uploaded (Slack workspace settings, file uploading)"
	adviseStorage   = "make room for files in Slack (workspace settings, storage)"
	adviseVersion   = "check slack.api_url, and whether there is a newer version of Signalbook"
	adviseGroups    = "user groups need a paid Slack plan: name people by e-mail address instead"
)

func form() word                   { return word{concern: ConcernForm, outcome: OutcomeRefused} }
func gone(advice string) word      { return word{ConcernMessage, OutcomeGone, 0, advice} }
func thread(advice string) word    { return word{ConcernThread, OutcomeChannel, 0, advice} }
func file(advice string) word      { return word{ConcernFile, OutcomeRefused, 0, advice} }
func channel(advice string) word   { return word{ConcernChannel, OutcomeChannel, 0, advice} }
func person(advice string) word    { return word{ConcernUser, OutcomeRefused, 0, advice} }
func method(advice string) word    { return word{ConcernMethod, OutcomeAuth, 0, advice} }
func workspace(advice string) word { return word{ConcernWorkspace, OutcomeAuth, 0, advice} }
func later(d time.Duration) word {
	return word{concern: ConcernService, outcome: OutcomeLimited, wait: d}
}
func unsure() word { return word{concern: ConcernService, outcome: OutcomeUnknown} }

// words are the errors that Slack documents for the methods that the bot calls
// (docs.slack.dev/reference/methods), each with what it is about.
var words = map[string]word{
	// Slack at the moment. Internal failures may have done the work.
	"ratelimited": later(limitedWait), "rate_limited": later(limitedWait),
	"message_limit_exceeded": later(time.Minute),
	"team_added_to_org":      later(migrationWait), "external_channel_migrating": later(migrationWait), "app_is_migrating": later(migrationWait),
	"streaming_state_conflict": later(limitedWait), "hash_conflict": later(limitedWait),
	"": unsure(), "fatal_error": unsure(), "internal_error": unsure(), "service_unavailable": unsure(), "request_timeout": unsure(),
	"update_failed": unsure(), "file_update_failed": unsure(), "fetch_members_failed": unsure(), "list_record_comment_fetch_failed": unsure(),
	"timezone_count_failed": unsure(),

	// How a message or a form is written.
	"invalid_blocks": form(), "invalid_blocks_format": form(), "msg_blocks_too_long": form(), "msg_too_long": form(), "no_text": form(),
	"block_mismatch": form(), "invalid_attachments": form(), "too_many_attachments": form(), "attachment_payload_limit_exceeded": form(),
	"markdown_text_conflict": form(), "too_many_contact_cards": form(), "missing_file_data": form(), "duplicate_message_not_found": form(),
	"metadata_too_large": form(), "invalid_metadata_format": form(), "invalid_metadata_schema": form(), "metadata_must_be_sent_from_app": form(),
	"slack_connect_canvas_sharing_blocked": form(), "slack_connect_file_link_sharing_blocked": form(), "slack_connect_lists_sharing_blocked": form(),
	"cant_broadcast_message": form(), "no_dual_broadcast_content_update": form(), "as_user_not_supported": form(),
	"view_too_large": form(), "duplicate_external_id": form(),
	// How a request is written: a defect of ours, or of a proxy on the way. A smaller request may pass.
	"invalid_arguments": form(), "invalid_arg_name": form(), "invalid_array_arg": form(), "invalid_charset": form(), "invalid_form_data": form(),
	"invalid_post_type": form(), "missing_post_type": form(), "invalid_json": form(), "json_not_object": form(), "missing_argument": form(), "missing_args": form(),
	"invalid_cursor": form(), "invalid_limit": form(), "invalid_types": form(), "invalid_ts_latest": form(), "invalid_ts_oldest": form(),
	"invalid_metadata_filter_keys": form(), "insecure_request": form(), "channels_limit_exceeded": form(), "push_limit_reached": form(),

	"not_enabled": method(adviseHome), // views.publish

	// One message.
	"message_not_found": gone(""), "thread_not_found": gone(""), "cant_update_message": gone(""), "cant_delete_message": gone(""),
	"edit_window_closed": gone(adviseEditing), "cannot_reply_to_message": gone(""),
	"compliance_exports_prevent_deletion": gone("delete the message by hand: compliance exports keep apps from it"),
	"not_found":                           gone(""), // of a view

	// One channel.
	"channel_not_found":           channel("create {} or correct its name in the configuration; into a private channel the bot must be invited with /invite"),
	"duplicate_channel_not_found": channel("create {} or correct its name in the configuration"),
	"invalid_channel":             channel("create {} or correct its name in the configuration"),
	"not_in_channel":              channel(adviseInvite), "channel_is_limited_access": channel(adviseInvite),
	"is_archived": channel(adviseUnarchive), "is_inactive": channel(adviseUnarchive),
	"restricted_action": channel(advisePosting), "restricted_action_read_only_channel": channel(advisePosting),
	"restricted_action_thread_only_channel": channel(advisePosting), "posting_to_channel_denied": channel(advisePosting),
	"ekm_access_denied":                     channel("ask a Slack workspace admin to let messages be sent to {} (enterprise key management)"),
	"access_denied":                         channel("ask a Slack workspace admin to let the app into {}"), // files.*: see wordOf
	"method_not_supported_for_channel_type": channel("name another channel than {}"), "channel_type_not_supported": channel("name another channel than {}"),
	"messages_tab_disabled":                    channel("name a channel instead of {}"),
	"restricted_action_non_threadable_channel": thread("let the app reply in {} (channel settings, posting permissions)"),
	"restricted_action_thread_locked":          thread("let the app reply in {} (the thread is locked)"),

	// One file, or all.
	"file_not_found": file(""), "file_deleted": file(""), "file_is_deleted": file(""), "not_visible": file(""), "cant_delete_file": file(""),
	"delete_not_allowed": file(""), "file_deleting_disabled": file(""), "unable_to_share_files": file(""),
	"file_type_not_allowed": file(adviseFiles), "file_uploads_disabled": file(adviseFiles), "file_uploads_except_images_disabled": file(adviseFiles),
	"storage_limit_reached": file(adviseStorage), "file_upload_size_restricted": file(adviseStorage),
	"alt_txt_too_large": file(""), "snippet_too_large": file(""), "unknown_snippet_type": file(""), "unknown_subtype": file(""), "slack_file_not_found": file(""),

	// One person or group.
	"user_not_found": person(""), "users_not_found": person(""), "user_not_visible": person(""), "user_not_in_channel": person("invite the person to the channel"),
	"expired_trigger_id": person(adviseTrigger), "exchanged_trigger_id": person(adviseTrigger), "invalid_trigger_id": person(adviseTrigger),
	"trigger_expired": person(adviseTrigger), "trigger_exchanged": person(adviseTrigger), "used_url": person(""), "expired_url": person(""),
	"no_such_subteam": person(""), "subteam_not_found": person(""), "plan_upgrade_required": person(adviseGroups),

	// One method.
	"missing_scope": method(adviseScopes), "no_permission": method(adviseScopes), "not_allowed_token_type": method(adviseScopes),
	"permission_denied": method(adviseScopes), "is_bot": method(adviseScopes), "user_is_bot": method(adviseScopes),
	"user_is_restricted": method(adviseScopes), "user_is_ultra_restricted": method(adviseScopes),
	"unknown_method": {ConcernMethod, OutcomeRefused, 0, adviseVersion}, "upgrade_required": {ConcernMethod, OutcomeRefused, 0, adviseVersion},
	"deprecated_endpoint": {ConcernMethod, OutcomeRefused, 0, adviseVersion}, "method_deprecated": {ConcernMethod, OutcomeRefused, 0, adviseVersion},

	// The whole workspace.
	"invalid_auth": workspace(adviseReinstall + "; if the token is right, let the bot's address into the workspace's list of allowed addresses"),
	"not_authed":   workspace(adviseReinstall), "token_revoked": workspace(adviseReinstall), "token_expired": workspace(adviseReinstall),
	"account_inactive": workspace(adviseReinstall), "invalid_app_token": workspace(adviseReinstall), "app_not_installed": workspace(adviseReinstall),
	"accesslimited":         workspace("let the bot's address into the workspace's list of allowed networks"),
	"app_access_restricted": workspace(adviseAllow), "team_not_found": workspace("name channels by their ids (C…), and check that the app is installed in this workspace"),
	"org_login_required": workspace(adviseAllow), "team_access_not_granted": workspace(adviseAllow), "enterprise_is_restricted": workspace(adviseAllow),
	"forbidden_team": workspace(adviseAllow), "two_factor_setup_required": workspace("set up two-factor authentication for whoever installed the app"),
}

// wordOf finds what is known of an error word as an answer of a method.
// Access to "a resource" is denied for what the method is about.
func wordOf(name, code string) word {
	w, ok := words[code]
	switch {
	case !ok:
		return word{concern: ConcernUnknown, outcome: OutcomeRefused}
	case code != "access_denied" && code != "ekm_access_denied":
		return w
	case strings.HasPrefix(name, "chat."), strings.HasPrefix(name, "conversations."):
		return w
	case strings.HasPrefix(name, "files."):
		return file(adviseFiles)
	}
	return method(adviseAllow)
}

package slackapi

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// everyMethod are the words that Slack documents for every method.
const everyMethod = `access_denied accesslimited account_inactive app_access_restricted deprecated_endpoint ekm_access_denied
enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset
invalid_form_data invalid_json invalid_post_type json_not_object method_deprecated missing_post_type missing_scope no_permission not_allowed_token_type
not_authed org_login_required ratelimited request_timeout service_unavailable team_access_not_granted team_added_to_org token_expired
token_revoked two_factor_setup_required upgrade_required`

// documented are the words that Slack documents beside those, by method (docs.slack.dev/reference/methods, 2026-08).
var documented = map[string]string{
	"chat.postMessage": `as_user_not_supported channel_not_found duplicate_channel_not_found duplicate_message_not_found invalid_blocks
		invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled
		metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long msg_too_long no_text not_in_channel rate_limited restricted_action
		restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel
		slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked team_not_found
		too_many_attachments too_many_contact_cards cannot_reply_to_message missing_file_data attachment_payload_limit_exceeded invalid_attachments`,
	"chat.update": `as_user_not_supported block_mismatch cant_broadcast_message cant_update_message channel_not_found edit_window_closed
		external_channel_migrating invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_inactive
		markdown_text_conflict message_not_found metadata_must_be_sent_from_app metadata_too_large msg_too_long no_dual_broadcast_content_update no_text
		slack_connect_file_link_sharing_blocked team_not_found too_many_attachments update_failed streaming_state_conflict`,
	"chat.delete": `cant_delete_message channel_not_found message_not_found compliance_exports_prevent_deletion`,
	"chat.postEphemeral": `channel_not_found invalid_blocks invalid_blocks_format is_archived message_limit_exceeded messages_tab_disabled msg_too_long
		no_text restricted_action too_many_attachments user_not_in_channel user_not_found`,
	"conversations.history": `channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest not_in_channel`,
	"conversations.replies": `channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest thread_not_found
		method_not_supported_for_channel_type list_record_comment_fetch_failed`,
	"conversations.list":         `invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument`,
	"conversations.members":      `channel_not_found fetch_members_failed invalid_cursor invalid_limit method_not_supported_for_channel_type`,
	"conversations.info":         `channel_not_found missing_argument`,
	"files.getUploadURLExternal": `alt_txt_too_large file_upload_size_restricted file_uploads_disabled file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached unknown_snippet_type unknown_subtype`,
	"files.completeUploadExternal": `channel_not_found file_not_found file_update_failed invalid_blocks invalid_channel not_in_channel
		posting_to_channel_denied channels_limit_exceeded`,
	"files.info":            `file_deleted file_not_found file_is_deleted not_visible timezone_count_failed`,
	"files.delete":          `cant_delete_file delete_not_allowed file_deleted file_deleting_disabled file_not_found`,
	"views.open":            `duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large trigger_expired trigger_exchanged`,
	"usergroups.list":       `plan_upgrade_required`,
	"usergroups.users.list": `plan_upgrade_required no_such_subteam`,
	"users.lookupByEmail":   `users_not_found`,
	"users.info":            `user_not_found user_not_visible`,
	"auth.test":             ``,
	"views.publish":         `not_enabled hash_conflict view_too_large duplicate_external_id invalid_arguments`,
	"apps.connections.open": `forbidden_team insecure_request missing_args is_bot`,
}

// concerned says what each word is about, whatever the method.
var concerned = map[Concern]string{
	ConcernService: `ratelimited rate_limited message_limit_exceeded hash_conflict team_added_to_org external_channel_migrating streaming_state_conflict fatal_error internal_error
		service_unavailable request_timeout update_failed file_update_failed fetch_members_failed list_record_comment_fetch_failed timezone_count_failed`,
	ConcernForm: `invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text block_mismatch invalid_attachments too_many_attachments
		attachment_payload_limit_exceeded markdown_text_conflict too_many_contact_cards missing_file_data metadata_too_large invalid_metadata_format
		invalid_metadata_schema metadata_must_be_sent_from_app slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
		slack_connect_lists_sharing_blocked cant_broadcast_message no_dual_broadcast_content_update as_user_not_supported view_too_large duplicate_external_id
		invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type invalid_json json_not_object
		missing_argument missing_args invalid_cursor invalid_limit invalid_types invalid_ts_latest invalid_ts_oldest invalid_metadata_filter_keys
		insecure_request channels_limit_exceeded duplicate_message_not_found`,
	ConcernMessage: `message_not_found thread_not_found cant_update_message cant_delete_message edit_window_closed cannot_reply_to_message
		compliance_exports_prevent_deletion`,
	ConcernThread: `restricted_action_non_threadable_channel restricted_action_thread_locked`,
	ConcernChannel: `channel_not_found duplicate_channel_not_found invalid_channel not_in_channel channel_is_limited_access is_archived is_inactive
		restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel posting_to_channel_denied
		method_not_supported_for_channel_type messages_tab_disabled`,
	ConcernFile: `alt_txt_too_large file_upload_size_restricted file_uploads_disabled file_uploads_except_images_disabled snippet_too_large storage_limit_reached
		unknown_snippet_type unknown_subtype file_not_found file_deleted file_is_deleted not_visible cant_delete_file delete_not_allowed
		file_deleting_disabled`,
	ConcernUser: `user_not_in_channel user_not_found users_not_found user_not_visible no_such_subteam plan_upgrade_required exchanged_trigger_id
		expired_trigger_id invalid_trigger_id trigger_expired trigger_exchanged`,
	ConcernMethod: `not_enabled missing_scope no_permission not_allowed_token_type is_bot deprecated_endpoint method_deprecated upgrade_required`,
	ConcernWorkspace: `invalid_auth not_authed token_revoked token_expired account_inactive accesslimited app_access_restricted team_not_found
		org_login_required team_access_not_granted enterprise_is_restricted forbidden_team two_factor_setup_required`,
}

func TestEveryDocumentedWordIsSorted(t *testing.T) {
	about := map[string]Concern{}
	for concern, all := range concerned {
		for code := range strings.FieldsSeq(all) {
			if about[code] != "" {
				t.Fatalf("%s stands in the test twice", code)
			}
			about[code] = concern
		}
	}
	for _, name := range slices.Sorted(maps.Keys(documented)) {
		for code := range strings.FieldsSeq(everyMethod + " " + documented[name]) {
			want := about[code]
			if code == "access_denied" || code == "ekm_access_denied" {
				want = ConcernMethod
				for prefix, concern := range map[string]Concern{"chat.": ConcernChannel, "conversations.": ConcernChannel, "files.": ConcernFile} {
					if strings.HasPrefix(name, prefix) {
						want = concern
					}
				}
			}
			w := wordOf(name, code)
			if want == "" || w.concern != want {
				t.Errorf("%s, %s: it concerns the %s, want %q", name, code, w.concern, want)
			}
			outcomes := map[Concern][]Outcome{
				ConcernService: {OutcomeLimited, OutcomeUnknown}, ConcernMessage: {OutcomeGone}, ConcernThread: {OutcomeChannel}, ConcernChannel: {OutcomeChannel},
				ConcernMethod: {OutcomeAuth, OutcomeRefused}, ConcernWorkspace: {OutcomeAuth},
			}[w.concern]
			if outcomes == nil {
				outcomes = []Outcome{OutcomeRefused}
			}
			if !slices.Contains(outcomes, w.outcome) {
				t.Errorf("%s, %s: its outcome is %s, want one of %s", name, code, w.outcome, outcomes)
			}
			if w.outcome == OutcomeLimited && w.wait < limitedWait || w.outcome != OutcomeLimited && w.wait > 0 {
				t.Errorf("%s, %s: it waits %s", name, code, w.wait)
			}
			if somebodyActs := w.outcome == OutcomeAuth || w.outcome == OutcomeChannel; somebodyActs && w.advice == "" {
				t.Errorf("%s, %s: nobody is told what to do", name, code)
			}
		}
	}
}

func TestWordsThatWereSortedWrongly(t *testing.T) {
	for _, test := range []struct {
		method, code string
		concern      Concern
		outcome      Outcome
		wait         time.Duration
		says         string
	}{
		{"chat.postMessage", "ekm_access_denied", ConcernChannel, OutcomeChannel, 0, "#db"},
		{"chat.postMessage", "access_denied", ConcernChannel, OutcomeChannel, 0, "#db"},
		{"files.completeUploadExternal", "access_denied", ConcernFile, OutcomeRefused, 0, "files"},
		{"usergroups.list", "access_denied", ConcernMethod, OutcomeAuth, 0, "admin"},
		{"chat.update", "is_inactive", ConcernChannel, OutcomeChannel, 0, "invite the bot anew"},
		{"chat.postMessage", "is_archived", ConcernChannel, OutcomeChannel, 0, "invite the bot anew"},
		{"files.completeUploadExternal", "posting_to_channel_denied", ConcernChannel, OutcomeChannel, 0, "posting permissions"},
		{"conversations.history", "channel_is_limited_access", ConcernChannel, OutcomeChannel, 0, "/invite"},
		{"auth.test", "accesslimited", ConcernWorkspace, OutcomeAuth, 0, "networks"},
		{"auth.test", "invalid_auth", ConcernWorkspace, OutcomeAuth, 0, "allowed addresses"},
		{"chat.update", "update_failed", ConcernService, OutcomeUnknown, 0, ""},
		{"chat.postMessage", "message_limit_exceeded", ConcernService, OutcomeLimited, time.Minute, "again in 1m0s"},
		{"chat.postMessage", "a_word_of_next_year", ConcernUnknown, OutcomeRefused, 0, "a_word_of_next_year"},
	} {
		c := startClient(t, said(test.code))
		got := c.classify(test.method, "#db", c.callPaid(t.Context(), test.method, "#db", func() error { return c.readPaid(t.Context(), test.method, "#db", nil, &struct{}{}) }))
		if got.Concern != test.concern || got.Outcome != test.outcome || got.RetryAfter != test.wait || !strings.Contains(got.Error(), test.says) {
			t.Errorf("%s, %s: got %s, %s, again in %s, %q, want %s, %s, %s, %q", test.method, test.code, got.Concern, got.Outcome, got.RetryAfter, got, test.concern, test.outcome, test.wait, test.says)
		}
	}
}

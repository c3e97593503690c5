// Package blockkit makes what Slack shows: messages of blocks and text, cut to what Slack
// takes, with foreign text made harmless. It knows nothing of incidents, playbooks or
// digests, and never talks to Slack.
//
// Foreign text belongs into plain_text and rich_text ([PlainText], [Paragraph]), where
// Slack interprets nothing, and goes through [Line] or [Neutralise]. Where mrkdwn cannot
// be avoided ([Section], fallback texts) it goes through [EscapeMrkdwn].
//
// Slack has three measures. Single texts have limits in characters; they are counted here
// in UTF-16 units, of which there are never fewer ([CutNamed], [CutMrkdwn]). The blocks of
// a message together have one in bytes of JSON, and a sign may take six of them ([Size],
// [JSONLength], [CutJSON]). The fallback text has one in bytes. Renderers keep within them
// for what people usually write, and [Fit] makes sure for everything else.
package blockkit

package blockkit

// Slack's limits, as docs.slack.dev/reference/block-kit states them unless another source
// is named; in UTF-16 units to be on the safe side where nothing else is said.
const (
	// MaxTotal is the JSON of a message's blocks, in bytes. Undocumented; 11,341 were refused (msg_blocks_too_long).
	MaxTotal = 11_000
	// MaxTextBytes is the fallback text, in bytes: chat.update refuses more than 4,000 (msg_too_long).
	MaxTextBytes = 3_800

	MaxText    = 3_000 // fallback text, as renderers write it: most of it is within MaxTextBytes then
	MaxBlocks  = 50    // blocks of a message
	MaxHeader  = 150   // header text
	MaxSection = 3_000 // section text
	MaxButton  = 75    // button and option text, option value
)

package slackapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signatureWindow is how far a request's time may be from what a clock shows, in
// both directions (Slack: verifying requests).
const signatureWindow = 5 * time.Minute

// signed is what a request says about itself, its time checked already.
type signed struct {
	stamp string
	mac   []byte
}

// readSignature reads the signature's headers and refuses what is malformed, or stale
// by all clocks, before any of the body is read.
func readSignature(h http.Header, clocks ...time.Time) (signed, error) {
	stamp, text := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	if stamp == "" || text == "" {
		return signed{}, errors.New("no signature")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return signed{}, errors.New("timestamp is not a number")
	}
	if !slices.ContainsFunc(clocks, func(now time.Time) bool { return now.Sub(time.Unix(seconds, 0)).Abs() <= signatureWindow }) {
		return signed{}, errors.New("timestamp is more than 5 minutes off: stale, or a clock is wrong")
	}
	code, ok := strings.CutPrefix(text, "v0=")
	mac, err := hex.DecodeString(code)
	if !ok || err != nil || len(mac) != sha256.Size {
		return signed{}, errors.New("signature is not of the form v0=<64 hex digits>")
	}
	return signed{stamp: stamp, mac: mac}, nil
}

// verify compares with the signature that the secret gives over the raw body, in
// constant time.
func (s signed) verify(secret string, body []byte) error {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte("v0:" + s.stamp + ":"))
	hash.Write(body)
	if !hmac.Equal(hash.Sum(nil), s.mac) {
		return errors.New("signature does not match: forged, or slack.signing_secret is another app's")
	}
	return nil
}

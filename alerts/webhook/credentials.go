package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// MayPass reports whether a request has shown the bearer token, or is trusted
// for another reason, or none is needed.
func (d *Endpoint) MayPass(r *http.Request) bool {
	want := d.options.Credentials()
	if want == "" {
		return true
	}
	if d.options.Trusted != nil && d.options.Trusted(r) {
		return true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && sameSecret(strings.TrimSpace(token), want)
}

// sameSecret compares hashes, so that the time it takes depends on neither the
// content nor the length of the secret.
func sameSecret(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

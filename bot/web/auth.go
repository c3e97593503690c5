package web

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/bcrypt"
)

// Auth is the Prometheus family's web configuration: TLS, client certificates,
// basic auth and headers. A nil Auth asks nothing of anybody.
type Auth struct {
	config toolkit.Config

	mu    sync.Mutex
	known map[[32]byte]bool // logins that bcrypt found right: it takes a tenth of a second
}

// knownBound keeps the memory of right logins small.
const knownBound = 100

// LoadAuth reads a web configuration file (see exporter-toolkit's
// docs/web-configuration.md). Rate limits are refused: Alertmanager does not
// repeat what it was told 429 about.
func LoadAuth(path string) (*Auth, error) {
	if err := toolkit.Validate(path); err != nil {
		return nil, fmt.Errorf("read web configuration %s: %w", path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read web configuration: %w", err)
	}
	a := &Auth{known: map[[32]byte]bool{}}
	a.config.TLSConfig = toolkit.TLSConfig{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13}
	a.config.HTTPConfig.HTTP2 = true
	if err := yaml.Unmarshal(data, &a.config); err != nil {
		return nil, fmt.Errorf("read web configuration %s: %w", path, err)
	}
	if a.config.RateLimiterConfig.Interval != 0 {
		return nil, fmt.Errorf("read web configuration %s: rate_limit is not supported, because Alertmanager does not repeat a notification that was answered 429: take it out", path)
	}
	a.config.TLSConfig.SetDirectory(filepath.Dir(path))
	return a, nil
}

// TLS returns the server's TLS configuration; nil when it serves plain HTTP.
func (a *Auth) TLS() (*tls.Config, error) {
	if a == nil || !a.config.TLSConfig.IsEnabled() {
		return nil, nil
	}
	config, err := toolkit.ConfigToTLSConfig(&a.config.TLSConfig)
	if err != nil {
		return nil, fmt.Errorf("set up TLS: %w", err)
	}
	if !a.config.HTTPConfig.HTTP2 {
		config.NextProtos = []string{"http/1.1"}
	} else {
		config.NextProtos = []string{"h2", "http/1.1"}
	}
	return config, nil
}

// ClientCertificates reports whether only clients with a certificate get in.
func (a *Auth) ClientCertificates() bool {
	return a != nil && a.config.TLSConfig.ClientAuth == "RequireAndVerifyClientCert"
}

// Users reports whether basic auth is configured.
func (a *Auth) Users() bool { return a != nil && len(a.config.Users) > 0 }

// Passes reports whether a request shows a right user and password. Unknown
// users take as long as known ones.
func (a *Auth) Passes(r *http.Request) bool {
	if !a.Users() {
		return false
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	hash, exists := a.config.Users[user]
	if !exists {
		// A well-formed hash of nothing anybody knows, so that the time tells nothing.
		hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"
	}
	login := sha256.Sum256([]byte(user + "\x00" + password + "\x00" + string(hash)))
	a.mu.Lock()
	known := a.known[login]
	a.mu.Unlock()
	if known {
		return true
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil || !exists {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known) >= knownBound {
		clear(a.known)
	}
	a.known[login] = true
	return true
}

// require lets only those pass who have shown user and password, when users are
// configured.
func (a *Auth) require(next http.Handler) http.Handler {
	return a.requireUnless(func(*http.Request) bool { return false }, next)
}

// requireUnless is require for what may be seen for another reason too.
func (a *Auth) requireUnless(may func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.Users() && !a.Passes(r) && !may(r) {
			w.Header().Set("WWW-Authenticate", `Basic realm="signalbook"`)
			http.Error(w, "401: user and password of the web configuration are needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// headers adds the configured response headers.
func (a *Auth) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if a != nil {
			for name, value := range a.config.HTTPConfig.Header {
				w.Header().Set(name, value)
			}
		}
		next.ServeHTTP(w, r)
	})
}

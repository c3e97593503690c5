package config

import (
	"fmt"
	"io"

	prometheus "github.com/prometheus/common/config"

	"github.com/signalbook/signalbook/bot/foreign"
)

// Service is another server that is asked over HTTP.
type Service struct {
	URL        string      `yaml:"url"`
	HTTPConfig *HTTPConfig `yaml:"http_config"` // never nil once loaded
}

// HTTPConfig is Prometheus' http_config, and prints no secret.
type HTTPConfig prometheus.HTTPClientConfig

// UnmarshalYAML reads it with Prometheus' own defaults and checks.
func (h *HTTPConfig) UnmarshalYAML(unmarshal func(any) error) error {
	return (*prometheus.HTTPClientConfig)(h).UnmarshalYAML(unmarshal)
}

// Format prints a placeholder: the structure behind it would print its secrets.
func (h *HTTPConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "<http_config>") }

// MarshalText encodes as the placeholder: a proxy's address may hold a password.
func (h *HTTPConfig) MarshalText() ([]byte, error) { return []byte("<http_config>"), nil }

func (s *Service) check(p place) {
	p.at("url").url(s.URL)
	s.HTTPConfig = s.HTTPConfig.of(p)
}

// of is the configuration of a section, or Prometheus' defaults without one; its files are
// beside the configuration's, and what lets in is hidden.
func (h *HTTPConfig) of(p place) *HTTPConfig {
	if h == nil {
		defaults := HTTPConfig(prometheus.DefaultHTTPClientConfig)
		h = &defaults
	}
	(*prometheus.HTTPClientConfig)(h).SetDirectory(p.file.dir)
	h.hide()
	return h
}

// hide keeps what lets in out of all that the servers answer: what asks for a
// token is sent where nobody sees the request.
func (h *HTTPConfig) hide() {
	secrets, files := []prometheus.Secret{h.BearerToken}, []string{h.BearerTokenFile}
	if b := h.BasicAuth; b != nil {
		secrets, files = append(secrets, b.Password), append(files, b.PasswordFile)
	}
	if a := h.Authorization; a != nil {
		secrets, files = append(secrets, a.Credentials), append(files, a.CredentialsFile)
	}
	if o := h.OAuth2; o != nil {
		secrets, files = append(secrets, o.ClientSecret, o.ClientCertificateKey), append(files, o.ClientSecretFile)
	}
	if h.HTTPHeaders != nil {
		for _, header := range h.HTTPHeaders.Headers {
			secrets, files = append(secrets, header.Secrets...), append(files, header.Files...)
		}
	}
	for _, secret := range secrets {
		foreign.Hide(string(secret))
	}
	for _, file := range files {
		if file == "" {
			continue
		}
		if text, err := readAtMost(file, maxSecret); err == nil { // else asking fails, and says so
			foreign.Hide(text)
		}
	}
}

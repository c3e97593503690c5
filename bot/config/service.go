package config

import (
	"fmt"
	"io"

	prometheus "github.com/prometheus/common/config"
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
	if s.HTTPConfig == nil {
		defaults := HTTPConfig(prometheus.DefaultHTTPClientConfig)
		s.HTTPConfig = &defaults
	}
	(*prometheus.HTTPClientConfig)(s.HTTPConfig).SetDirectory(p.file.dir)
}

package config

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"

	prometheus "github.com/prometheus/common/config"
)

// Redis is where everything is remembered.
type Redis struct {
	// Addresses are host:port; with Sentinel they are the sentinels'.
	Addresses    []string   `yaml:"addresses"`
	Prefix       string     `yaml:"prefix"`
	Sentinel     *Sentinel  `yaml:"sentinel"`
	Cluster      bool       `yaml:"cluster"`
	Username     string     `yaml:"username"`
	Password     Secret     `yaml:"password"`
	PasswordFile string     `yaml:"password_file"`
	TLSConfig    *TLSConfig `yaml:"tls_config"`
	// WaitReplicas is how many replicas must have a write before it is confirmed.
	WaitReplicas int `yaml:"wait_replicas"`
	// AcceptDataLoss lets the bot start on a Redis that can forget.
	AcceptDataLoss bool `yaml:"accept_data_loss"`
}

// Sentinel names the primary that the sentinels watch.
type Sentinel struct {
	MasterName   string `yaml:"master_name"`
	Username     string `yaml:"username"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
}

// Format prints the name alone: with a verb that fits no pointer, fmt would print
// the password without asking it.
func (s Sentinel) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "<sentinel %s>", s.MasterName) }

// TLSConfig is Prometheus' own, and prints no key.
type TLSConfig prometheus.TLSConfig

// Format prints a placeholder: the structure behind it would print its key.
func (t *TLSConfig) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "<tls_config>") }

// MarshalText encodes as the placeholder.
func (t *TLSConfig) MarshalText() ([]byte, error) { return []byte("<tls_config>"), nil }

// Build returns what to dial with; nil for a nil TLSConfig, which means no TLS.
func (t *TLSConfig) Build() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	return prometheus.NewTLSConfig((*prometheus.TLSConfig)(t))
}

// prefixForm keeps a prefix from breaking the hash tag {...} of the keys.
var prefixForm = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,60}$`)

func (r *Redis) check(p place) {
	addresses := p.at("addresses")
	if len(r.Addresses) == 0 {
		addresses.missing("such as [redis:6379]")
	}
	for i, address := range r.Addresses {
		if err := checkAddress(address); err != nil {
			addresses.at(i).problem("%v", err)
		}
	}
	switch {
	case r.Sentinel != nil && r.Cluster:
		p.at("cluster").problem("redis.sentinel and redis.cluster are two ways: keep one")
	case len(r.Addresses) > 1 && r.Sentinel == nil && !r.Cluster:
		addresses.problem("several addresses need redis.sentinel or redis.cluster")
	}
	if !prefixForm.MatchString(r.Prefix) {
		p.at("prefix").problem("%q is not a prefix: 1 to 60 of A-Z, a-z, 0-9 and _ . : -", r.Prefix)
	}
	if r.WaitReplicas < 0 {
		p.at("wait_replicas").problem("%d is less than zero", r.WaitReplicas)
	}
	p.secret("password", &r.Password, r.PasswordFile)
	if s := r.Sentinel; s != nil {
		s.check(p.at("sentinel"))
	}
	if r.TLSConfig != nil {
		(*prometheus.TLSConfig)(r.TLSConfig).SetDirectory(p.file.dir)
		if _, err := r.TLSConfig.Build(); err != nil {
			p.at("tls_config").problem("%v", err)
		}
	}
}

func (s *Sentinel) check(p place) {
	if s.MasterName == "" {
		p.at("master_name").missing("the name that the sentinels give the primary")
	}
	p.secret("password", &s.Password, s.PasswordFile)
}

func checkAddress(address string) error {
	if strings.Contains(address, "://") {
		return fmt.Errorf("%q is a URL: write host:port, and the password in redis.password_file", address)
	}
	host, port, err := net.SplitHostPort(address)
	if n, bad := strconv.Atoi(port); err != nil || host == "" || bad != nil || n < 1 || n > 65535 {
		return fmt.Errorf("%q is not host:port, such as redis:6379", address)
	}
	return nil
}

package config

// Webhook is the endpoint for Alertmanager.
type Webhook struct {
	Credentials     Secret `yaml:"credentials"`
	CredentialsFile string `yaml:"credentials_file"`
	// MaxBody is the largest body that is read, in bytes.
	MaxBody Size `yaml:"max_body"`
	// Open lets everyone send, from anywhere, without credentials.
	Open bool `yaml:"open"`
}

// Bounds of webhook.max_body: less than a small group, more than 60,000 alerts.
const (
	minBody = 64 << 10
	maxBody = 1 << 30
)

func (w *Webhook) check(p place) {
	given := p.secret("credentials", &w.Credentials, w.CredentialsFile)
	if given && w.Open {
		p.at("open").problem("webhook.open lets everyone in, and credentials are given: keep one")
	}
	if w.MaxBody < minBody || w.MaxBody > maxBody {
		p.at("max_body").problem("expected a size from 64KB to 1GB")
	}
}

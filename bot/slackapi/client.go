package slackapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"

	"github.com/signalbook/signalbook/bot/foreign"
)

// Options says how to reach a workspace. BotToken and Logger are required.
type Options struct {
	// APIURL is where the Web API stands; empty: https://slack.com/api/.
	APIURL string
	// BotToken (xoxb-) authorises every call; AppToken (xapp-) opens Socket Mode.
	BotToken, AppToken string
	// HTTPClient is copied; nil: a plain one. Its timeout is [Timeout] unless it
	// is shorter (one below 10 s makes slow answers of Slack's unknown). Redirects
	// are never followed.
	HTTPClient *http.Client
	Logger     *slog.Logger
	// Registerer may be nil: no metrics.
	Registerer prometheus.Registerer
	// Now is the local clock; nil: time.Now.
	Now func() time.Time
}

const (
	// Timeout is how long one call may take.
	Timeout = 15 * time.Second
	// maxAnswer bounds what is read of the answer to a call that changes something, in
	// bytes: it repeats one message, which Slack bounds at a fifth of it.
	maxAnswer = 512 << 10
	// maxList bounds it for a call that reads, and maxValues what such an answer may
	// hold: 200 messages of Slack's greatest size, and all members of all user groups,
	// are far below it. An empty value takes three bytes, and 150 once it is decoded.
	maxList, maxValues = 32 << 20, 1_000_000
)

// Client calls Slack's Web API. It is safe for use by many goroutines, starts
// none, and repeats nothing. [Client.Within] and [Client.Shared] give views of
// it that keep to Slack's limits.
type Client struct {
	*core
	budgets *Budgets // nil: nothing is counted
	shared  Counter  // nil: nothing is counted
}

// core is what all views of a client have in common.
type core struct {
	api                *slack.Client
	http               *http.Client
	apiURL             *url.URL
	botToken, appToken string
	log                *slog.Logger
	metrics            *callMetrics
	now                func() time.Time
	identity           atomic.Pointer[Identity]
	skew               atomic.Pointer[time.Duration]
}

// New checks the options and builds a client. It does not call Slack.
func New(o Options) (*Client, error) {
	if o.Logger == nil {
		return nil, errors.New("slack client: no logger given")
	}
	if o.BotToken == "" {
		return nil, errors.New("slack client: no bot token: set slack.bot_token_file")
	}
	foreign.Hide(o.BotToken, o.AppToken)
	address := o.APIURL
	if address == "" {
		address = slack.APIURL
	}
	if !strings.HasSuffix(address, "/") {
		address += "/"
	}
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("slack client: slack.api_url is not a plain http or https address: give one like %s", slack.APIURL)
	}
	c := &core{
		apiURL: u, botToken: o.BotToken, appToken: o.AppToken,
		log: o.Logger, metrics: newCallMetrics(o.Registerer), now: o.Now,
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.http = c.httpClient(o.HTTPClient)
	c.api = slack.New(o.BotToken,
		slack.OptionAPIURL(address),
		slack.OptionAppLevelToken(o.AppToken),
		slack.OptionHTTPClient(c.http),
	)
	return &Client{core: c}, nil
}

// httpClient is base with what safety needs: no redirects (they would carry the
// token to another host), a timeout, bounded answers, and a look at the clock.
func (c *core) httpClient(base *http.Client) *http.Client {
	safe := http.Client{Timeout: Timeout}
	if base != nil {
		safe = *base
		if safe.Timeout <= 0 || safe.Timeout > Timeout {
			safe.Timeout = Timeout
		}
	}
	inner := safe.Transport
	if inner == nil {
		inner = http.DefaultTransport
	}
	safe.Transport = &transport{inner: inner, client: c}
	safe.Jar = nil
	safe.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &safe
}

// Identity is who the bot token belongs to. AppID is empty where Slack does not
// tell it, EnterpriseID where the workspace belongs to no Enterprise organisation. URL
// is the workspace's own address as Slack said it, empty when that is not known.
type Identity struct {
	TeamID, Team, UserID, BotID, AppID, EnterpriseID, URL string
}

// Auth asks Slack whose token this is (auth.test) and remembers the answer for
// [Client.FindOp].
func (c *Client) Auth(ctx context.Context) (Identity, error) {
	var answer struct {
		TeamID       string `json:"team_id"`
		Team         string `json:"team"`
		UserID       string `json:"user_id"`
		BotID        string `json:"bot_id"`
		AppID        string `json:"app_id"`
		EnterpriseID string `json:"enterprise_id"`
		URL          string `json:"url"`
	}
	if err := c.read(ctx, "auth.test", "", nil, &answer); err != nil {
		return Identity{}, err
	}
	id := Identity(answer)
	if !isID(teams, id.TeamID) {
		return Identity{}, &Error{Method: "auth.test", Outcome: OutcomeUnknown,
			Err: errors.New("the answer names no workspace (team_id): is slack.api_url a Slack API?")}
	}
	id.AppID = cmp.Or(id.AppID, c.app(ctx, id.BotID))
	c.identity.Store(&id)
	return id, nil
}

// app is the app that the bot belongs to: what is known already, else what bots.info
// says. Empty when Slack does not tell.
func (c *Client) app(ctx context.Context, bot string) string {
	if known := c.identity.Load(); known != nil && known.AppID != "" {
		return known.AppID
	}
	var answer struct {
		Bot struct {
			AppID string `json:"app_id"`
		} `json:"bot"`
	}
	if bot == "" || c.read(ctx, "bots.info", bot, url.Values{"bot": {bot}}, &answer) != nil {
		return ""
	}
	return answer.Bot.AppID
}

// Remember takes over an identity that Slack told before, until Slack is asked.
func (c *Client) Remember(id Identity) { c.identity.CompareAndSwap(nil, &id) }

// learnApp notes the app whose connection Slack opened.
func (c *Client) learnApp(app string) {
	known := c.identity.Load()
	if known == nil || known.AppID != "" || app == "" {
		return
	}
	next := *known
	next.AppID = app
	c.identity.CompareAndSwap(known, &next)
}

// who is the remembered identity, asked for when nobody has yet.
func (c *Client) who(ctx context.Context) (Identity, error) {
	if id := c.identity.Load(); id != nil {
		return *id, nil
	}
	return c.Auth(ctx)
}

// Skew is how far Slack's clock is ahead of the local one, from the Date header
// of its last answer (exact to about a second). Known is false before the first
// answer.
func (c *Client) Skew() (skew time.Duration, known bool) {
	if p := c.skew.Load(); p != nil {
		return *p, true
	}
	return 0, false
}

// call runs one Web API call as soon as the budgets allow it.
func (c *Client) call(ctx context.Context, method, target string, do func() error) error {
	if err := c.await(ctx, method, target); err != nil {
		return err
	}
	return c.callPaid(ctx, method, target, do)
}

// callPaid runs one Web API call that is counted already, and gives its result a
// place in the metrics and in [Error]. Method is a constant; target is the
// channel or name it is about.
func (c *Client) callPaid(ctx context.Context, method, target string, do func() error) error {
	start := time.Now()
	if err := ctx.Err(); err != nil {
		return &Error{Method: method, Target: target, Code: CodeUnreachable, Outcome: OutcomeLimited,
			RetryAfter: limitedWait, Err: fmt.Errorf("not sent: %w", err)}
	}
	err := do()
	if err == nil {
		c.metrics.observe(method, "ok", time.Since(start))
		return nil
	}
	failed := c.classify(method, target, err)
	c.obey(ctx, failed)
	c.metrics.observe(method, failed.label(), time.Since(start))
	return failed
}

package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/config"
	"github.com/signalbook/signalbook/bot/web"
)

// listenAddress narrows the address to loopback when anybody could send
// notifications.
func listenAddress(address string, c *config.Config, auth *web.Auth) (string, bool) {
	if c.Webhook.Credentials != "" || c.Webhook.Open || auth.ClientCertificates() || auth.Users() {
		return address, false
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, false // net.Listen says what is wrong with it
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return address, false
	}
	return net.JoinHostPort("127.0.0.1", port), true
}

// What a connection may take before any handler sees a request of it, on every
// path: Go's own 1 MB of headers, and of HTTP/2's unread data, would be 1 GB for a
// thousand connections. A proxy's cookies and tokens fit.
const (
	maxHeader  = 32 << 10
	maxUnread  = 64 << 10 // the least that HTTP/2 allows
	maxStreams = 100
)

// ServeHTTP serves until the context ends; what is in flight then may end within
// ten seconds.
func ServeHTTP(ctx context.Context, listener net.Listener, handler http.Handler, tlsConfig *tls.Config) error {
	server := &http.Server{
		Handler: handler, TLSConfig: tlsConfig, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 5 * time.Minute,
		MaxHeaderBytes: maxHeader, HTTP2: &http.HTTP2Config{MaxConcurrentStreams: maxStreams, MaxReceiveBufferPerConnection: maxUnread, MaxReceiveBufferPerStream: maxUnread},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		var err error
		if tlsConfig != nil {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve: %w", err)
	})
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := server.Shutdown(end)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // event streams of the demo's page do not end by themselves
	}
	return errors.Join(err, group.Wait())
}

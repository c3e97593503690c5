// Package storetest opens a store on a redis-server of the test's own, which has no port
// and keeps all on disk. Nothing of it outlives the test, and only tests import it.
package storetest

import (
	"cmp"
	"os/exec"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/signalbook/signalbook/bot/embedded"
	"github.com/signalbook/signalbook/bot/store"
)

// Server starts a redis-server that ends with the test, and returns its address.
func Server(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatalf("%v (make test installs what is missing)", err)
	}
	return start(t, path)
}

// Memory starts the server in memory that the demo falls back to, which ends with the
// test, and returns its address.
func Memory(t testing.TB) string {
	t.Helper()
	return start(t, "")
}

func start(t testing.TB, path string) string {
	t.Helper()
	server, err := embedded.Start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.Address
}

// Open opens a store on a server of its own, and a client that looks past the store. Of
// the options only the addresses are not the caller's; the prefix is "test" unless given.
func Open(t testing.TB, o store.Options) (*store.Redis, *redis.Client) {
	t.Helper()
	o.Addresses, o.Prefix = []string{Server(t)}, cmp.Or(o.Prefix, "test")
	opened, err := store.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	raw := redis.NewClient(&redis.Options{Network: "unix", Addr: o.Addresses[0], MaxRetries: -1, Protocol: 2, PoolSize: 64})
	t.Cleanup(func() {
		raw.Close()
		opened.Close()
	})
	return opened, raw
}

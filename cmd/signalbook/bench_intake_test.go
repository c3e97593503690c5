package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/signalbook/signalbook/bot/app"
)

const (
	intakeConnections = 64
	intakeRounds      = 31
	intakeRound       = 300 * time.Millisecond
	intakeHalfLoad    = 3 * time.Second
)

// BenchmarkIntake is the real endpoint, as serve wires it, on a Redis with
// appendfsync always: an Alertmanager body of 2 kB, 64 connections kept alive. Its
// ceiling is the least that a durable endpoint can do: read the body, compare the
// credential in constant time, XADD the body as it came, answer. Short rounds of
// both take turns, so that noise of the machine meets both. The senders, which
// share the machine, are as cheap as they can be: a dear sender would flatter the
// ratio. Nobody takes from the inbox meanwhile.
//
// The machine may be busy with other things: cpu-of-ceiling is the same ratio by
// the processor time that a notification costs, Redis and senders included.
//
// p99 is at half of the throughput that each reached, in an open loop: a request
// that has to wait for its connection counts from when it should have been sent.
func BenchmarkIntake(b *testing.B) {
	r := startRig(b, options{})
	// A rewrite of the append-only file would meet one of the two only.
	if err := r.redis.ConfigSet(b.Context(), "auto-aof-rewrite-percentage", "0").Err(); err != nil {
		b.Fatal(err)
	}
	endpoint := r.serveEndpoint()
	bare := serveHandler(b, bareHandler(r.redisAddr))
	body := payload(b, "v0.34.0-e2e-1-database-high-cpu-firing")

	measure := func(address string) (throughput, cpu float64) {
		b.Helper()
		before := r.cpu()
		done := float64(len(send(b, address, body, intakeRound, 0)))
		spent := r.cpu() - before
		if err := r.redis.Del(b.Context(), "bare", "signalbook:{T1}:inbox").Err(); err != nil {
			b.Fatal(err)
		}
		return done / intakeRound.Seconds(), float64(spent.Microseconds()) / done
	}
	measure(bare)
	measure(endpoint)
	var bares, endpoints, ratios, bareCPU, endpointCPU []float64
	one := func(address string, throughputs, cpus *[]float64) float64 {
		throughput, cpu := measure(address)
		*throughputs, *cpus = append(*throughputs, throughput), append(*cpus, cpu)
		return throughput
	}
	for k := range intakeRounds {
		var ceiling, got float64
		if k%2 == 0 {
			ceiling, got = one(bare, &bares, &bareCPU), one(endpoint, &endpoints, &endpointCPU)
		} else {
			got, ceiling = one(endpoint, &endpoints, &endpointCPU), one(bare, &bares, &bareCPU)
		}
		ratios = append(ratios, got/ceiling)
	}
	slices.Sort(ratios)
	b.Logf("ratios %.2f", ratios)
	b.ReportMetric(median(ratios), "of-ceiling")
	b.ReportMetric(median(bareCPU)/median(endpointCPU), "cpu-of-ceiling")
	b.ReportMetric(median(endpointCPU), "cpu-us")
	b.ReportMetric(median(bareCPU), "ceiling-cpu-us")
	b.ReportMetric(median(endpoints), "notifications/s")
	b.ReportMetric(median(bares), "ceiling/s")
	for name, at := range map[string]struct {
		address string
		rate    float64
	}{"endpoint": {endpoint, median(endpoints) / 2}, "ceiling": {bare, median(bares) / 2}} {
		late := send(b, at.address, body, intakeHalfLoad, at.rate)
		b.ReportMetric(milliseconds(percentile(late, .5)), name+"-p50-ms")
		b.ReportMetric(milliseconds(percentile(late, .99)), name+"-p99-ms")
	}
	b.ReportMetric(0, "ns/op") // says nothing here
}

// serveEndpoint is the whole HTTP surface of serve, without the loops behind it.
func (r *rig) serveEndpoint() string {
	r.t.Helper()
	first, err := app.Load(r.config)
	if err != nil {
		r.t.Fatal(err)
	}
	opened, err := app.OpenRedis(first.Config, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { opened.Close() })
	logger := logFlags{Level: "info", Format: "logfmt"}.logger(streams{err: io.Discard})
	endpoint, err := app.New(app.Options{First: first, Redis: opened, Logger: logger, Registry: app.NewRegistry(), Store: opened.Workspace("T1")})
	if err != nil {
		r.t.Fatal(err)
	}
	handler, err := endpoint.Handler()
	if err != nil {
		r.t.Fatal(err)
	}
	return serveHandler(r.t, handler)
}

// serveHandler serves as serve does, and returns the address.
func serveHandler(t testing.TB, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var serving errgroup.Group
	serving.Go(func() error { return app.ServeHTTP(ctx, listener, handler, nil) })
	t.Cleanup(func() {
		stop()
		if err := serving.Wait(); err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// bareHandler is the ceiling of intake.
func bareHandler(address string) http.Handler {
	client := redis.NewClient(&redis.Options{Addr: address, PoolSize: 64, MaxRetries: -1, Protocol: 2})
	want := sha256.Sum256([]byte("Bearer " + webhookToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		got := sha256.Sum256([]byte(r.Header.Get("Authorization")))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if err := client.XAdd(r.Context(), &redis.XAddArgs{Stream: "bare", Values: []any{"e", data}}).Err(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
}

// send posts a body over the connections for some time, as fast as they go, or at
// a rate (requests a second) in an open loop. It returns how long each took.
func send(t testing.TB, address string, body []byte, during time.Duration, rate float64) []time.Duration {
	t.Helper()
	request := fmt.Appendf(nil, "POST /alertmanager/webhook HTTP/1.1\r\nHost: %s\r\nUser-Agent: Alertmanager/0.34.0\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		address, webhookToken, len(body), body)
	all := make([][]time.Duration, intakeConnections)
	var senders errgroup.Group
	began := time.Now()
	for k := range all {
		senders.Go(func() error {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				return err
			}
			defer conn.Close()
			answers := bufio.NewReader(conn)
			timer := time.NewTimer(0)
			defer timer.Stop()
			for i := 0; ; i++ {
				due := time.Now()
				if rate > 0 {
					due = began.Add(time.Duration(float64(i*intakeConnections+k) / rate * float64(time.Second)))
					timer.Reset(time.Until(due))
					<-timer.C
				}
				if due.Sub(began) >= during {
					return nil
				}
				if err := exchange(conn, answers, request); err != nil {
					return err
				}
				all[k] = append(all[k], time.Since(due))
			}
		})
	}
	if err := senders.Wait(); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(all...)
}

// exchange sends one request and reads its answer, which must be 202.
func exchange(conn net.Conn, answers *bufio.Reader, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	status, err := answers.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 202")) {
		return fmt.Errorf("answered %q", status)
	}
	length := 0
	for {
		line, err := answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			_, err := answers.Discard(length)
			return err
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
}

// cpu is the processor time that this process and its Redis have used.
func (r *rig) cpu() time.Duration {
	r.t.Helper()
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		r.t.Fatal(err)
	}
	return time.Duration(own.Utime.Nano()+own.Stime.Nano()) + redisCPU(r.t, r.redis)
}

// redisCPU is the processor time that a Redis has used.
func redisCPU(t testing.TB, client *redis.Client) time.Duration {
	t.Helper()
	text, err := client.Info(t.Context(), "cpu").Result()
	if err != nil {
		t.Fatal(err)
	}
	used := 0.0
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_sys" || name == "used_cpu_user" {
			seconds, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			used += seconds
		}
	}
	return time.Duration(used * float64(time.Second))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func percentile(values []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(p*float64(len(sorted)-1))]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signalbook/signalbook/bot/testkit/loopback"
)

const (
	askEach    = 10 * time.Millisecond // 100 a second
	answersFor = time.Minute
	redisBy    = 2 * time.Second
)

// BenchmarkAnswers is how long Slack waits for its HTTP answer to a click or a command, at
// 100 of them a second for a minute: with a Redis that answers at once, and with one whose
// every answer comes 2 s late. Slack itself waits for 3 s. The ceiling is a server that
// answers nothing but 200, asked the same way in the same run.
func BenchmarkAnswers(b *testing.B) {
	bare := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}
	listener, err := net.Listen("tcp", loopback.Any())
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = bare.Serve(listener) }()
	defer bare.Close()
	for _, late := range []time.Duration{0, redisBy} {
		b.Run(fmt.Sprintf("redis late by %s", late), func(b *testing.B) {
			r := startRig(b, options{http: true})
			line := newLine(b, r.redisAddr)
			text := strings.ReplaceAll(mustRead(b, r.config), r.redisAddr, line.address)
			r.config = writeFile(b, r.dir, "late.yml", text)
			bot := r.startBot()
			for k := range 3 {
				bot.mustNotify(group(b, k))
			}
			root := r.root("#incidents", 2)
			bot.settled()
			channel, _ := r.sim.Channel("incidents")
			anna, _ := r.sim.User("anna")
			who := asker{channel.ID, root.TS, anna.ID}
			ceiling := ask(b, "http://"+listener.Addr().String(), who, answersFor/6)
			line.late.Store(int64(late))
			took := ask(b, bot.url, who, answersFor)
			line.late.Store(0)
			for name, of := range map[string]float64{"p50": 0.5, "p99": 0.99, "max": 1} {
				b.ReportMetric(quantile(took, of).Seconds()*1000, "ms-"+name)
				b.ReportMetric(quantile(ceiling, of).Seconds()*1000, "ceiling-ms-"+name)
			}
			b.ReportMetric(float64(len(took)), "answers")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// asker is who clicks and types, where, on which message: Slack's ids.
type asker struct{ channel, ts, user string }

// ask sends clicks, commands and mentions at the pace, whatever becomes of those before,
// and returns how long each answer took.
func ask(b *testing.B, address string, who asker, lasts time.Duration) []time.Duration {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 500}}
	var mu sync.Mutex
	var took []time.Duration
	wrong := map[string]int{}
	var all sync.WaitGroup
	ticker := time.NewTicker(askEach)
	defer ticker.Stop()
	ends := time.Now().Add(lasts)
	for k := 0; time.Now().Before(ends); k++ {
		<-ticker.C
		path, form := "/slack/commands", url.Values{
			"command": {"/playbook"}, "text": {fmt.Sprintf("note INC-1 number %d", k)}, "user_id": {who.user}, "user_name": {"anna"}, "channel_id": {who.channel}, "trigger_id": {fmt.Sprint("t", k)}, "team_id": {"T0SIM00001"},
		}
		switch k % 3 {
		case 1:
			form.Set("text", "status INC-2")
		case 2:
			path, form = "/slack/interactions", url.Values{"payload": {fmt.Sprintf(`{"type":"block_actions","trigger_id":"t%d","team":{"id":"T0SIM00001"},"user":{"id":%q,"username":"anna","team_id":"T0SIM00001"},"channel":{"id":%q},
				"container":{"type":"message","message_ts":%q,"channel_id":%q},"actions":[{"type":"button","action_id":"incident:ack","value":"INC-3","action_ts":"1.1"}]}`, k, who.user, who.channel, who.ts, who.channel)}}
		}
		all.Go(func() {
			began := time.Now()
			err := post(client, address+path, form)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				wrong[err.Error()]++
			}
			took = append(took, time.Since(began))
		})
	}
	all.Wait()
	if len(wrong) > 0 {
		b.Errorf("of %d answers some are wrong: %v", len(took), wrong)
	}
	return took
}

// post sends what Slack would, signed.
func post(client *http.Client, address string, form url.Values) error {
	body := form.Encode()
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	now := time.Now().Unix()
	mac := hmac.New(sha256.New, []byte("signing-secret"))
	fmt.Fprintf(mac, "v0:%d:%s", now, body)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Slack-Request-Timestamp", fmt.Sprint(now))
	request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %d", answer.StatusCode)
	}
	return err
}

func quantile(all []time.Duration, of float64) time.Duration {
	slices.Sort(all)
	if len(all) == 0 {
		return 0
	}
	return all[min(int(of*float64(len(all))), len(all)-1)]
}

// line is a way to Redis on which every answer may come late; how much can go through it at
// a time stays the same.
type line struct {
	address string
	late    atomic.Int64 // nanoseconds
}

func newLine(b *testing.B, to string) *line {
	b.Helper()
	listener, err := net.Listen("tcp", loopback.Any())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	l := &line{address: listener.Addr().String()}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			go func() { _, _ = io.Copy(out, in); out.Close() }()
			go l.answers(in, out)
		}
	}()
	return l
}

// answers carries what Redis says back, late.
func (l *line) answers(in, out net.Conn) {
	type part struct {
		data []byte
		at   time.Time
	}
	parts := make(chan part, 10_000)
	go func() {
		for p := range parts {
			<-time.After(time.Until(p.at))
			if _, err := in.Write(p.data); err != nil {
				break
			}
		}
		in.Close()
	}()
	defer close(parts)
	for {
		data := make([]byte, 32<<10)
		n, err := out.Read(data)
		if n > 0 {
			parts <- part{data[:n], time.Now().Add(time.Duration(l.late.Load()))}
		}
		if err != nil {
			return
		}
	}
}

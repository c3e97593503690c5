package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/signalbook/signalbook/bot/slacksim/fault"
	"github.com/signalbook/signalbook/bot/slacksim/wire"
)

// answerAs answers as a fault wants.
func answerAs(w http.ResponseWriter, f *fault.Fault) {
	wait := time.Duration(max(f.RetryAfter, 1)) * time.Second
	switch f.Kind {
	case fault.LostRequest:
		cut(w)
	case fault.HTTP500:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case fault.HTTP503:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case fault.RateLimited429:
		writeRefusal(w, &wire.Refusal{Code: "ratelimited", Status: http.StatusTooManyRequests, RetryAfter: wait})
	case fault.RateLimited429Bare:
		writeRefusal(w, &wire.Refusal{Code: "ratelimited", Status: http.StatusTooManyRequests})
	case fault.RateLimited200:
		writeRefusal(w, wire.Refuse("ratelimited"))
	default:
		writeRefusal(w, wire.Refuse(f.Outcome()))
	}
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 cannot be hijacked; this cuts the stream
	}
	_ = conn.Close() // there is nobody to tell
}

func writeRefusal(w http.ResponseWriter, r *wire.Refusal) {
	if r.Status == http.StatusTooManyRequests {
		if r.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(seconds(r.RetryAfter)))
		}
		wire.WriteJSON(w, r.Status, wire.Object{"ok": false, "error": "ratelimited"})
		return
	}
	body := wire.Object{"ok": false, "error": r.Code}
	if r.Needed != "" {
		body["needed"], body["provided"] = r.Needed, r.Provided
	}
	if len(r.Details) > 0 {
		messages := make([]string, len(r.Details))
		for i, d := range r.Details {
			messages[i] = "[ERROR] " + d
		}
		body["errors"] = r.Details
		body["response_metadata"] = wire.Object{"messages": messages}
	}
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	wire.WriteJSON(w, status, body)
}

// seconds rounds up to whole seconds, at least one, as Retry-After wants it.
func seconds(d time.Duration) int {
	return max(1, int((d+time.Second-1)/time.Second))
}

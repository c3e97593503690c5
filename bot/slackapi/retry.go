package slackapi

import (
	"errors"
	"time"
)

// retryIn is how long to wait after trouble that is not Slack's word.
const retryIn = 2 * time.Second

// RetryIn says when it is worth asking Slack again; 0 when only a person can help. One
// error may be several joined.
func RetryIn(err error) time.Duration {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		wait := time.Duration(0)
		for _, each := range several.Unwrap() {
			wait = max(wait, RetryIn(each))
		}
		return wait
	}
	var refused *Error
	switch {
	case !errors.As(err, &refused):
		return retryIn
	case refused.Outcome == OutcomeLimited, refused.Outcome == OutcomeUnknown:
		return max(refused.RetryAfter, retryIn)
	}
	return 0
}

package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/report"
	"github.com/signalbook/signalbook/bot/store"
)

// tellOfBudgets posts what owners have to hear of budgets. What is posted is remembered in
// the same commit, so that it is posted once.
func (t *term) tellOfBudgets(ctx context.Context, now time.Time) error {
	if t.c.Notices == nil {
		return nil
	}
	told, err := t.c.Store.Digests.BudgetsTold(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range t.c.Settings().Digests {
		notices, err := guarded(ctx, func(ctx context.Context) ([]report.Notice, error) { return t.c.Notices(ctx, d, now, told) })
		errs = append(errs, err)
		for _, n := range notices {
			if err := t.postNotice(ctx, d, n, now); err != nil {
				errs = append(errs, fmt.Errorf("post a notice of budget %s: %w", n.Key(), err))
			}
		}
	}
	return errors.Join(errs...)
}

// postNotice commits one notice; the sender posts it.
func (t *term) postNotice(ctx context.Context, d Digest, n report.Notice, now time.Time) error {
	newest, err := t.c.Store.Digests.Newest(ctx)
	if err != nil {
		return err
	}
	document := report.NoticeDocument(n, newest+1, now)
	document.Channel, document.Belongs, document.BelongsWhy = t.people.Settle(d.Channel, t.c.Settings().Route(nil).Fallback)
	// With an earlier try that was stored after all the number is taken, and the next look knows of it.
	err = t.commitReview(ctx, store.DigestWrites{Digest: &store.SavedDigest{Document: document}, Told: map[string]report.Told{n.Key(): n.Told}})
	if err != nil {
		return err
	}
	t.log.Info("owners are told of a budget", "budget", n.Key(), "level", string(n.Level), "number", document.ID())
	t.sender.Add(t.digestWork(document))
	return nil
}

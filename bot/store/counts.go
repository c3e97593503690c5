package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// ActiveCounts returns how many incidents are open or acknowledged, of each of
// those severities and in all, at one moment. It reads no incident: what it costs does not
// depend on how many there are.
func (s *Store) ActiveCounts(ctx context.Context, severities []string) (each map[string]int64, all int64, err error) {
	pipe := s.redis.client.TxPipeline()
	total := pipe.ZCard(ctx, s.keys.active())
	counts := make([]*redis.IntCmd, len(severities))
	for k, severity := range severities {
		score := strconv.FormatInt(severityScore(severity), 10)
		counts[k] = pipe.ZCount(ctx, s.keys.active(), score, score)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, 0, fmt.Errorf("count open incidents: %w", err)
	}
	each = make(map[string]int64, len(severities))
	for k, severity := range severities {
		each[severity] = counts[k].Val()
	}
	return each, total.Val(), nil
}

// severityScore is where a severity stands in the index of active incidents: a
// hash of its name, so that a configuration with another order or other
// severities moves nothing. 52 bits: a score is a float.
func severityScore(severity string) int64 {
	sum := sha256.Sum256([]byte(severity))
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 12)
}

// DirtyLength returns how many incidents Slack may not show as they are.
func (s *Store) DirtyLength(ctx context.Context) (int64, error) {
	return s.redis.client.ZCard(ctx, s.keys.dirty()).Result()
}

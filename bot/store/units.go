package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// SaveUnits remembers how many units there were in a week that has ended.
func (s *Costs) SaveUnits(ctx context.Context, id string, week money.Week, count float64) error {
	_, err := s.run(ctx, nil, []call{
		{args: []any{"HSET", s.keys.units(id), week.String(), strconv.FormatFloat(count, 'g', -1, 64)}},
		{args: []any{"EXPIRE", s.keys.units(id), int(usersFor.Seconds())}},
	})
	if err != nil {
		return fmt.Errorf("remember the units of %s: %w", week, err)
	}
	return nil
}

// UnitsByWeek returns the units of the weeks that are remembered.
func (s *Costs) UnitsByWeek(ctx context.Context, id string) (map[money.Week]float64, error) {
	values, err := s.redis.client.HGetAll(ctx, s.keys.units(id)).Result()
	if err != nil && !wrongKind(err) {
		return nil, fmt.Errorf("read the units of past weeks: %w", err)
	}
	units := map[money.Week]float64{}
	for name, text := range values {
		week, errWeek := money.ParseWeek(name)
		if n, err := strconv.ParseFloat(text, 64); err == nil && errWeek == nil {
			units[week] = n
		}
	}
	return units, nil
}

package source

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// TestBigFilesTakeTurns: files that are big, of both kinds and more than are read
// at a time, are all counted to the end.
func TestBigFilesTakeTurns(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	const big, small = bigTable/4 + 1000, 5000 // groups: each counts as four cells
	rows := func(file string, n int) (text string, records [][]string) {
		var b strings.Builder
		b.WriteString(wide)
		records = append(records, strings.Split(strings.TrimSpace(wide), ","))
		for k := range n {
			row := line(fmt.Sprintf("ServiceName=%s%d", file, k))
			b.WriteString(row)
			records = append(records, strings.Split(strings.TrimSpace(row), ","))
		}
		return b.String(), records
	}
	for k := range 2 {
		text, _ := rows(fmt.Sprintf("big%d-", k), big)
		write(t, filepath.Join(folder, fmt.Sprintf("%d.csv", k)), []byte(text))
		_, records := rows(fmt.Sprintf("small%d-", k), small)
		write(t, filepath.Join(folder, fmt.Sprintf("%d.parquet", k)), parquetOf(t, records, nil, 1000, asIs))
	}
	r := read(t, Files{Patterns: []string{filepath.Join(folder, "*")}})
	if want := int64(2 * (big + small)); r.Rows != want {
		t.Errorf("got %d rows, want %d; notes %v", r.Rows, want, r.Notes)
	}
	sums := total(r, func(money.Day, money.Group) string { return "" })
	if want, err := money.ParseMoney("77500"); err != nil || sums[""] != want {
		t.Errorf("got %v, want %v, %v", sums[""], want, err)
	}
}

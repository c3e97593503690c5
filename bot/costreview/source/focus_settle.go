package source

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/signalbook/signalbook/bot/costreview/money"
)

// settle decides whose word counts: of files of the same the newest that tells an
// account's day, unless another tells other services of it.
func (r *repeats) settle() {
	together := map[int][]int{}
	for k := range r.told {
		together[r.find(k)] = append(together[r.find(k)], k)
	}
	for k := range r.told { // in the order of paths
		if files := together[k]; len(files) > 1 {
			r.settleAmong(files)
		}
	}
	pairs := make([][2]int, 0, len(r.weak))
	for pair := range r.weak {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(x, y [2]int) int { return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1])) })
	for _, pair := range pairs {
		if r.find(pair[0]) == r.find(pair[1]) {
			continue
		}
		days := map[money.Day]bool{}
		for _, day := range r.weak[pair] {
			days[day] = true
		}
		r.eachClaim(pair[1], func(c claim, _ string) {
			if days[c.day] {
				r.skip[pair[1]][c] = true
			}
		})
		r.note(pair[1], pair[0], days)
	}
}

// eachClaim visits what a file tells of.
func (r *repeats) eachClaim(k int, visit func(c claim, service string)) {
	for day, groups := range r.told[k].Days {
		for g := range groups {
			if !r.files[k].superseded(day) {
				visit(claimOf(day, g), g.Service)
			}
		}
	}
	for of, groups := range r.told[k].Periods {
		for g := range groups {
			visit(claimOf(of.First, g), g.Service)
		}
	}
}

// settleAmong lets each unit claim what no newer one does.
func (r *repeats) settleAmong(files []int) {
	units := map[string][]int{}
	var order []string
	for _, k := range files {
		unit := cmp.Or(r.files[k].unit, r.files[k].path)
		if units[unit] == nil {
			order = append(order, unit)
		}
		units[unit] = append(units[unit], k)
	}
	slices.SortStableFunc(order, func(x, y string) int { return r.newer(units[x], units[y]) })
	owners := map[claim]map[string]int{} // by service: a file of the unit
	for _, unit := range order {
		mine := map[claim]map[string]int{}
		for _, k := range units[unit] {
			r.eachClaim(k, func(c claim, service string) {
				if mine[c] == nil {
					mine[c] = map[string]int{}
				}
				mine[c][service] = k
			})
		}
		lost, to := map[money.Day]bool{}, -1
		for c, services := range mine {
			by := -1
			for service := range services {
				if owner, ok := owners[c][service]; ok {
					by = max(by, owner)
				}
			}
			if by >= 0 {
				for _, k := range units[unit] {
					r.skip[k][c] = true
				}
				lost[c.day], to = true, max(to, by)
				continue
			}
			if owners[c] == nil {
				owners[c] = map[string]int{}
			}
			maps.Copy(owners[c], services)
		}
		if len(lost) > 0 {
			r.note(units[unit][0], to, lost)
		}
	}
}

// newer sorts units by whose word counts: the one that was made later, or tells of a
// later day, or more; of equal ones that with the shorter name, which is no copy's.
func (r *repeats) newer(a, b []int) int {
	about := func(unit []int) (made time.Time, newest money.Day, rows int64, path string) {
		for _, k := range unit {
			made, path = r.files[k].made, r.files[k].path
			rows += r.told[k].Rows
			for day := range r.told[k].Prints {
				newest = max(newest, day)
			}
		}
		return made, newest, rows, path
	}
	madeA, newestA, rowsA, pathA := about(a)
	madeB, newestB, rowsB, pathB := about(b)
	return cmp.Or(madeB.Compare(madeA), cmp.Compare(newestB, newestA), cmp.Compare(rowsB, rowsA), cmp.Compare(len(pathA), len(pathB)), cmp.Compare(pathA, pathB))
}

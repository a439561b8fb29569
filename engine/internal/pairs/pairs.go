// Package pairs chooses combinations of settings for tests: not all there are,
// but so many that every two values of two settings stand together in one. Most
// defects need no more than two (Kuhn, Wallace and Gallo: "Software fault
// interactions and implications for software testing", IEEE Transactions on
// Software Engineering 30, 2004).
package pairs

import "math/rand/v2"

// tries is how many rows are drawn for each one that is taken, and enough is how
// many draws in vain end the search.
const (
	tries  = 60
	enough = 20
)

// pair is a value of one setting together with one of another.
type pair struct{ f, v, g, w int }

// Cover returns rows that choose a value of each setting, where setting i has
// values 0 to sizes[i]-1, and how many pairs of values are in none of them: those
// that do not go together. accept says of a row whether it makes sense; it may
// keep what it has made of it. At most so many rows are returned. The same
// arguments give the same rows.
func Cover(sizes []int, most int, accept func(row []int) bool) (rows [][]int, left int) {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
	covered := map[pair]bool{}
	for vain := 0; vain < enough && len(rows) < most; {
		best := next(rng, sizes, covered, accept)
		if best == nil {
			vain++
			continue
		}
		each(best, func(p pair) { covered[p] = true })
		rows = append(rows, best)
	}
	all := 0
	for f := range sizes {
		for g := f + 1; g < len(sizes); g++ {
			all += sizes[f] * sizes[g]
		}
	}
	return rows, all - len(covered)
}

// next is the drawn row that makes sense and covers the most that is not covered;
// nil if none covers anything.
func next(rng *rand.Rand, sizes []int, covered map[pair]bool, accept func([]int) bool) (best []int) {
	most := 0
	for range tries {
		row := make([]int, len(sizes))
		for i, n := range sizes {
			row[i] = rng.IntN(n)
		}
		fresh := 0
		each(row, func(p pair) {
			if !covered[p] {
				fresh++
			}
		})
		if fresh > most && accept(row) {
			best, most = row, fresh
		}
	}
	return best
}

func each(row []int, see func(pair)) {
	for f := range row {
		for g := f + 1; g < len(row); g++ {
			see(pair{f, row[f], g, row[g]})
		}
	}
}

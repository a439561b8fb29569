package pairs_test

import (
	"testing"

	"duet/engine/internal/pairs"
)

// TestEveryPairIsThere: all pairs that make sense stand in some row, in far fewer
// rows than there are combinations.
func TestEveryPairIsThere(t *testing.T) {
	sizes := []int{2, 3, 4, 5, 2, 3}
	sense := func(row []int) bool { return row[0] != 1 || row[2] != 3 }
	rows, left := pairs.Cover(sizes, 1000, sense)
	if left != 1 {
		t.Errorf("%d pairs are left; the one that makes no sense should be", left)
	}
	if len(rows) > 60 {
		t.Errorf("%d rows", len(rows))
	}
	seen := map[[4]int]bool{}
	for _, row := range rows {
		if !sense(row) {
			t.Errorf("%v makes no sense", row)
		}
		for f := range row {
			for g := f + 1; g < len(row); g++ {
				seen[[4]int{f, row[f], g, row[g]}] = true
			}
		}
	}
	all := 0
	for f := range sizes {
		for g := f + 1; g < len(sizes); g++ {
			all += sizes[f] * sizes[g]
		}
	}
	if len(seen) != all-1 {
		t.Errorf("%d of %d pairs", len(seen), all)
	}
}

// TestFewRows: no more are made than asked for.
func TestFewRows(t *testing.T) {
	rows, left := pairs.Cover([]int{5, 5, 5}, 3, func([]int) bool { return true })
	if len(rows) != 3 || left != 75-9 {
		t.Errorf("%d rows, %d left", len(rows), left)
	}
}

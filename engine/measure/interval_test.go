package measure

import (
	"testing"

	"pgregory.net/rapid"
)

// TestAnIntervalIsTheDifference holds what an interval knows against the counts
// that are left when the earlier ones are taken out.
func TestAnIntervalIsTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cumulative, before Counts
		var i Interval
		for _, vs := range rapid.SliceOfN(values(), 1, 5).Draw(t, "pushes") {
			if rapid.Bool().Draw(t, "nothing new") {
				vs = nil
			}
			cumulative.RecordAll(vs)
			i.Push(&cumulative)
			want := cumulative.Clone()
			want.Sub(&before)
			if i.Count() != want.Count() || i.Sum() != want.Sum() {
				t.Fatalf("%d values, %v in all; want %d, %v", i.Count(), i.Sum(), want.Count(), want.Sum())
			}
			for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 1} {
				if got, want := i.Quantile(q), want.Quantile(q); got != want {
					t.Fatalf("quantile %v is %v, want %v", q, got, want)
				}
			}
			before = cumulative.Clone()
		}
	})
}

package measure

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSummarySinceIsThatOfTheDifference holds it against the summary of what is
// left when the earlier values are taken out.
func TestSummarySinceIsThatOfTheDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := values().Draw(t, "before"), values().Draw(t, "after")
		if rapid.Bool().Draw(t, "nothing new") {
			after = nil
		}
		now, prev := recorded(slices.Concat(before, after)), recorded(before)
		got := now.SummarySince(prev)
		now.Sub(prev)
		if want := now.Summary(); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestSummarySinceSurvivesSumsThatWrap(t *testing.T) {
	var now, prev Counts
	prev.RecordN(maxValue, 1_000_000)
	now.RecordN(maxValue, 5_000_000)
	got := now.SummarySince(&prev)
	now.Sub(&prev)
	if want := now.Summary(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

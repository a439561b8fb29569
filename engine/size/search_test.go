package size

import (
	"errors"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// TestLeast: the smallest that holds, wherever it is and whatever is guessed.
func TestLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.IntRange(-5, 1000).Draw(t, "low")
		high := low + rapid.IntRange(-1, 100_000).Draw(t, "span")
		edge := rapid.IntRange(low-10, high+10).Draw(t, "edge")
		guess := rapid.IntRange(low-100, high+100).Draw(t, "guess")
		asked := map[int]bool{}
		n, ok, err := least(low, high, guess, func(n int) (bool, error) {
			if n < low || n > high || asked[n] {
				t.Fatalf("asked for %d, of %d to %d", n, low, high)
			}
			asked[n] = true
			return n >= edge, nil
		})
		if err != nil || ok != (max(edge, low) <= high) || ok && n != max(edge, low) {
			t.Errorf("%d, %v, %v; want %d of %d to %d", n, ok, err, edge, low, high)
		}
		off := max(edge-guess, guess-edge)
		if most := 2*bits.Len(uint(off)) + 3; edge >= low && edge <= high && guess >= low && guess <= high && len(asked) > most {
			t.Errorf("%d questions, %d off the guess, want at most %d", len(asked), off, most)
		}
	})
}

func TestLeastStopsAtAnError(t *testing.T) {
	broken := errors.New("it broke")
	for after := range 5 {
		asked := 0
		_, ok, err := least(1, 100, 50, func(n int) (bool, error) {
			if asked++; asked > after {
				return false, broken
			}
			return n > 80, nil
		})
		if ok || !errors.Is(err, broken) || asked != after+1 {
			t.Errorf("%v, %v after %d questions, want %d", ok, err, asked, after+1)
		}
	}
}

package grid

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSplitsShareOutEveryCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, n := drawRect(t), rapid.IntRange(-5, 40).Draw(t, "n")
		for name, split := range map[string]func(Rect, int) (Rect, Rect){
			"top": Rect.SplitTop, "bottom": Rect.SplitBottom, "left": Rect.SplitLeft, "right": Rect.SplitRight,
		} {
			part, rest := split(r, n)
			for y := r.Y - 1; y < r.Y+max(r.H, 0)+1; y++ {
				for x := r.X - 1; x < r.X+max(r.W, 0)+1; x++ {
					in, a, b := r.Contains(x, y), part.Contains(x, y), rest.Contains(x, y)
					if in != (a || b) || a && b {
						t.Fatalf("%s %d of %v: %v and %v do not share out %d,%d", name, n, r, part, rest, x, y)
					}
				}
			}
			if length := part.H; (name == "left" || name == "right") && part.W > max(n, 0) && r.W > 0 ||
				(name == "top" || name == "bottom") && length > max(n, 0) && r.H > 0 {
				t.Fatalf("%s %d of %v: %v is too large", name, n, r, part)
			}
		}
	})
}

func TestIntersectIsWhatBothContain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawRect(t), drawRect(t)
		both := a.Intersect(b)
		for y := -6; y < 70; y++ {
			for x := -6; x < 70; x++ {
				if got, want := both.Contains(x, y), a.Contains(x, y) && b.Contains(x, y); got != want {
					t.Fatalf("%v and %v meet in %v, which contains %d,%d: %v", a, b, both, x, y, got)
				}
			}
		}
	})
}

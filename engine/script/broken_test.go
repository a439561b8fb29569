package script

import (
	"testing"
	"time"
)

func TestBrokenSaysTheWorst(t *testing.T) {
	b := Broken{
		Held: 1260 * time.Millisecond, Stalls: true,
		Panicking: Spell{1, time.Second}, Failing: Spell{0.25, ForGood}, Slowed: Spell{2.8, 90 * time.Second},
	}
	for _, c := range []struct {
		mend func()
		want string
	}{
		{func() {}, "stalled 1.3s"},
		{func() { b.Held = -1 }, AboutToStall},
		{func() { b.Stalls = false }, "panics 100% 1.0s"},
		{func() { b.Panicking.Left = 0 }, "fails 25%"},
		{func() { b.Failing.Left = -time.Second }, "x2.8 slower 90.0s"},
		{func() { b.Slowed = Spell{} }, ""},
	} {
		if c.mend(); b.String() != c.want {
			t.Errorf("%+v: %q, want %q", b, b.String(), c.want)
		}
	}
}

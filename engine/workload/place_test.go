package workload

import (
	"reflect"
	"testing"
	"time"

	"duet/engine"
)

// TestACursorGoesOnFromAPlace: whoever is put where another cursor was gets what
// that one got, also on a fork of the stream and across changes.
func TestACursorGoesOnFromAPlace(t *testing.T) {
	s := scenario(engine.Load{Rate: 10, Arrivals: engine.Poisson})
	st := stream(t, s)
	c := st.Cursor()
	take(c, 100)
	faster := *s
	faster.Load.Rate = 20
	st.Change(0, &faster)
	take(c, 10)
	place := c.Place()
	fork := st.Fork()
	want := take(c, 1000)
	if got := take(st.CursorAt(place), 1000); !reflect.DeepEqual(got, want) {
		t.Error("another cursor got other items")
	}
	if got := take(fork.CursorAt(place), 1000); !reflect.DeepEqual(got, want) {
		t.Error("a cursor of a fork got other items")
	}
	c.Seek(place)
	if got := take(c, 1000); !reflect.DeepEqual(got, want) {
		t.Error("moved back it got other items")
	}
	st.Change(want[500].At, s)
	if got := take(fork.CursorAt(place), 1000); !reflect.DeepEqual(got, want) {
		t.Error("a change of a stream is felt in its fork")
	}
	if at, ok := fork.CursorAt(place).Peek(); !ok || at != want[0].At || at > time.Hour {
		t.Errorf("next at %v, want %v", at, want[0].At)
	}
}

package remotework

import (
	"context"
	"errors"
	"strings"
	"testing"

	"duet/engine/broker"
)

// listing is a broker that has queues.
type listing struct {
	broker.Server
	queues []broker.Name
}

func (l listing) Created(context.Context) ([]broker.Name, error) { return l.queues, nil }

func TestFindsTheLatestHandOverOfALane(t *testing.T) {
	here := listing{queues: []broker.Name{
		Work("a", "one", "charge", 1), Reports("a", "one", 1), Reports("a", "one", 12), Reports("a", "one", 3), Letters("a", "one", "me"),
		Reports("b", "one", 1), Reports("b", "two", 1), Work("c", "one", "charge", 1),
	}}
	for _, c := range []struct {
		run, lane string
		after     int
		want      broker.Name
		is        error
		says      string
	}{
		{"a", "", 0, Reports("a", "one", 12), nil, ""},
		{"a", "one", 3, Reports("a", "one", 12), nil, ""},
		{"a", "", 12, broker.Name{}, ErrNone, ""},
		{"a", "two", 0, broker.Name{}, ErrNone, "there are one"},
		{"b", "two", 0, Reports("b", "two", 1), nil, ""},
		{"b", "", 0, broker.Name{}, ErrLane, "one, two"},
		{"c", "", 0, broker.Name{}, ErrNone, "there are a, b"},
	} {
		got, err := find(t.Context(), here, &Options{Run: c.run, Lane: c.lane}, c.after)
		if !errors.Is(err, c.is) || err == nil && got != c.want || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s of run %q after %d: %v, %v", c.lane, c.run, c.after, got, err)
		}
	}
	if _, err := find(t.Context(), listing{}, &Options{Run: "a"}, 0); !errors.Is(err, ErrNone) {
		t.Errorf("in an empty broker: %v", err)
	}
}

package broker_test

import (
	"context"
	"testing"

	"duet/engine/broker"
)

func TestRoom(t *testing.T) {
	room := broker.NewRoom(3)
	if n := room.Take(t.Context(), 2); n != 2 {
		t.Errorf("%d were taken of 3, and 2 wanted", n)
	}
	if n := room.Take(t.Context(), 2); n != 1 {
		t.Errorf("%d were taken of the 1 that was left", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n := room.Take(ctx, 2); n != 0 {
		t.Errorf("%d were taken where there was none", n)
	}
	room.Free(3)
	if n := room.Take(t.Context(), 9); n != 3 {
		t.Errorf("%d were taken of 3", n)
	}
}

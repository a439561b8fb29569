package event_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"duet/engine/event"
)

// TestCloseWaitsForWhoStays holds that a publisher that stays inside keeps Close
// waiting until it rests, or finds at its next publish that the bus is closed.
func TestCloseWaitsForWhoStays(t *testing.T) {
	for name, leave := range map[string]func(*testing.T, *event.Publisher[int]){
		"by resting": func(_ *testing.T, p *event.Publisher[int]) { p.Rest() },
		"by publishing": func(t *testing.T, p *event.Publisher[int]) {
			if err := p.Publish(context.Background(), 2); !errors.Is(err, event.ErrClosed) {
				t.Errorf("publishing on a closed bus: %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := event.NewBus[int](event.Options{})
				p := b.Event("e").Publisher(nil)
				p.Stay()
				for range 2 {
					if err := p.Publish(context.Background(), 1); err != nil {
						t.Fatal(err)
					}
				}
				closed := make(chan error)
				go func() {
					_, err := b.Close(context.Background())
					closed <- err
				}()
				synctest.Wait()
				select {
				case <-closed:
					t.Fatal("Close did not wait for a publisher that stays")
				default:
				}
				leave(t, p)
				if err := <-closed; err != nil {
					t.Error(err)
				}
				if err := p.Publish(context.Background(), 3); !errors.Is(err, event.ErrClosed) {
					t.Errorf("publishing on a closed bus: %v", err)
				}
				p.Rest()
			})
		})
	}
}

// TestRestOfWhoDoesNotStay holds that it does nothing.
func TestRestOfWhoDoesNotStay(t *testing.T) {
	p := event.NewBus[int](event.Options{}).Event("e").Publisher(nil)
	p.Rest()
	if err := p.Publish(t.Context(), 1); err != nil {
		t.Error(err)
	}
	p.Rest()
}

// TestNestedPublishOfWhoStays holds that an observer may publish through the
// publisher that called it, and that neither leaves the other's stay.
func TestNestedPublishOfWhoStays(t *testing.T) {
	b := event.NewBus[int](event.Options{Recover: true})
	p := b.Event("e").Publisher(nil)
	p.Stay()
	var seen []int
	if _, err := b.Subscribe("e", func(ctx context.Context, v int) error {
		seen = append(seen, v)
		if v > 0 {
			return p.Publish(ctx, v-1)
		}
		p.Rest() // under way: it stays
		panic("at the bottom")
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.Publish(context.Background(), 2); err == nil {
		t.Error("the panic at the bottom was lost")
	}
	if len(seen) != 3 {
		t.Errorf("seen: %v", seen)
	}
	p.Rest()
	if _, err := b.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

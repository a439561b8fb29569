package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	evbus "github.com/asaskevich/EventBus"
	gookit "github.com/gookit/event"
	kelindar "github.com/kelindar/event"
	"github.com/maniartech/signals"

	"duet/engine/budget"
)

// heard is how many letters each observer has handled.
type heard []int

// all fails unless every observer has handled n.
func (h heard) all(n int) error {
	for i, handled := range h {
		if handled != n {
			return fmt.Errorf("observer %d handled %d letters of %d", i, handled, n)
		}
	}
	return nil
}

// eventBus finds out at run time what its observers take.
func eventBus(observers int) budget.Arm {
	return handing("asaskevich/EventBus", 1, 20_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		b := evbus.New()
		h := make(heard, observers)
		for i := range h {
			if err := b.Subscribe("item", func(budget.Letter) { h[i]++ }); err != nil {
				return nil, nil, err
			}
		}
		return func(l budget.Letter) { b.Publish("item", l) }, func() { must(h.all(n)) }, nil
	})
}

// textbook is the bus that everybody writes first.
func textbook(observers int) budget.Arm {
	return handing("map and RWMutex, the textbook's", 1, 100_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		var mu sync.RWMutex
		all := map[string][]func(context.Context, *budget.Letter) error{}
		h := make(heard, observers)
		for i := range h {
			all["item"] = append(all["item"], func(context.Context, *budget.Letter) error { h[i]++; return nil })
		}
		ctx := context.Background()
		var held budget.Letter
		return func(l budget.Letter) {
			held = l
			mu.RLock()
			defer mu.RUnlock()
			var errs []error
			for _, f := range all["item"] {
				if err := f(ctx, &held); err != nil {
					errs = append(errs, err)
				}
			}
			must(errors.Join(errs...))
		}, func() { must(h.all(n)) }, nil
	})
}

// signalled is a signal whose listeners are called in turn.
func signalled(observers int) budget.Arm {
	return handing("maniartech/signals v1.3.1, Sync", 1, 50_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		s := signals.NewSync[*budget.Letter]()
		h := make(heard, observers)
		for i := range h {
			s.AddListener(func(context.Context, *budget.Letter) { h[i]++ })
		}
		ctx := context.Background()
		var held budget.Letter
		return func(l budget.Letter) { held = l; s.Emit(ctx, &held) }, func() { must(h.all(n)) }, nil
	})
}

// fired is an event of gookit's with a letter in it.
type fired struct {
	gookit.BasicEvent
	letter budget.Letter
}

// fireAgain fires one event of gookit's again and again.
func fireAgain(observers int) budget.Arm {
	return handing("gookit/event v1.2.0, FireEvent, one reused", 1, 50_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		m, h := gookitManager(observers)
		var e fired
		e.SetName("item")
		return func(l budget.Letter) { e.letter = l; must(m.FireEvent(&e)) }, func() { must(h.all(n)) }, nil
	})
}

// fire has gookit's manager make an event for each letter.
func fire(observers int) budget.Arm {
	return handing("gookit/event v1.2.0, Fire", 1, 20_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		m, h := gookitManager(observers)
		var held budget.Letter
		return func(l budget.Letter) {
			held = l
			err, _ := m.Fire("item", gookit.M{"letter": &held})
			must(err)
		}, func() { must(h.all(n)) }, nil
	})
}

func gookitManager(observers int) (*gookit.Manager, heard) {
	m := gookit.NewManager("bench")
	h := make(heard, observers)
	for i := range h {
		m.On("item", gookit.ListenerFunc(func(gookit.Event) error { h[i]++; return nil }))
	}
	return m, h
}

// posted is a letter as kelindar's dispatcher wants it: each is one of its own, as it is
// handled later.
type posted struct{ letter *budget.Letter }

func (posted) Type() uint32 { return 1 }

// dispatched goes to a queue for each observer, which a goroutine empties: who publishes
// does not wait. The round is over when all were handled.
func dispatched(observers int) budget.Arm {
	return handing("kelindar/event v1.5.2, asynchronous", 1, 100_000, func(n int) (hand func(budget.Letter), end func(), err error) {
		d := kelindar.NewDispatcher()
		var all sync.WaitGroup
		var leave []context.CancelFunc
		for range observers {
			var count int
			all.Add(1)
			leave = append(leave, kelindar.Subscribe(d, func(posted) {
				if count++; count == n {
					all.Done()
				}
			}))
		}
		return func(l budget.Letter) { kelindar.Publish(d, posted{&l}) }, func() {
			all.Wait()
			for _, f := range leave {
				f()
			}
			// Those who are to leave hear of it by the dispatcher's next tick.
			time.AfterFunc(20*time.Millisecond, func() { must(d.Close()) })
		}, nil
	})
}

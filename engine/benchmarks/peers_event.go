package main

import (
	"context"
	"errors"
	"sync"

	evbus "github.com/asaskevich/EventBus"

	"duet/engine/budget"
)

// eventBus finds out at run time what its observers take.
func eventBus(observers int) budget.Arm {
	return handing("asaskevich/EventBus", 1, 20_000, func(int) (hand func(budget.Letter), end func(), err error) {
		b := evbus.New()
		for range observers {
			var count int
			if err := b.Subscribe("item", func(budget.Letter) { count++ }); err != nil {
				return nil, nil, err
			}
		}
		return func(l budget.Letter) { b.Publish("item", l) }, func() {}, nil
	})
}

// textbook is the bus that everybody writes first.
func textbook(observers int) budget.Arm {
	return handing("map and RWMutex, the textbook's", 1, 100_000, func(int) (hand func(budget.Letter), end func(), err error) {
		var mu sync.RWMutex
		all := map[string][]func(context.Context, *budget.Letter) error{}
		for range observers {
			var count int
			all["item"] = append(all["item"], func(context.Context, *budget.Letter) error { count++; return nil })
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
		}, func() {}, nil
	})
}

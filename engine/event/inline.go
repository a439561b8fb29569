package event

import (
	"context"
	"runtime/debug"
)

// callAll calls the observers one after another. Each round ends with the last
// of them, or goes on behind one that panicked: so it takes one deferred
// recovery for all observers and not one for each.
func (p *publish[T]) callAll(ctx context.Context, v T) {
	for p.next < len(p.observers.handlers) {
		if p.timed {
			p.callTimed(ctx, v)
		} else {
			p.callRest(ctx, v)
		}
	}
}

// callRest is a round of a publish that is not timed. It keeps as little as it can:
// whatever lives across a call is read back from memory after it.
func (p *publish[T]) callRest(ctx context.Context, v T) {
	defer p.panicked(v)
	list := p.observers
	for p.next < len(list.handlers) {
		if list.stale.Load() && !p.reachable() {
			continue
		}
		if err := list.handlers[p.next](ctx, v); err != nil {
			p.called(err)
		} else {
			p.next++
		}
	}
}

// callTimed is a round of a publish whose probe is told of every observer.
func (p *publish[T]) callTimed(ctx context.Context, v T) {
	defer p.panicked(v)
	list := p.observers
	for p.next < len(list.handlers) {
		if list.stale.Load() && !p.reachable() {
			continue
		}
		p.call()
		p.called(list.handlers[p.next](ctx, v))
	}
}

// panicked is deferred. The round has not come to its end when the next
// observer did not return: it panicked, or called runtime.Goexit.
func (p *publish[T]) panicked(v T) {
	if p.next >= len(p.observers.handlers) {
		return
	}
	if p.by.event.bus.options.Recover {
		if value := recover(); value != nil {
			p.called(&PanicError{Value: value, Stack: debug.Stack()})
			return
		}
	}
	p.tell(ErrPanicked)
	p.next++
	p.skipRest()
	p.end(v)
}

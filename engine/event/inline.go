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
		p.callRest(ctx, v)
	}
}

func (p *publish[T]) callRest(ctx context.Context, v T) {
	defer p.panicked(v)
	list, timed := p.observers, p.timed
	handlers := list.handlers
	for i := p.next; i < len(handlers); {
		if list.stale.Load() && !p.reachable() {
			i = p.next
			continue
		}
		if timed {
			p.call()
		}
		if err := handlers[i](ctx, v); timed || err != nil {
			p.called(err)
			i = p.next
		} else {
			i++
			p.next = i
		}
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

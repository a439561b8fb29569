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
	defer p.panicked()
	handlers, timed := p.observers.handlers, p.timed
	for i := p.next; i < len(handlers); i = p.next {
		if p.changed() && !p.reachable() {
			continue
		}
		if timed {
			p.begin()
		}
		if err := handlers[i](ctx, v); timed || err != nil {
			p.end(err)
		}
		p.next = i + 1
	}
}

// panicked is deferred. The round has not come to its end when the next
// observer did not return: it panicked, or called runtime.Goexit.
func (p *publish[T]) panicked() {
	if p.next >= len(p.observers.handlers) {
		return
	}
	if p.event.bus.options.Recover {
		if value := recover(); value != nil {
			p.end(&PanicError{Value: value, Stack: debug.Stack()})
			p.next++
			return
		}
	}
	p.tell(ErrPanicked)
	p.skipFrom(p.next + 1)
}

package event

import (
	"math"
	"runtime/debug"
)

// startAll starts a goroutine for each observer.
func (p *publish[T]) startAll(v T) {
	for p.next < len(p.observers.all) {
		if !p.reachable() {
			continue
		}
		if p.timed {
			p.call()
		}
		if err := p.observers.all[p.next].start(v); err != nil {
			p.stop(err)
			return
		}
		p.called(nil)
	}
}

// start calls o on a goroutine of its own, or says why it must not.
func (o *observer[T]) start(v T) error {
	b := o.event.bus
	limit := b.limit.Load()
	if limit <= 0 {
		limit = math.MaxInt32
	}
	if !b.goroutines.enterBelow(limit) {
		if b.stopped.Load() {
			return ErrClosed
		}
		return ErrLimit
	}
	if !o.calls.begin() {
		b.goroutines.leave()
		return ErrClosed
	}
	go func() {
		defer b.goroutines.leave()
		o.call(v)
	}()
	return nil
}

// call calls o's handler on a goroutine of the bus, with o.calls begun. It
// reports whether the goroutine may go on: not after a panic that was not
// recovered from, nor, of course, after runtime.Goexit.
func (o *observer[T]) call(v T) (goOn bool) {
	options := &o.event.bus.options
	defer func() {
		if goOn {
			return
		}
		if !options.Recover && options.OnPanic == nil {
			o.end(v, ErrPanicked) // and the panic crashes the program, with its own trace
			return
		}
		value := recover()
		if value == nil {
			o.end(v, ErrPanicked) // runtime.Goexit
			return
		}
		stack := debug.Stack()
		o.end(v, &PanicError{Value: value, Stack: stack})
		if options.Recover {
			goOn = true
		} else {
			options.OnPanic(o.name, value, stack)
		}
	}()
	if o.probe != nil {
		o.probe.Start(v)
	}
	err := o.handle(o.event.bus.ctx, v)
	goOn = true
	o.end(v, err)
	return goOn
}

// end ends a call on a goroutine of the bus.
func (o *observer[T]) end(v T, err error) {
	if o.calls.end() {
		err = ErrAbandoned
	}
	if o.probe != nil {
		o.probe.End(v, err)
	}
}

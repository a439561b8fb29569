package rabbitmq

import (
	"context"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"duet/engine/broker"
)

// again makes a connection anew, however long that takes. Each failure is told. Nil:
// ctx is done.
func (d *dialler) again(ctx context.Context, name string, failed func(error)) *wire {
	for fails := 0; broker.Wait(ctx, broker.Backoff(fails)); fails++ {
		w, err := d.dial(ctx, name)
		if err == nil {
			return w
		}
		failed(err)
	}
	return nil
}

// link is a connection of the server's that is made anew whenever it is lost, each
// time with new channels: a delivery or a confirmation never gets from one to the
// next.
type link struct {
	dialler *dialler
	name    string

	mu      sync.Mutex
	wire    *wire         // nil: there is none just now
	since   time.Time     // when that began
	trouble string        // why it was lost last, or could not be made anew
	blocked string        // why the server takes no messages
	changed chan struct{} // closed, and replaced, when any of it changes
}

// openLink makes the first connection, or says why there is none.
func openLink(ctx context.Context, d *dialler, name string) (*link, error) {
	w, err := d.dial(ctx, name)
	if err != nil {
		return nil, err
	}
	l := &link{dialler: d, name: name, changed: make(chan struct{})}
	l.set(w)
	return l, nil
}

// keep sees to it that there is a connection until ctx is done, and closes the last.
func (l *link) keep(ctx context.Context) {
	w, _ := l.now()
	for {
		stopped := l.heed(ctx, w)
		if stopped {
			w.close()
			l.set(nil)
			return
		}
		if err := w.lost(); err != nil {
			l.troubled(err)
		}
		l.set(nil)
		if w = l.dialler.again(ctx, l.name, l.troubled); w == nil {
			return
		}
		l.set(w)
	}
}

// heed listens to a connection for as long as there is it. True: ctx is done.
func (l *link) heed(ctx context.Context, w *wire) (stopped bool) {
	blocks := w.conn.NotifyBlocked(make(chan amqp.Blocking, 1))
	for {
		select {
		case <-ctx.Done():
			return true
		case <-w.over:
			return false
		case b, ok := <-blocks:
			if !ok {
				blocks = nil
				continue
			}
			l.change(func() {
				if l.blocked = ""; b.Active {
					l.blocked = l.dialler.at.HideText("the broker takes no messages: " + b.Reason)
				}
			})
		}
	}
}

func (l *link) set(w *wire) {
	l.change(func() {
		l.wire, l.since, l.blocked = w, time.Now(), "" //nolint:forbidigo // a broker lives in wall time
		if w != nil {
			l.trouble = ""
		}
	})
}

func (l *link) troubled(err error) { l.change(func() { l.trouble = err.Error() }) }

func (l *link) change(by func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	by()
	close(l.changed)
	l.changed = make(chan struct{})
}

// now is the connection, or nil, and what is closed when that may be otherwise.
func (l *link) now() (*wire, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wire, l.changed
}

// await waits for a connection. Nil: ctx is done.
func (l *link) await(ctx context.Context) *wire {
	for ctx.Err() == nil {
		w, changed := l.now()
		if w != nil && !w.isOver() {
			return w
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
	return nil
}

// isBlocked tells whether the server takes no messages just now, and gives what is
// closed when that may be otherwise.
func (l *link) isBlocked() (bool, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.blocked != "", l.changed
}

// state is how the connection is.
func (l *link) state() broker.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return broker.State{Connected: l.wire != nil, Since: l.since, Trouble: l.trouble, Blocked: l.blocked}
}

// asker puts questions to the server, one after another, on a channel that it opens
// when one is needed: a question that goes wrong closes it.
type asker struct {
	link    *link
	turn    chan struct{} // holds one while nobody asks
	channel *amqp.Channel // belongs to who asks
}

func newAsker(l *link) *asker {
	a := &asker{link: l, turn: make(chan struct{}, 1)}
	a.turn <- struct{}{}
	return a
}

// ask puts questions. Without a connection it is [broker.ErrDown] at once, and when
// ctx is done first, too: the library itself waits as long as there is a connection.
func (a *asker) ask(ctx context.Context, questions func(*amqp.Channel) error) error {
	w, _ := a.link.now()
	if w == nil {
		return broker.ErrDown
	}
	select {
	case <-a.turn:
	case <-ctx.Done():
		return broker.ErrDown
	}
	answer := make(chan error, 1)
	go func() {
		err := a.put(w, questions)
		a.turn <- struct{}{}
		answer <- err
	}()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return broker.ErrDown
	}
}

func (a *asker) put(w *wire, questions func(*amqp.Channel) error) (err error) {
	if a.channel == nil || a.channel.IsClosed() {
		if a.channel, err = w.conn.Channel(); err != nil {
			a.channel = nil
			return broker.ErrDown
		}
	}
	err = questions(a.channel)
	if w.isOver() && err != nil {
		return broker.ErrDown
	}
	return err
}

// close gives the channel back, unless somebody asks: then it goes with the
// connection.
func (a *asker) close() {
	select {
	case <-a.turn:
		if a.channel != nil {
			_ = a.channel.Close()
		}
	default:
	}
}

package kafka

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"duet/engine/broker"
)

// How often the broker is asked whether it is there, and how soon again at the least
// when a connection has come or gone.
const (
	pingEvery, pingAgain = 500 * time.Millisecond, 50 * time.Millisecond
	pingFor              = time.Second // how long it may take to say so
)

// watch knows whether the broker can be reached. The client library alone does not
// say so: it keeps trying.
type watch struct {
	at      broker.Address
	look    chan struct{} // holds one when something has happened
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	state   broker.State
	changed chan struct{} // closed when there is a connection, or no longer
}

func newWatch(at broker.Address) *watch {
	return &watch{at: at, look: make(chan struct{}, 1), changed: make(chan struct{}), state: broker.State{
		Connected: true, Since: time.Now(), //nolint:forbidigo // a broker lives in wall time
	}}
}

func (w *watch) start(client *kgo.Client) {
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(context.Background())
	w.running.Go(func() { w.run(ctx, client) })
}

func (w *watch) stop() {
	w.cancel()
	w.running.Wait()
}

// run asks every now and then, and as soon as something happens.
func (w *watch) run(ctx context.Context, client *kgo.Client) {
	for {
		asking, cancel := context.WithTimeout(ctx, pingFor)
		err := client.Ping(asking)
		cancel()
		if ctx.Err() != nil {
			return
		}
		w.is(err)
		if !broker.Wait(ctx, pingAgain) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-w.look:
		case <-time.After(pingEvery):
		}
	}
}

// is notes what came of asking.
func (w *watch) is(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.state.Trouble = sentence(w.at, err)
	}
	if w.state.Connected == (err == nil) {
		return
	}
	w.state.Connected, w.state.Since = err == nil, time.Now() //nolint:forbidigo // a broker lives in wall time
	close(w.changed)
	w.changed = make(chan struct{})
}

// trouble notes what is the matter, but for the connection.
func (w *watch) trouble(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Trouble = sentence(w.at, err)
}

// now is how the connection is.
func (w *watch) now() broker.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// up tells whether there is a connection, and when that changes.
func (w *watch) up() (changed <-chan struct{}, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed, w.state.Connected
}

func (w *watch) happened() {
	select {
	case w.look <- struct{}{}:
	default:
	}
}

// OnBrokerConnect implements [kgo.HookBrokerConnect].
func (w *watch) OnBrokerConnect(kgo.BrokerMetadata, time.Duration, net.Conn, error) { w.happened() }

// OnBrokerDisconnect implements [kgo.HookBrokerDisconnect].
func (w *watch) OnBrokerDisconnect(kgo.BrokerMetadata, net.Conn) { w.happened() }

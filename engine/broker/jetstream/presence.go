package jetstream

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// How often a process says which workers it has, and after how long a silence it has
// none any more.
const (
	sayEvery    = 500 * time.Millisecond
	silentAfter = ackWait
)

// presence tells other processes which workers this one has for a queue with partitions,
// and hears the same of them. What is said goes past the streams: it is not kept.
type presence struct {
	queue   *queue
	process string // what this one is called among the others
	hearing *nats.Subscription
	news    chan struct{} // holds one when there is something to say
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	heard map[string]time.Time // when of each other process
}

// roll is what a process says: all workers that it has.
type roll struct {
	Process string   `json:"process"`
	Workers []member `json:"workers"`
}

// begin begins to listen, and to speak.
func (q *queue) begin() (err error) {
	p := &presence{queue: q, process: rand.Text(), news: make(chan struct{}, 1), heard: make(map[string]time.Time)}
	if p.hearing, err = q.server.conn.Subscribe(q.subject+presentSubject, p.hear); err != nil {
		return err
	}
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(context.Background())
	q.presence = p
	p.say() // whoever hears of this one for the first time answers
	p.running.Go(func() { p.run(ctx) })
	return nil
}

// end says that there are no workers here any more.
func (p *presence) end() {
	p.cancel()
	p.running.Wait()
	_ = p.hearing.Unsubscribe() // without a connection nothing is heard either
	p.tell(nil)
}

// say has it said soon which workers there are.
func (p *presence) say() {
	select {
	case p.news <- struct{}{}:
	default:
	}
}

func (p *presence) run(ctx context.Context) {
	ticker := time.NewTicker(sayEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.news:
		case <-ticker.C:
			p.miss()
		}
		p.tell(p.queue.dealer.ours())
	}
}

// tell tells the others. Who does not hear it hears the next one.
func (p *presence) tell(workers []member) {
	if text, err := json.Marshal(roll{p.process, workers}); err == nil {
		_ = p.queue.server.conn.Publish(p.queue.subject+presentSubject, text)
	}
}

// hear takes in what another process says.
func (p *presence) hear(m *nats.Msg) {
	var r roll
	if json.Unmarshal(m.Data, &r) != nil || r.Process == p.process || r.Process == "" {
		return
	}
	p.mu.Lock()
	_, known := p.heard[r.Process]
	p.heard[r.Process] = time.Now() //nolint:forbidigo // a broker lives in wall time
	p.mu.Unlock()
	p.queue.dealer.replace(r.Process, r.Workers)
	if !known {
		p.say()
	}
}

// miss parts with processes of which nothing was heard for long.
func (p *presence) miss() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for process, at := range p.heard {
		if time.Since(at) > silentAfter {
			delete(p.heard, process)
			p.queue.dealer.replace(process, nil)
		}
	}
}

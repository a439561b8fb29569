package live

import (
	"errors"
	"runtime"
	"sync"

	"duet/engine"
	"duet/engine/account"
)

// Pump hands items to the first lane of a scenario as fast as it goes: past the
// schedule and the pacing, through everything that comes after them. It is what
// the cost of the path is measured with.
type Pump struct{ run *Run }

// NewPump starts a run in which nothing arrives by itself: the rate of the scenario
// should be 0/s. Close must be called in the end.
func NewPump(s *engine.Scenario) (*Pump, error) {
	if len(s.Lanes) != 1 {
		return nil, errors.New("a pump has one lane")
	}
	r, err := New(s, Options{Endless: true})
	if err != nil {
		return nil, err
	}
	r.sampling.SetRate(10_000_000) // as a run that goes on would know by itself
	return &Pump{r}, nil
}

// Close ends the run, as [Run.Close] does.
func (p *Pump) Close() error { return p.run.Close() }

// Push hands n items over from so many goroutines, with 16 keys in turn, and waits
// until all have ended. It may be called once.
func (p *Pump) Push(producers, n int) {
	l := p.run.lanes[0]
	var wg sync.WaitGroup
	for i := range producers {
		wg.Go(func() { l.pump(i, producers, n) })
	}
	wg.Wait()
	for l.total() < int64(n) {
		runtime.Gosched()
	}
}

// pump hands over every so manieth of n items.
func (l *lane) pump(first, every, n int) {
	p := &producer{id: 100 + first, lane: l, source: l.sources[0], cancel: func() {}, gone: make(chan struct{})}
	defer close(p.gone)
	l.edit(func(c *crew) { c.retired = append(c.retired, p) })
	g := l.current.Load()
	p.enter(g)
	at := l.run.clock.Now()
	due := make([]engine.Item, 0, batch) // as in a source: written some time before they are taken
	for k := first; k < n; {
		for due = due[:0]; len(due) < batch && k < n; k += every {
			due = append(due, engine.Item{Seq: int64(k + 1), At: at, Key: int32(k & 15)})
		}
		for i := range due {
			p.look(false)
			if a := (arrival{item: due[i]}); !p.hand(&a) {
				p.source.giveBack(a) // to the lane's own producer
			}
		}
	}
	p.idle()
}

// total is how many items have ended.
func (l *lane) total() int64 {
	now := account.NewReading(l.run.scenario.Load())
	l.read(&reading{Reading: &now}, 0)
	return now.Items.Total()
}

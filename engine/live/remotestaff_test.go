package live

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker/dial"
	"duet/engine/broker/jetstream/jetstreamtest"
	"duet/engine/broker/remotework"
)

// joinable is a lane in a broker that others can reach, with a handler that fails now
// and then.
func joinable(url, more string) string {
	return `
load: {rate: 200/s, payload: 100}
handlers:
  - {name: charge, service: {mean: 10ms}, fail: 5%}
  - {name: audit, service: {dist: constant, mean: 1ms}}
lanes:
  - {model: message, queue: {capacity: 500, broker: jetstream, url: "` + url + `", prefetch: 4}, workers: 1, ack: after, attempts: 3` + more + `}
`
}

// colleague is a process with workers, as a goroutine.
type colleague struct {
	leave func()
	ended chan error
	mu    sync.Mutex
	said  []string
}

func hire(t *testing.T, url, run string, workers int) *colleague {
	t.Helper()
	server, err := dial.Server(t.Context(), &engine.Queue{Broker: engine.JetStream, URL: url}, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	c := &colleague{ended: make(chan error, 1)}
	var ctx context.Context
	ctx, c.leave = context.WithCancel(context.Background())
	go func() {
		defer server.Close()
		c.ended <- remotework.Run(ctx, server, remotework.Options{Run: run, Workers: workers, Host: "elsewhere", Say: c.say})
	}()
	return c
}

func (c *colleague) say(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, line)
}

// end waits for the process.
func (c *colleague) end(t *testing.T) {
	t.Helper()
	select {
	case err := <-c.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it does not end")
	}
}

// doneElsewhere is how many deliveries workers in other processes have done, and how
// many such there are.
func doneElsewhere(l *engine.LaneSnapshot) (done int64, workers int) {
	for _, w := range l.Workers {
		if w.Host == "elsewhere" {
			done += w.Done
			workers++
		}
	}
	return done, workers
}

func TestOthersWorkForALane(t *testing.T) {
	for name, more := range map[string]string{"apart": "", "together": ", handlers: together"} {
		t.Run(name, func(t *testing.T) {
			url := jetstreamtest.Start(t)
			r := begin(t, joinable(url, more), Options{Endless: true, Dial: dialling, Name: "mine"})
			defer r.end()
			c := hire(t, url, "mine", 3)
			r.await("work done elsewhere", time.Minute, func(s *engine.Snapshot) bool {
				done, workers := doneElsewhere(&s.Lanes[0])
				return done > 50 && workers >= 3
			})
			c.leave()
			c.end(t)
			r.await("nobody elsewhere", time.Minute, func(s *engine.Snapshot) bool {
				_, workers := doneElsewhere(&s.Lanes[0])
				return workers == 0
			})
			c = hire(t, url, "mine", 2)
			r.await("others again", time.Minute, func(s *engine.Snapshot) bool {
				done, _ := doneElsewhere(&s.Lanes[0])
				return done > 0
			})
			r.do(set("load.rate", "0/s"))
			s := r.await("quiescent", time.Minute, quiescent)
			if err := checkBalance(s); err != nil {
				t.Error(err)
			}
			l := s.Lanes[0].Ledger
			if l.Done+l.DeadLettered != l.Offered || l.Lost > 0 || s.Lanes[0].Broker.Nonsense > 0 {
				t.Errorf("the ledger is %+v", l)
			}
			r.end()
			c.end(t)
			if said := strings.Join(c.said, "\n"); !strings.Contains(said, "the run is over") {
				t.Errorf("it says\n%s", said)
			}
		})
	}
}

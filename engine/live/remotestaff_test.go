package live

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/broker"
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
	t.Parallel()
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

// TestOneElsewhereCrashes when no worker of the lane's own is left to do so, and what
// it held is done all the same.
func TestOneElsewhereCrashes(t *testing.T) {
	t.Parallel()
	url := jetstreamtest.Start(t)
	r := begin(t, joinable(url, ""), Options{Endless: true, Dial: dialling, Name: "mine"})
	defer r.end()
	c := hire(t, url, "mine", 1)
	working := func(s *engine.Snapshot) bool {
		return slices.ContainsFunc(s.Lanes[0].Workers, func(w engine.WorkerSnapshot) bool { return w.Host != "" && w.State == engine.Busy })
	}
	r.await("work elsewhere", time.Minute, working)
	crash := func(restart time.Duration) engine.Change {
		return broken(engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "message", Handler: "charge", Restart: restart})
	}
	r.do(crash(time.Hour))
	r.await("the lane's own is down", time.Minute, func(s *engine.Snapshot) bool {
		return slices.ContainsFunc(s.Lanes[0].Workers, func(w engine.WorkerSnapshot) bool { return w.Host == "" && w.State == engine.Crashed })
	})
	r.do(crash(300 * time.Millisecond))
	r.await("the other one is down", time.Minute, func(s *engine.Snapshot) bool {
		return slices.ContainsFunc(s.Lanes[0].Workers, func(w engine.WorkerSnapshot) bool { return w.Host != "" && w.State == engine.Crashed })
	})
	r.await("it is back", time.Minute, working)
	r.do(set("load.rate", "0/s"))
	s := r.await("quiescent", time.Minute, quiescent)
	if l := s.Lanes[0].Ledger; l.Done+l.DeadLettered != l.Offered || l.Balance() != 0 {
		t.Errorf("the ledger is %+v", l)
	}
	r.end()
	c.end(t)
}

// TestReportsThatMakeNoSense are counted, whatever they say, and the ledger balances.
func TestReportsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	url := jetstreamtest.Start(t)
	r := begin(t, joinable(url, ""), Options{Endless: true, Dial: dialling, Name: "mine"})
	defer r.end()
	server, err := dial.Server(t.Context(), &engine.Queue{Broker: engine.JetStream, URL: url}, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	queue, err := server.Attach(t.Context(), remotework.Reports("mine", "message", 1), broker.Options{Prefetch: 1})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	send := func(n int, body []byte) {
		if err := queue.Publish(t.Context(), broker.Message{ID: uint64(n), Body: body}); err != nil {
			t.Fatal(err)
		}
	}
	whats := []string{remotework.Asks, remotework.Begins, remotework.Ends, remotework.Lets}
	for n := range 500 {
		report := remotework.Report{From: []string{"one", "other"}[n%2], Number: uint64(n/2 + 1)}
		if n < 2 {
			report.Hello = &remotework.Hello{Host: "liar", Workers: 2}
		}
		for range random.IntN(4) {
			e := remotework.Event{
				What: whats[random.IntN(len(whats))], Queue: []string{"charge", "audit", "nothing"}[random.IntN(3)], Worker: 1 + random.IntN(3), ID: random.Uint64N(100),
			}
			if e.What == remotework.Ends {
				e.Did = []remotework.Result{{Took: time.Duration(random.Int64N(int64(time.Second))), Failed: random.IntN(2) == 0}}
			}
			report.Events = append(report.Events, e)
		}
		body := report.Encode()
		if n%10 == 9 {
			body = body[:random.IntN(len(body))]
		}
		send(n+1, body)
	}
	for i, name := range []string{"one", "other"} {
		report := remotework.Report{From: name, Number: 251, Bye: true}
		send(501+i, report.Encode())
	}
	r.await("nonsense", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Broker.Nonsense > 50 })
	r.do(set("load.rate", "0/s"))
	s := r.await("quiescent", time.Minute, quiescent)
	if err := checkBalance(s); err != nil {
		t.Error(err)
	}
}

// TestOthersGoOnWithALane that has died and is revived: its next hand-over has other
// queues.
func TestOthersGoOnWithALane(t *testing.T) {
	t.Parallel()
	url := jetstreamtest.Start(t)
	r := begin(t, joinable(url, ", recover: false"), Options{Endless: true, Dial: dialling, Name: "mine"})
	defer r.end()
	c := hire(t, url, "mine", 2)
	working := func(s *engine.Snapshot) bool {
		done, _ := doneElsewhere(&s.Lanes[0])
		return done > 0
	}
	r.await("work done elsewhere", time.Minute, working)
	r.do(broken(engine.Fault{Kind: engine.FaultPanic, Target: "audit", Share: 1}))
	r.await("dead", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Dead != "" })
	r.do(broken(engine.Fault{Kind: engine.FaultMend, Target: "audit"}), broken(engine.Fault{Kind: engine.FaultRevive, Target: "lane"}))
	r.await("alive, and work done elsewhere", time.Minute, func(s *engine.Snapshot) bool { return s.Lanes[0].Dead == "" && working(s) })
	r.do(set("load.rate", "0/s"))
	if err := checkBalance(r.await("quiescent", time.Minute, quiescent)); err != nil {
		t.Error(err)
	}
	r.end()
	c.end(t)
}

// TestOneWhoWasSilent is taken for dead, and speaks again: what it has done meanwhile is
// done, and nothing is lost for it.
func TestOneWhoWasSilent(t *testing.T) {
	t.Parallel()
	for _, ack := range []string{"after", "before"} {
		t.Run(ack, func(t *testing.T) {
			t.Parallel()
			url := jetstreamtest.Start(t)
			r := begin(t, `
load: {rate: 50/s}
handlers: [{name: charge, service: {dist: constant, mean: 2ms}}]
lanes: [{model: message, queue: {capacity: 500, broker: jetstream, url: "`+url+`", prefetch: 4}, workers: 1, ack: `+ack+`}]
`, Options{Endless: true, Dial: dialling, Name: "mine"})
			defer r.end()
			server, err := dial.Server(t.Context(), &engine.Queue{Broker: engine.JetStream, URL: url}, func(string) string { return "" })
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			s := joinByHand(t, server, "slow")
			d := <-s.link.Deliveries()
			s.begin(t, &d, ack == "before")
			r.await("taken for dead", time.Minute, r.noted("taken for dead"))
			s.end(t, &d, remotework.Result{Took: time.Second})
			s.bye(t)
			r.await("back, and gone", time.Minute, r.noted("has left"))
			r.do(set("load.rate", "0/s"))
			snap := r.await("quiescent", time.Minute, quiescent)
			if err := checkBalance(snap); err != nil {
				t.Error(err)
			}
			if l := snap.Lanes[0].Ledger; l.Done != l.Offered || !r.noted("speaks again")(snap) {
				t.Errorf("the ledger is %+v", l)
			}
		})
	}
}

package remotework

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine/broker"
	"duet/engine/broker/channel"
	"duet/engine/clock"
)

// playground stands in for one, in fake time: it hears reports, and answers as the test
// says.
type playground struct {
	*testing.T
	server  *channel.Server
	open    func(number int) // makes a hand-over
	answers func(g *playground, e *Event)
	hears   func(g *playground, line string) // what the process says
	refused string
	asked   bool          // it wants to be asked of everything
	before  bool          // what is taken is acknowledged before the work
	takes   time.Duration // the work; 0: handling

	mu     sync.Mutex
	work   broker.Queue
	number int  // of the hand-over
	mute   bool // it answers nothing
	events []Event
	hellos int
	byes   int
	from   string          // who came last
	box    *Outbox[Letter] // to it
	silent func()          // ends what it is told
}

const handling = 40 * time.Millisecond

// settings are those of one handler, which fails now and then.
func (g *playground) settings() *Settings {
	return &Settings{
		Queues:   []Queue{{Title: "charge", Name: Work("run", "lane", "charge", g.number).Handler, Handlers: []int{0}}},
		Handlers: []Handler{{Name: "charge", Slower: 1, Fail: 0.5}},
		Prefetch: 1, AckAfter: !g.before, Recovers: true, Speed: 1, Ask: g.asked,
	}
}

// play runs a process with a worker against a playground until the test has had its
// way, and returns how it ended.
func play(t *testing.T, set func(*playground), act func(g *playground, leave func())) (g *playground, err error) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		g = &playground{T: t, server: channel.New()}
		set(g)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		g.open = func(number int) { g.begin(ctx, number, &running) }
		g.open(1)
		coming, leave := context.WithCancel(ctx)
		defer leave()
		ended := make(chan error, 1)
		go func() {
			ended <- Run(coming, g.server, Options{Run: "run", Workers: 1, Host: "here", Say: g.say, clock: []clock.Option{clock.TimersOnly()}})
		}()
		time.Sleep(100 * time.Millisecond)
		act(g, leave)
		select {
		case err = <-ended:
		case <-time.After(10 * time.Minute):
			t.Fatal("it does not end")
		}
		synctest.Wait() // the playground hears the last of it
	})
	return g, err
}

// begin makes the lane's hand-over of a number, and hears what is said of it.
func (g *playground) begin(ctx context.Context, number int, running *sync.WaitGroup) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.number = number
	reports, _ := g.server.Queue(ctx, Reports("run", "lane", number), broker.Options{Prefetch: 64})
	g.work, _ = g.server.Queue(ctx, Work("run", "lane", "charge", number), broker.Options{Prefetch: 1})
	link, _ := reports.Worker(ctx, "playground")
	running.Go(func() {
		defer link.Close(false)
		g.hear(ctx, link, running)
	})
}

func (g *playground) say(line string) {
	if g.hears != nil {
		g.hears(g, line)
	}
}

// hush lets nobody hear anything of the playground any more.
func (g *playground) hush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mute = true
	g.silent()
}

func (g *playground) hear(ctx context.Context, link broker.Worker, running *sync.WaitGroup) {
	orders := make(map[string]*Sequence[Report])
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-link.Deliveries():
			_ = d.Settle(broker.Ack, 0)
			r, err := DecodeReport(d.Body)
			if err != nil {
				g.Errorf("%v in %s", err, d.Body)
				continue
			}
			if orders[r.From] == nil {
				orders[r.From] = new(Sequence[Report])
			}
			for _, r := range orders[r.From].Take(r.Number, r) {
				g.take(ctx, &r, running)
			}
		}
	}
}

func (g *playground) take(ctx context.Context, r *Report, running *sync.WaitGroup) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Hello != nil {
		g.hellos++
		box := NewOutbox(func(l *Letter, number uint64) []byte {
			l.Number = number
			return l.Encode()
		})
		g.box = box
		letters, err := g.server.Attach(ctx, Letters("run", "lane", r.From), broker.Options{Prefetch: 1})
		if err != nil {
			g.Error(err)
			return
		}
		g.from = r.From
		if !g.mute {
			var talking context.Context
			talking, g.silent = context.WithCancel(ctx)
			running.Go(func() { _ = box.Run(talking, letters) })
		}
		g.box.Post(func(l *Letter) {
			if l.Refused = g.refused; l.Refused == "" {
				l.Settings = g.settings()
			}
		}, nil)
	}
	for i := range r.Events {
		g.events = append(g.events, r.Events[i])
		if g.answers != nil {
			g.answers(g, &r.Events[i])
		}
	}
	if r.Bye {
		g.byes++
	}
}

// post writes to who came last.
func (g *playground) post(change func(*Letter)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.box.Post(change, nil)
}

// send gives the lane something to do, which fails if fails is less than 0.5.
func (g *playground) send(id uint64, fails float64) {
	g.Helper()
	j := Job{Seq: int64(id), Tasks: []Task{{Takes: cmp.Or(g.takes, handling), Fail: fails, Panic: 1}}}
	if err := g.queue().Publish(g.Context(), broker.Message{ID: id, Body: j.Encode()}); err != nil {
		g.Error(err)
	}
}

// queue is where the work is.
func (g *playground) queue() broker.Queue {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.work
}

// story is what has happened, in short.
func (g *playground) story() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []string
	for _, e := range g.events {
		all = append(all, e.What)
	}
	return strings.Join(all, " ")
}

func (g *playground) left() int64 {
	g.Helper()
	d, err := g.queue().Depth(g.Context())
	if err != nil {
		g.Fatal(err)
	}
	return d.Ready + d.InFlight
}

// over ends the run.
func (g *playground) over() { g.post(func(l *Letter) { l.End = Over }) }

// goOn answers that what comes again is to be done.
func goOn(g *playground, e *Event) {
	if e.What == Asks {
		a := Answer{Queue: e.Queue, Worker: e.Worker, ID: e.ID, Do: Go, Tasks: []Task{{Takes: handling, Fail: 1, Panic: 1}}}
		g.box.Post(func(l *Letter) { l.Answers = append(l.Answers, a) }, nil)
	}
}

func TestAProcessAtWork(t *testing.T) {
	for _, c := range []struct {
		name  string
		set   func(*playground)
		act   func(g *playground, leave func())
		story string
		is    error
		left  int64
	}{
		{"does what there is, and ends with the run", func(*playground) {}, func(g *playground, _ func()) {
			for i := range 3 {
				g.send(uint64(i+1), 1)
			}
			time.Sleep(time.Second)
			if n := g.left(); n != 0 {
				g.Errorf("%d are left", n)
			}
			g.over()
		}, "begins ends begins ends begins ends", nil, 0},
		{"gives back what it has when it leaves", func(*playground) {}, func(g *playground, leave func()) {
			g.send(1, 1)
			time.Sleep(handling / 2)
			leave()
			time.Sleep(time.Second)
			n := g.left()
			g.mu.Lock()
			defer g.mu.Unlock()
			if n != 1 || g.byes != 1 {
				g.Errorf("%d are left, and it said bye %d times", n, g.byes)
			}
		}, "begins lets", nil, 1},
		{"crashes when it is told to, and asks what to do with what comes again", func(g *playground) { g.answers = goOn }, func(g *playground, _ func()) {
			g.send(1, 1)
			time.Sleep(handling / 2)
			g.post(func(l *Letter) { l.Crashes = []Crash{{Queue: "charge", Worker: 1, Restart: time.Second}} })
			time.Sleep(5 * time.Second)
			g.over()
		}, "begins lets asks begins ends", nil, 0},
		{"gives up what has failed when it is told to", func(g *playground) {
			g.answers = func(g *playground, e *Event) {
				if e.What == Ends {
					a := Answer{Queue: e.Queue, Worker: e.Worker, ID: e.ID, Do: Drop}
					g.box.Post(func(l *Letter) { l.Answers = append(l.Answers, a) }, nil)
				}
			}
		}, func(g *playground, _ func()) {
			g.send(1, 0.2)
			time.Sleep(time.Second)
			g.over()
			g.mu.Lock()
			defer g.mu.Unlock()
			if !g.events[1].Did[0].Failed || g.events[1].Did[0].Took != handling {
				g.Errorf("it ended with %+v", g.events[1])
			}
		}, "begins ends", nil, 0},
		{"crashes late, and says what it had done when it is back", func(g *playground) {
			g.answers = func(g *playground, e *Event) {
				if e.What == Asks {
					g.box.Post(func(l *Letter) {
						l.Answers = append(l.Answers, Answer{Queue: e.Queue, Worker: e.Worker, ID: e.ID, Do: Ack})
					}, nil)
				}
			}
		}, func(g *playground, _ func()) {
			g.send(1, 1)
			time.Sleep(handling / 2)
			g.post(func(l *Letter) {
				l.Crashes = []Crash{{Queue: "charge", Worker: 1, Restart: time.Second, Late: true}}
			})
			time.Sleep(5 * time.Second)
			n := g.left()
			g.over()
			g.mu.Lock()
			defer g.mu.Unlock()
			if e := g.events[1]; n != 0 || e.Back != 1000 || len(e.Did) != 1 || e.Did[0] != (Result{Took: handling}) {
				g.Errorf("%d are left, and it said %+v", n, e)
			}
		}, "begins lets asks", nil, 0},
		{"stands still when it is told to, and asks first where that is wanted", func(g *playground) {
			g.asked = true
			g.answers = func(g *playground, e *Event) {
				if e.What == Asks {
					a := Answer{Queue: e.Queue, Worker: e.Worker, ID: e.ID, Do: Go, Tasks: []Task{{Takes: handling, Stall: time.Second, Fail: 1, Panic: 1}}}
					g.box.Post(func(l *Letter) { l.Answers = append(l.Answers, a) }, nil)
				}
			}
		}, func(g *playground, _ func()) {
			g.send(1, 1)
			time.Sleep(2 * time.Second)
			g.over()
			g.mu.Lock()
			defer g.mu.Unlock()
			if took := g.events[2].Did[0].Took; took != time.Second+handling {
				g.Errorf("it took %v", took)
			}
		}, "asks begins ends", nil, 0},
		{"is not wanted any more", func(*playground) {}, func(g *playground, _ func()) {
			g.send(1, 1)
			time.Sleep(handling / 2)
			g.post(func(l *Letter) { l.Refused = "no more" })
			time.Sleep(time.Second)
			n := g.left()
			g.mu.Lock()
			defer g.mu.Unlock()
			if n != 1 || g.byes != 1 {
				g.Errorf("%d are left, and it said bye %d times", n, g.byes)
			}
		}, "begins lets", ErrRefused, 1},
		{"is refused", func(g *playground) { g.refused = "no" }, func(*playground, func()) {}, "", ErrRefused, 0},
		{"hears nothing", func(g *playground) { g.mute = true }, func(*playground, func()) {}, "", ErrSilent, 0},
		{"goes on after the broker was away", func(g *playground) { g.answers = goOn }, func(g *playground, _ func()) {
			g.send(1, 1)
			time.Sleep(handling / 2)
			g.server.Cut(false)
			time.Sleep(time.Minute)
			g.server.Restore()
			time.Sleep(10 * time.Second)
			n := g.left()
			g.over()
			g.mu.Lock()
			defer g.mu.Unlock()
			if n != 0 || g.hellos != 1 {
				g.Errorf("%d are left, and it came %d times", n, g.hellos)
			}
		}, "begins ends asks begins ends", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := play(t, c.set, func(g *playground, leave func()) {
				c.act(g, leave)
				time.Sleep(time.Second)
			})
			if !errors.Is(err, c.is) || c.is == nil && err != nil {
				t.Errorf("it ends with %v", err)
			}
			if got := g.story(); got != c.story {
				t.Errorf("what happened: %s; want %s", got, c.story)
			}
			left, _ := g.server.Created(context.Background())
			if slices.ContainsFunc(left, func(n broker.Name) bool { return strings.HasPrefix(n.Handler, "_to_") }) {
				t.Errorf("left are %v", left)
			}
		})
	}
}

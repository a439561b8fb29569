package remotework

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine/broker"
	"duet/engine/clock"
)

// session is a process at work for one hand-over of a lane.
type session struct {
	server   broker.Server
	o        Options
	from     string // this process, for the playground
	clock    *clock.Lane
	letters  broker.Queue
	out      *Outbox[Report]
	settings atomic.Pointer[Settings]
	done     atomic.Int64 // deliveries

	mu      sync.Mutex
	waiting map[question]func(Answer)

	places  map[seat]*place // made before it is ready, and not changed then
	heard   atomic.Int64    // when there was a letter last, by the session's own clock
	ready   chan struct{}   // closed when there are settings
	end     chan string     // holds how the hand-over has ended, once it has
	refused string          // why, if it has ended so
}

// seat is a worker's number at a queue.
type seat struct {
	queue  string
	worker int
}

// question is what an answer is about.
type question struct {
	seat
	id uint64
}

// join works for a hand-over until it ends, or ctx is done.
func join(ctx context.Context, server broker.Server, o Options, name broker.Name) (end string, err error) {
	s := &session{
		server: server, o: o, from: broker.NewRun(), clock: clock.NewLane(o.clock...), waiting: make(map[question]func(Answer)), places: make(map[seat]*place),
		ready: make(chan struct{}), end: make(chan string, 1),
	}
	s.out = NewOutbox(func(r *Report, number uint64) []byte {
		r.From, r.Number = s.from, number
		return r.Encode()
	})
	reports, err := attach(ctx, server, name)
	if err != nil {
		return "", err
	}
	defer func() { _ = reports.Close(ctx) }()
	s.letters, err = server.Queue(ctx, Letters(o.Run, o.Lane, s.from), broker.Options{Prefetch: lettersAtOnce})
	if err != nil {
		return "", err
	}
	defer s.delete()
	link, err := s.letters.Worker(ctx, o.Host)
	if err != nil {
		return "", err
	}
	defer link.Close(false)
	return s.work(ctx, name, reports, link)
}

// attach joins the reports. They may be listed a moment before they can be joined: it
// is tried for some seconds.
func attach(ctx context.Context, server broker.Server, name broker.Name) (q broker.Queue, err error) {
	ctx, cancel := context.WithTimeout(ctx, confirmation)
	defer cancel()
	for fails := 0; ; fails++ {
		q, err = server.Attach(ctx, name, broker.Options{Prefetch: 1})
		if err == nil || !broker.Wait(ctx, broker.Backoff(fails)) {
			return q, err
		}
	}
}

// lettersAtOnce is how many letters may be on their way.
const lettersAtOnce = 64

// delete removes the session's own queue, if the broker lets it.
func (s *session) delete() {
	ctx, cancel := context.WithTimeout(context.Background(), confirmation)
	defer cancel()
	_ = s.letters.Close(ctx) // else the playground does, or duet broker clean
}

// work presents itself, and works until the hand-over ends, or ctx is done.
func (s *session) work(ctx context.Context, name broker.Name, reports broker.Queue, link broker.Worker) (end string, err error) {
	inside, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		if errors.Is(s.out.Run(inside, reports), broker.ErrGone) {
			s.finish(Moved) // if the run were over, it would have said so
		}
	})
	running.Go(func() { s.read(inside, link) })
	s.out.Post(func(r *Report) { r.Hello = &Hello{Host: Plain(s.o.Host), Workers: s.o.Workers} }, nil)
	select {
	case <-s.ready:
	case end = <-s.end:
		return s.dismissed(end)
	case <-ctx.Done():
		return "", nil
	case <-time.After(welcome):
		return "", fmt.Errorf("%w: it does not answer; if run %s was killed, duet broker clean removes what it left", ErrSilent, s.o.Run)
	}
	stop, err := s.begin(ctx, name)
	if err != nil {
		return "", err
	}
	s.o.Say(fmt.Sprintf("works for run %s, lane %s: %d at each queue, of %s", s.o.Run, s.o.Lane, s.o.Workers, s.settings.Load().titles()))
	end, err = s.dismissed(s.wait(ctx))
	stop(end)
	if end == "" || end == silent { // it leaves by itself, or is not wanted any more
		s.out.Post(func(r *Report) { r.Bye = true }, nil)
		flushing, cancel := context.WithTimeout(context.Background(), confirmation)
		s.out.Flush(flushing)
		cancel()
	}
	s.o.Say(fmt.Sprintf("%s; %d deliveries were handled here", map[string]string{"": "leaves", Over: "the run is over", Moved: "the hand-over has ended", silent: "the playground is silent"}[end], s.done.Load()))
	return end, err
}

// How a session ends besides with its hand-over.
const (
	silent  = "silent"  // nothing is heard: the playground has died, or has taken this process for dead
	refused = "refused" // the playground lets nobody join, or not any more
)

// dismissed is an end, or the error that a refusal is.
func (s *session) dismissed(end string) (string, error) {
	if end == refused {
		return "", fmt.Errorf("%w: %s", ErrRefused, s.refused)
	}
	return end, nil
}

// wait waits for the end of the hand-over, or of the session: then that is empty.
func (s *session) wait(ctx context.Context) (end string) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	connected := true
	for {
		select {
		case end := <-s.end:
			return end
		case <-ctx.Done():
			return ""
		case <-ticker.C:
		}
		state := s.server.State()
		if state.Connected != connected {
			connected = state.Connected
			if connected {
				s.o.Say("the broker is there again")
				s.heard.Store(int64(s.clock.Wall()))
			} else {
				s.o.Say("the broker is lost: " + state.Trouble)
			}
		}
		if connected && (s.unheard() > silence || s.forgotten(ctx)) {
			return silent
		}
	}
}

// unheard is for how long nothing was heard of the playground.
func (s *session) unheard() time.Duration { return s.clock.Wall() - time.Duration(s.heard.Load()) }

// forgotten tells whether somebody has deleted the session's own queue: the playground
// does, which has not heard of this process for so long that it goes on without it.
func (s *session) forgotten(ctx context.Context) bool {
	asking, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	_, err := s.letters.Depth(asking)
	return errors.Is(err, broker.ErrGone)
}

// finish notes how the hand-over has ended.
func (s *session) finish(how string) {
	select {
	case s.end <- how:
	default:
	}
}

// read reads letters.
func (s *session) read(ctx context.Context, link broker.Worker) {
	var order Sequence[Letter]
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-link.Deliveries():
			letter, err := DecodeLetter(d.Body)
			_ = d.Settle(broker.Ack, 0)
			if err != nil {
				s.o.Say("a letter from the playground cannot be read: " + err.Error())
				continue
			}
			s.heard.Store(int64(s.clock.Wall()))
			for _, l := range order.Take(letter.Number, letter) {
				s.obey(&l)
			}
		}
	}
}

// obey does what a letter says.
func (s *session) obey(l *Letter) {
	if l.Settings != nil {
		s.adopt(l.Settings)
	}
	if l.Refused != "" {
		s.refused = l.Refused
		s.finish(refused)
	}
	if l.Settings != nil {
		select {
		case <-s.ready:
		default:
			s.seats(l.Settings)
			close(s.ready)
		}
	}
	for _, a := range l.Answers {
		s.answer(a)
	}
	for _, c := range l.Crashes {
		if p := s.places[seat{c.Queue, c.Worker}]; p != nil {
			p.crash(c.Restart, c.Late)
		}
	}
	if l.End != "" {
		s.finish(l.End)
	}
}

// adopt takes over settings. The process has a clock that goes as the lane's does.
func (s *session) adopt(n *Settings) {
	s.settings.Store(n)
	if s.clock.Speed() != n.Speed {
		s.clock.SetSpeed(n.Speed)
	}
	switch {
	case n.Paused:
		s.clock.Pause()
	default:
		s.clock.Resume()
	}
}

// seats makes the places of all workers. The playground may have orders for them before
// they begin.
func (s *session) seats(n *Settings) {
	for _, q := range n.Queues {
		for i := range s.o.Workers {
			at := seat{q.Title, i + 1}
			s.places[at] = newPlace(s, at, q.Handlers)
		}
	}
}

// ask has then called with the answer to a question, if there ever is one.
func (s *session) ask(q question, then func(Answer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[q] = then
}

// forget does not wait for an answer any more.
func (s *session) forget(q question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, q)
}

func (s *session) answer(a Answer) {
	q := question{seat{a.Queue, a.Worker}, a.ID}
	s.mu.Lock()
	then := s.waiting[q]
	delete(s.waiting, q)
	s.mu.Unlock()
	if then != nil {
		then(a)
	}
}

// begin starts the workers; stop ends them, and gives back what they hold, when it has
// ended somehow.
func (s *session) begin(ctx context.Context, name broker.Name) (stop func(end string), err error) {
	settings := s.settings.Load()
	receiving, leave := context.WithCancelCause(context.Background())
	working, cancel := context.WithCancelCause(context.Background())
	var running sync.WaitGroup
	var queues []broker.Queue
	stop = func(end string) {
		leave(errLeaving)
		if end != Over && end != Moved { // else the playground has booked what is in hand
			s.complete(&running)
		}
		cancel(errLeaving)
		running.Wait()
		for _, q := range queues {
			_ = q.Close(context.Background()) // they were joined: nothing is deleted
		}
	}
	for _, q := range settings.Queues {
		queue, err := s.server.Attach(ctx, broker.Name{Run: name.Run, Lane: name.Lane, Handler: q.Name},
			broker.Options{Prefetch: settings.Prefetch, Partitions: settings.Partitions})
		if err != nil {
			stop("")
			return nil, err
		}
		queues = append(queues, queue)
		for i := range s.o.Workers {
			p := s.places[seat{q.Title, i + 1}]
			p.queue = queue
			running.Go(func() { p.run(receiving, working) })
		}
	}
	return stop, nil
}

// complete waits until what workers have in hand is done that is acknowledged already:
// nobody else gets it. It does not wait longer than there is somebody to hear of it.
func (s *session) complete(running *sync.WaitGroup) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		running.Wait()
	}()
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	s.heard.Store(int64(s.clock.Wall())) // it has once more as long to speak
	for {
		select {
		case <-done:
			return
		case end := <-s.end:
			if end != refused {
				return
			}
		case <-ticker.C:
			if s.unheard() > silence || s.forgotten(context.Background()) {
				return
			}
		}
	}
}

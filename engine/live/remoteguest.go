package live

import (
	"context"
	"time"

	"duet/engine/broker"
	"duet/engine/broker/remotework"
)

// guest is another process with workers for a lane. All is done by the goroutine that
// reads for the office.
type guest struct {
	office    *office
	name      string // its own
	host      string
	workers   int // for each queue
	welcome   bool
	unwanted  bool // it was told that it cannot go on
	missing   bool // it has joined, is silent, and taken for dead
	forgotten bool // it was silent for so long that nothing can be told to it any more
	slot      int  // where its places are; -1: nowhere
	heard     time.Time
	order     remotework.Sequence[remotework.Report]
	out       *remotework.Outbox[remotework.Letter]
	places    map[guestSeat]*guestPlace
	stop      context.CancelFunc
}

type guestSeat struct {
	queue  string
	worker int
}

// The numbers of the places of workers elsewhere: so many for each process, above those
// of the lane's own, which go up to a million.
const (
	guestIDs  = 2_000_000
	guestStep = remotework.MostWorkers + 1
)

// withinGuest is what a worker elsewhere is called within its process.
func withinGuest(id int) int { return (id - guestIDs) % guestStep }

// newGuest begins to write to a process.
func (o *office) newGuest(name string) *guest {
	g := &guest{office: o, name: name, slot: -1, places: make(map[guestSeat]*guestPlace)}
	g.out = remotework.NewOutbox(func(l *remotework.Letter, number uint64) []byte {
		l.Number = number
		return l.Encode()
	})
	var ctx context.Context
	ctx, g.stop = context.WithCancel(context.Background())
	o.guests[name] = g
	o.writing.Go(func() { g.write(ctx) })
	return g
}

// letters is the queue in which the process is told things.
func (g *guest) letters() broker.Name {
	l := g.office.remote.gen.lane
	return remotework.Letters(l.run.name, l.name, g.name)
}

// write sends what there is to tell until ctx is done, or nobody is there any more.
func (g *guest) write(ctx context.Context) {
	for fails := 0; ctx.Err() == nil; fails++ {
		trying, cancel := context.WithTimeout(ctx, brokerAnswer)
		queue, err := g.office.remote.server.Attach(trying, g.letters(), broker.Options{Prefetch: 1})
		cancel()
		if err == nil {
			_ = g.out.Run(ctx, queue)
			_ = queue.Close(ctx) // it was joined: nothing is deleted
			return
		}
		broker.Wait(ctx, broker.Backoff(fails))
	}
}

// seat gives a worker a place, unless it has kept it.
func (g *guest) seat(q *remoteQueue, n int) {
	if g.places[guestSeat{q.name, n}] != nil {
		return
	}
	id := guestIDs + g.slot*guestStep + n
	m, _ := q.watch.Worker(id).(*meter)
	m.single = true
	m.host.Store(&g.host)
	m.back.Store(0)
	g.places[guestSeat{q.name, n}] = &guestPlace{q: q, meter: m}
}

// happens does what follows from an event. False: it makes no sense.
func (g *guest) happens(e *remotework.Event) bool {
	p := g.places[guestSeat{e.Queue, e.Worker}]
	if p == nil {
		return false
	}
	answer := func(a remotework.Answer) {
		a.Queue, a.Worker, a.ID = e.Queue, e.Worker, e.ID
		g.out.Post(func(l *remotework.Letter) { l.Answers = append(l.Answers, a) }, nil)
	}
	switch e.What {
	case remotework.Asks:
		answer(p.asked(e.ID))
	case remotework.Begins:
		p.begins(e.ID, e.Waited, e.Acked)
	case remotework.Ends:
		if len(e.Did) > len(p.q.runs) {
			return false
		}
		p.ends(e, answer)
	case remotework.Lets:
		if len(e.Did) > len(p.q.runs) {
			return false
		}
		p.lets(e.Did)
		if e.Back > 0 {
			p.fell(time.Duration(e.Back) * time.Millisecond)
		}
	}
	return true
}

// leave empties all places.
func (g *guest) leave() {
	for seat := range g.places {
		g.empty(seat)
	}
}

// empty takes a place away.
func (g *guest) empty(at guestSeat) {
	p := g.places[at]
	p.lets(nil)
	p.meter.Exit(false)
	p.meter.host.Store(nil)
	delete(g.places, at)
}

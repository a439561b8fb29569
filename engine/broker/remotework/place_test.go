package remotework

import (
	"context"
	"slices"
	"testing"
	"time"

	"duet/engine/broker"
	"duet/engine/clock"
)

// TestACrashBeforeTheAckIsNotAfterIt: a worker that hears of it when it has said how
// something ended, and has not settled that, crashes over the next.
func TestACrashBeforeTheAckIsNotAfterIt(t *testing.T) {
	s := &session{clock: clock.NewLane(), waiting: make(map[question]func(Answer))}
	s.out = NewOutbox(func(r *Report, _ uint64) []byte { return r.Encode() })
	s.settings.Store(&Settings{Handlers: []Handler{{Name: "charge", Slower: 1, Fail: 0.5}}, AckAfter: true, Recovers: true, Speed: 1})
	p := newPlace(s, seat{"charge", 1}, []int{0})
	inside, cut := context.WithCancelCause(t.Context())
	p.cut = cut
	handle := func(id uint64, fails float64) {
		j := Job{Seq: int64(id), Tasks: []Task{{Fail: fails, Panic: 1}}}
		p.handle(inside, inside, &broker.Delivery{Message: broker.Message{ID: id, Body: j.Encode()}}, false)
	}
	said := func() (all []string) {
		var r Report
		for _, c := range s.out.next() {
			c.make(&r)
		}
		for _, e := range r.Events {
			all = append(all, e.What)
		}
		return all
	}

	s.mu.Lock() // so that it comes no further than where it asks what to do with what has failed
	done := make(chan struct{})
	go func() { defer close(done); handle(1, 0.2) }()
	for s.done.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	p.crash(time.Second, true)
	s.mu.Unlock()
	<-done
	if got := said(); slices.Contains(got, Ends) && inside.Err() != nil {
		t.Fatalf("it said %v, and has crashed", got)
	}
	handle(2, 1)
	if inside.Err() == nil || len(p.did) != 1 {
		t.Errorf("it has not crashed over the next: it said %v", said())
	}
}

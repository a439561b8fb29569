package message_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"duet/engine/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bubbleClock is a clock on the fake time of a synctest bubble.
type bubbleClock struct{ start time.Time }

func newClock() bubbleClock { return bubbleClock{time.Now()} }

func (c bubbleClock) Now() time.Duration { return time.Since(c.start) }

func (c bubbleClock) SleepUntil(ctx context.Context, t time.Duration) error {
	return sleep(ctx, t-c.Now())
}

// sleep waits as a handler should: until the time is over or the context is.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// recorder is a probe that remembers what became of every message.
type recorder struct {
	mu       sync.Mutex
	outcomes map[int][]message.Outcome // in order, for each message
	attempts map[int][]int             // numbers given to Start
	dropped  []int
	oldest   []int // of these, dropped to make room
	left     []int
	working  int         // started and not ended
	inHand   map[int]int // by message: once in whosesoever hands it is
	again    map[int]int // how often it reappeared
	starts   []int
	workers  []int // that started
	exits    map[int][]bool
	idles    int
	over     int   // handlings of what had its end
	bursts   []int // how many were handled at once
}

func newRecorder() *recorder {
	return &recorder{outcomes: map[int][]message.Outcome{}, attempts: map[int][]int{}, inHand: map[int]int{}, again: map[int]int{}, exits: map[int][]bool{}}
}

func (r *recorder) Worker(id int) message.WorkerProbe[int] {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.workers = append(r.workers, id)
	return &workerRecorder{r: r, id: id}
}

func (r *recorder) Dropped(v int, oldest bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped = append(r.dropped, v)
	if oldest {
		r.oldest = append(r.oldest, v)
	}
}

func (r *recorder) Left(v, _ int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left = append(r.left, v)
}

// count is how many handlings ended so.
func (r *recorder) count(out message.Outcome) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, outs := range r.outcomes {
		for _, o := range outs {
			if o == out {
				n++
			}
		}
	}
	return n
}

func (r *recorder) Reappeared(v, _, _ int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.again[v]++
}

type workerRecorder struct {
	r         *recorder
	id        int
	elsewhere bool
	over      bool
}

func (w *workerRecorder) Several(*int) {}

func (w *workerRecorder) Handled(vs []int) {
	w.r.mu.Lock()
	w.r.bursts = append(w.r.bursts, len(vs))
	w.r.mu.Unlock()
	for i := range vs {
		w.Start(&vs[i], 1)
		w.End(&vs[i], 1, message.Done, nil)
	}
}

func (w *workerRecorder) Elsewhere(over bool) { w.elsewhere, w.over = true, over }

func (w *workerRecorder) Start(p *int, attempt int) {
	v := *p
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.r.working++
	w.r.starts = append(w.r.starts, v)
	w.r.attempts[v] = append(w.r.attempts[v], attempt)
	if !w.elsewhere {
		w.r.inHand[v]++
	}
	w.elsewhere = false
}

func (w *workerRecorder) End(v *int, _ int, out message.Outcome, _ error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.r.working--
	w.r.outcomes[*v] = append(w.r.outcomes[*v], out)
	if !w.elsewhere {
		w.r.inHand[*v]--
	}
	if w.over {
		w.r.over++
	}
	w.elsewhere, w.over = false, false
}

func (w *workerRecorder) Idle() {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.r.idles++
}

func (w *workerRecorder) Exit(crashed bool) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.r.exits[w.id] = append(w.r.exits[w.id], crashed)
}

func subscribe[T any](t testing.TB, topic *message.Topic[T], name string, h message.Handler[T], o message.Options[T]) *message.Subscription[T] {
	t.Helper()
	s, err := topic.Subscribe(name, h, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// resizing changes a capacity all the time, until the function that it returns is called.
func resizing[T any](t testing.TB, sub *message.Subscription[T], capacities ...int) (stop func()) {
	var changing sync.WaitGroup
	over := make(chan struct{})
	changing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			default:
				ok(t, sub.SetCapacity(capacities[i%len(capacities)]))
			}
		}
	})
	return func() {
		close(over)
		changing.Wait()
	}
}

// ok fails the test on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// drain closes a topic that must get empty.
func drain[T any](t testing.TB, topic *message.Topic[T]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	left, err := topic.Close(ctx)
	if err != nil || left.Total() != 0 {
		t.Fatalf("Close left %+v: %v", left, err)
	}
}

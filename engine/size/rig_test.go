package size_test

import (
	"container/heap"
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"

	"duet/engine"
	"duet/engine/measure"
	"duet/engine/size"
	"duet/engine/workload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// textbook is a run of one lane as a textbook has it: first come first served,
// item by item. It knows nothing that engine/virtual knows, and the other way
// round.
type textbook struct {
	engine.Run
	scenario    *engine.Scenario
	stream      *workload.Stream
	waits, stay measure.Counts
	busy        time.Duration
	offered     int64
	dropped     int64
}

// free is when servers are free.
type free []time.Duration

func (f free) Len() int           { return len(f) }
func (f free) Less(i, j int) bool { return f[i] < f[j] }
func (f free) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *free) Push(any)          {}
func (f *free) Pop() any          { return nil }

func newTextbook(s *engine.Scenario) (engine.Run, error) {
	stream, err := workload.New(s)
	if err != nil {
		return nil, err
	}
	r := &textbook{scenario: s, stream: stream}
	l := &s.Lanes[0]
	servers, room := l.Workers, math.MaxInt
	switch l.Dispatch {
	case engine.Inline:
		servers = l.Publishers
	case engine.Buffered:
		servers = 1
	case engine.Goroutine:
		servers = l.Limit
	}
	if l.Queue.WhenFull == engine.DropNewest && l.Dispatch != engine.Inline && l.Dispatch != engine.Goroutine {
		room = l.Queue.Capacity
	}
	r.simulate(servers, room)
	return r, nil
}

func (r *textbook) simulate(servers, room int) {
	idle := make(free, servers)
	var starts []time.Duration // of those that wait or waited
	cursor, batch := r.stream.Cursor(), make([]engine.Item, 1000)
	for {
		n := cursor.Next(r.scenario.Duration, batch)
		for _, it := range batch[:n] {
			for len(starts) > 0 && starts[0] <= it.At {
				starts = starts[1:]
			}
			counts := it.At >= r.scenario.Warmup
			if counts {
				r.offered++
			}
			if len(starts) >= room && idle[0] > it.At {
				if counts {
					r.dropped++
				}
				continue
			}
			start, takes := max(it.At, idle[0]), r.stream.Demand(it, 0)
			idle[0] = start + takes
			heap.Fix(&idle, 0)
			if start > it.At {
				starts = append(starts, start)
			}
			if counts {
				r.waits.RecordN(int64(start-it.At), 1)
				r.stay.RecordN(int64(start-it.At+takes), 1)
				r.busy += takes
			}
		}
		if n < len(batch) {
			break
		}
	}
	r.busy /= time.Duration(servers)
}

var over = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (r *textbook) Done() <-chan struct{} { return over }
func (r *textbook) Err() error            { return nil }
func (r *textbook) Close() error          { return nil }

func (r *textbook) Snapshot(dst *engine.Snapshot) {
	l := &r.scenario.Lanes[0]
	lane := engine.LaneSnapshot{Name: l.Name, Model: l.Model}
	lane.Whole.Wait, lane.Whole.Latency = r.waits.Summary(), r.stay.Summary()
	lane.Whole.Utilisation = r.busy.Seconds() / (r.scenario.Duration - r.scenario.Warmup).Seconds()
	lane.Whole.Ledger = engine.Ledger{Offered: r.offered, Done: r.stay.Count(), Dropped: r.dropped}
	*dst = engine.Snapshot{Mode: engine.Virtual, Scenario: r.scenario, Lanes: []engine.LaneSnapshot{lane}}
}

var textbooks = size.Runner{Start: newTextbook, AtOnce: 2}

func question(t testing.TB, rate engine.Rate, service string, targets ...string) *size.Question {
	t.Helper()
	var all []size.Target
	for _, text := range targets {
		target, err := size.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, target)
	}
	q, err := size.NewQuestion(rate, service, all, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

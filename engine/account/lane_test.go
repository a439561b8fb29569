package account

import (
	"testing"
	"time"

	"duet/engine"
	"duet/engine/measure"
)

// told is a source that says what it is told to.
type told struct {
	latency  measure.Shared
	disorder engine.Disorder
	peak     int64
}

func (s *told) AddItems(m Metric, to *measure.Counts) {
	if m == Latency {
		s.latency.AddTo(to)
	}
}

func (*told) AddDeliveries(int, Metric, *measure.Counts) {}

func (*told) AddResource(int, *measure.Counts) {}

func (*told) AddClass(int, *measure.Counts) {}

func (s *told) Disorder() engine.Disorder { return s.disorder }

func (s *told) Peak() int64 {
	peak := s.peak
	s.peak = 0
	return peak
}

// finished says that an item finished after one that came so much later.
func (s *told) finished(displacement int64) {
	s.disorder.Late++
	s.disorder.MaxDisplacement = max(s.disorder.MaxDisplacement, displacement)
	s.peak = max(s.peak, displacement)
}

func newLane(t *testing.T, rest string) (*Lane, *told) {
	t.Helper()
	s, err := engine.Decode("account.yaml", []byte("duet: 1\nload: {rate: 10/s}\nhandlers: [{name: work}]\n"+rest))
	if err != nil {
		t.Fatal(err)
	}
	source := &told{}
	return New(s, source), source
}

// TestLevelsGoStraightBetweenSamples: who looks in between changes nothing.
func TestLevelsGoStraightBetweenSamples(t *testing.T) {
	l, _ := newLane(t, "")
	for i, depth := range []int64{0, 4, 4, 0, 0} {
		r := &l.Now
		r.At, r.Queued.Now, r.Busy[0].Now, r.Servers[0] = time.Duration(i)*time.Second, depth, depth/2, 4
		r.Sample(time.Second)
		l.Sample()
		r.Queued.Now, r.Busy[0].Now = 1000, 1000 // at a look
	}
	var is engine.LaneSnapshot
	var h engine.HandlerSnapshot
	l.Now.Queued.Now, l.Now.Busy[0].Now = 3, 2
	l.Refresh()
	l.Fill(&is)
	l.FillHandler(&h, 0)
	for what, got := range map[string]engine.Gauge{"whole": is.Whole.Depth, "recent": is.Recent.Depth} {
		if got != (engine.Gauge{Now: 3, Mean: 2, Max: 4}) { // 8 seconds' worth in 4
			t.Errorf("%s: %+v", what, got)
		}
	}
	if h.Busy != 2 || h.Utilisation != 0.25 || is.Recent.Utilisation != 0.25 || is.Whole.Utilisation != 0.25 {
		t.Errorf("busy %d, %v of it; the lane %v and %v", h.Busy, h.Utilisation, is.Recent.Utilisation, is.Whole.Utilisation)
	}
}

// TestLookingCopies: counts are those of now, distributions those of the last
// Refresh, and it makes no garbage.
func TestLookingCopies(t *testing.T) {
	l, source := newLane(t, "")
	l.Now.At = time.Second
	l.Sample()
	var is engine.LaneSnapshot
	look := func() { l.Fill(&is) }
	for i, refreshed := range []bool{false, true, false} {
		source.latency.Record(int64(time.Millisecond))
		l.Now.Offered++
		if refreshed {
			l.Refresh()
		}
		if n := testing.AllocsPerRun(10, look); n != 0 {
			t.Errorf("a look allocates %v times", n)
		}
		want := []int64{0, 2, 2}[i]
		if is.Ledger.Offered != int64(i+1) || is.Recent.Latency.Count != want || is.Whole.Latency.Count != want {
			t.Errorf("%d: %d offered, latency of %d and %d", i, is.Ledger.Offered, is.Recent.Latency.Count, is.Whole.Latency.Count)
		}
	}
}

// TestDisplacementsAreOfTheirStretch: the highest is not one of before.
func TestDisplacementsAreOfTheirStretch(t *testing.T) {
	l, source := newLane(t, "expect: [{claim: message.done > 0, during: 2s..4s}]\n")
	source.finished(9)
	for i, displacement := range []int64{1, 50, 3, 7, 40, 2} { // just before the next second
		l.Now.At = time.Duration(i) * time.Second
		l.Sample()
		l.Merge()
		source.finished(displacement)
	}
	l.Refresh()
	var is engine.LaneSnapshot
	l.Fill(&is)
	if got := is.Parts[0].Order; got != (engine.Disorder{Late: 2, MaxDisplacement: 7}) {
		t.Errorf("from 2 s to 4 s: %+v", got)
	}
	if got := is.Whole.Order; got != (engine.Disorder{Late: 7, MaxDisplacement: 50}) {
		t.Errorf("of all: %+v", got)
	}
}

package theory

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// servers take items first come, first served, as computed one item after
// another (Kiefer and Wolfowitz).
type servers []float64 // when each is free; ascending

// take serves an item that comes now, and returns when it starts and ends.
func (s servers) take(now, service float64) (start, end float64) {
	start = max(now, s[0])
	end = start + service
	i, _ := slices.BinarySearch(s[1:], end)
	copy(s, s[1:i+1])
	s[i] = end
	return start, end
}

// How near the approximation is, as GGc promises.
func TestAllenCunneenIsNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fixed := func() float64 { return 1 }
	uniform := func() float64 { return 2 * rng.Float64() }
	erlang2 := func() float64 { return (rng.ExpFloat64() + rng.ExpFloat64()) / 2 }
	for _, c := range []struct {
		name            string
		gap, service    func() float64
		arrivalSCV, scv float64
		servers         int
		rho             float64
		within          float64
	}{
		{"M/D/2", rng.ExpFloat64, fixed, 1, 0, 2, 0.8, 0.1},
		{"M/D/4", rng.ExpFloat64, fixed, 1, 0, 4, 0.9, 0.1},
		{"M/U/4", rng.ExpFloat64, uniform, 1, 1.0 / 3, 4, 0.6, 0.1},
		{"M/E2/8", rng.ExpFloat64, erlang2, 1, 0.5, 8, 0.8, 0.1},
		{"D/E2/1", fixed, erlang2, 0, 0.5, 1, 0.8, 0.1},
		{"D/M/4", fixed, rng.ExpFloat64, 0, 1, 4, 0.8, 0.2},
		{"E2/M/2", erlang2, rng.ExpFloat64, 0.5, 1, 2, 0.7, 0.2},
	} {
		const n = 500_000
		rate, s := c.rho*float64(c.servers), make(servers, c.servers)
		var now, wait float64
		for range n {
			now += c.gap() / rate
			start, _ := s.take(now, c.service())
			wait += (start - now) / n
		}
		want(t, fmt.Sprintf("%s at %g: wait", c.name, c.rho), GGc(rate, 1, c.arrivalSCV, c.scv, c.servers).WaitMean, wait, c.within)
	}
}

// Three subscriptions of two workers get the same items: the latency of the
// slowest is within its bounds.
func TestBoundsHoldSimulatedLanes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, rate := range []float64{10, 60, 120, 180} {
		s := scenario(t, fmt.Sprintf("load: {rate: %g/s}\nhandlers: [{name: a}, {name: b}, {name: c, service: {mean: 5ms, dist: constant}}]\nlanes: [{model: message, workers: 2, queue: {capacity: 1000000}}]", rate))
		r := ForLane(s, 0, 0)
		const n = 200_000
		stages := [3]servers{make(servers, 2), make(servers, 2), make(servers, 2)}
		var now, latency float64
		for range n {
			now += rng.ExpFloat64() / rate
			last := 0.0
			for i, service := range []float64{0.010 * rng.ExpFloat64(), 0.010 * rng.ExpFloat64(), 0.005} {
				_, end := stages[i].take(now, service)
				last = max(last, end)
			}
			latency += (last - now) / n
		}
		const noise = 0.01
		if latency < float64(r.AtLeast)*(1-noise) || latency > float64(r.AtMost)*(1+noise) {
			t.Errorf("at %g/s: %g is not within %g to %g", rate, latency, float64(r.AtLeast), float64(r.AtMost))
		}
		if r.Applies {
			want(t, "the middle of the bounds", r.LatencyMean, latency, 0.03)
		}
	}
}

// Who is dropped makes no difference to how many are lost, and how many are
// waiting.
func TestDroppingTheOldestLosesAsMany(t *testing.T) {
	const rate, c, room, n = 5.0, 4, 3, 500_000 // a load of 5/4, services of 1
	rng := rand.New(rand.NewPCG(5, 6))
	var ends []float64  // of those in service
	var queue []float64 // when those waiting came
	var now, depth float64
	lost := 0
	for range n {
		now += rng.ExpFloat64() / rate
		for len(ends) > 0 && slices.Min(ends) <= now {
			i := slices.Index(ends, slices.Min(ends))
			if len(queue) > 0 {
				queue = queue[1:]
				ends[i] += rng.ExpFloat64()
			} else {
				ends = slices.Delete(ends, i, i+1)
			}
		}
		depth += float64(len(queue)) / n // what Poisson arrivals see is the mean
		switch {
		case len(ends) < c:
			ends = append(ends, now+rng.ExpFloat64())
			continue
		case len(queue) == room:
			lost++
			queue = queue[1:]
		}
		queue = append(queue, now)
	}
	s := scenario(t, "load: {rate: 500/s}\nhandlers: [{name: work}]\nlanes: [{model: message, workers: 4, queue: {capacity: 3, when_full: drop_oldest}}]")
	r := ForLane(s, 0, 0)
	want(t, "loss", r.Loss, float64(lost)/n, 0.02)
	want(t, "depth", r.Depth, depth, 0.02)
}

// A worker that serves its partitions in turn has the mean wait of one queue.
func TestTurnsDoNotChangeTheMeanWait(t *testing.T) {
	const n = 500_000
	rng := rand.New(rand.NewPCG(7, 8))
	var queues [4][]float64
	var now, free, wait float64
	turn := 0
	for range n {
		now += rng.ExpFloat64() / 80
		for free <= now { // serve what begins before now
			tries := 0
			for ; len(queues[turn]) == 0 && tries < len(queues); tries++ {
				turn = (turn + 1) % len(queues)
			}
			if tries == len(queues) {
				free = now
				break
			}
			came := queues[turn][0]
			queues[turn] = queues[turn][1:]
			wait += (max(free, came) - came) / n
			free = max(free, came) + 0.010*rng.ExpFloat64()
			turn = (turn + 1) % len(queues)
		}
		q := rng.IntN(len(queues))
		queues[q] = append(queues[q], now)
	}
	s := scenario(t, "load: {rate: 160/s, keys: {count: 8}}\nhandlers: [{name: work}]\nlanes: [{model: message, workers: 2, queue: {capacity: 1000000, partitions: 8}}]")
	want(t, "wait", ForLane(s, 0, 0).WaitMean, wait, 0.03)
}

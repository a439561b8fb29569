package tui

import (
	"math"
	"strings"
	"testing"
	"time"

	"duet/engine"
)

const ms = time.Millisecond

// decode reads a scenario for a test.
func decode(t testing.TB, lines ...string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("sale.yaml", []byte("duet: 1\n"+strings.Join(lines, "\n")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var sale = []string{
	"title: Flash sale", "seed: 42", "load: {rate: 120/s}",
	"handlers:", "  - {name: charge, service: {mean: 30ms}}", "  - {name: reserve}", "  - {name: mail}",
}

// saleScenario is one message and one event lane with three handlers.
func saleScenario(t testing.TB) *engine.Scenario {
	return decode(t, append(sale, "lanes:", "  - {model: message, workers: 2}", "  - {model: event, publishers: 2}")...)
}

// summary is a distribution around a median.
func summary(p50 time.Duration) engine.Summary {
	return engine.Summary{
		Count: 1000, Mean: p50 * 5 / 4, P50: p50, P90: 3 * p50, P95: 4 * p50, P99: 6 * p50, P999: 9 * p50, Max: 10 * p50,
	}
}

// atWork is a snapshot of a scenario in the middle of its work, at 42.3 s.
func atWork(s *engine.Scenario) *engine.Snapshot {
	snap := &engine.Snapshot{
		Mode: engine.Real, Scenario: s, At: 42300 * ms, Speed: 1, Offered: 5076, Rate: float64(s.Load.Rate),
		Raised: []string{"queue.high"},
	}
	for i := range s.Lanes {
		snap.Lanes = append(snap.Lanes, laneAtWork(s, &s.Lanes[i], int64(i)))
	}
	return snap
}

func laneAtWork(s *engine.Scenario, spec *engine.Lane, number int64) engine.LaneSnapshot {
	l := engine.LaneSnapshot{
		Name: spec.Name, Model: spec.Model, OldestWaiting: 650 * ms, Goroutines: engine.Gauge{Now: 7, Max: 7},
		Ledger: engine.Ledger{Offered: 5076, Done: 4930 + number, Failed: 3, Waiting: 140, InFlight: 3 - number, Attempts: 4940},
		Recent: engine.Window{
			From: 32300 * ms, To: 42300 * ms, Arrivals: 120.4, Throughput: 100.2 - float64(number), Utilisation: 0.934,
			Depth: engine.Gauge{Now: 63, Mean: 41, Max: 80}, Backlog: engine.Gauge{Now: 17 * number, Mean: 9, Max: 40},
			Publish: summary(210), Wait: summary(31 * ms), Service: summary(18 * ms), Latency: summary(52 * ms), Naive: summary(48 * ms),
			Order:  engine.Disorder{Late: 120, MaxDisplacement: 5, KeyLate: 2},
			Ledger: engine.Ledger{Offered: 1204, Done: 1002, Waiting: 140, InFlight: 3},
		},
	}
	for i, h := range s.Handlers {
		l.Handlers = append(l.Handlers, engine.HandlerSnapshot{
			Name: h.Name, Workers: max(spec.Workers, spec.Publishers), Busy: 1, Capacity: spec.Queue.Capacity,
			Utilisation: 0.9, Depth: engine.Gauge{Now: int64(63 / (i + 1))}, Service: summary(18 * ms), Wait: summary(31 * ms),
		})
	}
	if spec.Model == engine.Message {
		l.Workers = workers(len(s.Handlers), spec.Workers)
		l.Publishers = []engine.PublisherSnapshot{{ID: 1, Busy: true, Seq: 5076, Since: 42299 * ms}}
		return l
	}
	for i := range spec.Publishers {
		l.Publishers = append(l.Publishers, publisher(i, len(s.Handlers)))
	}
	return l
}

// workers are n of each handler, in all states.
func workers(handlers, n int) []engine.WorkerSnapshot {
	var all []engine.WorkerSnapshot
	for h := range handlers {
		for i := range n {
			w := engine.WorkerSnapshot{ID: i + 1, Handler: h, State: engine.Busy, Seq: int64(1042 + 7*h + i), Attempt: 1, Demand: 25 * ms}
			w.Since = 42300*ms - time.Duration(3+5*(i+h)%23)*ms
			switch (i + 2*h) % 5 {
			case 2:
				w.State = engine.Idle
			case 3:
				w.State, w.BackAt = engine.Crashed, 42700*ms
			case 4:
				w.State = engine.Stalled
			}
			all = append(all, w)
		}
	}
	return all
}

// publisher is in the middle of calling its observers.
func publisher(i, observers int) engine.PublisherSnapshot {
	p := engine.PublisherSnapshot{ID: i + 1, Busy: true, Seq: int64(1038 + i), Since: 42275 * ms}
	states := []engine.CallState{engine.CallOK, engine.CallRunning, engine.CallPending, engine.CallFailed, engine.CallSkipped}
	for o := range observers {
		c := engine.CallSnapshot{Handler: o, State: states[(o+3*i)%len(states)]}
		if c.State != engine.CallPending && c.State != engine.CallSkipped {
			c.Took = time.Duration(7+11*o) * ms
		}
		p.Calls = append(p.Calls, c)
	}
	return p
}

// recorded is 42 s of history: a wave in every lane.
func recorded(lanes int, top float64) engine.Series {
	const step, n = 100 * ms, 423
	s := engine.Series{Step: step}
	for range lanes {
		s.Lanes = append(s.Lanes, engine.LaneSeries{})
	}
	for i := range n {
		x := float64(i) / 40
		s.Offered = append(s.Offered, float32(12+5*math.Sin(x)))
		for l := range s.Lanes {
			depth := float32(math.Abs(top * math.Sin(x/2+float64(l))))
			backlog := float32(0)
			if i > 300 {
				backlog = float32(i-300) / 3
			}
			r := &s.Lanes[l]
			if l == 0 {
				depth, backlog = max(depth, backlog), 0
			} else {
				depth = 0
			}
			r.Depth, r.DepthMax = append(r.Depth, depth), append(r.DepthMax, depth)
			r.Backlog, r.BacklogMax = append(r.Backlog, backlog), append(r.BacklogMax, backlog)
			r.InFlight, r.Done, r.Bad = append(r.InFlight, 2), append(r.Done, 12), append(r.Bad, float32(i%2))
			r.P50, r.P99 = append(r.P50, 0.052), append(r.P99, 0.052+depth/100)
		}
	}
	return s
}

// picture is a model that shows a snapshot, at work with everything that it has
// measured.
func picture(t testing.TB, snap *engine.Snapshot, w, h int) *model {
	t.Helper()
	m := newModel(Options{Scenario: snap.Scenario})
	m.scene.starting = false
	m.scene.snap = *snap.Clone()
	if snap.At > 0 {
		m.scene.series = recorded(len(snap.Lanes), 80)
		m.scene.marks = []engine.Change{
			{At: 12 * time.Second, Path: "load.rate", Value: "120/s"},
			{At: 30 * time.Second, Fault: &engine.Fault{Kind: engine.FaultCrash}},
		}
	}
	m.scene.at, m.scene.to = snap.At, snap.At
	m.scene.theorise()
	m.diagnose(time.Time{})
	m.refresh()
	m.grid.Resize(w, h)
	return m
}

// scenes are the pictures worth looking at.
var scenes = map[string]func(t testing.TB) *engine.Snapshot{
	"busy":  func(t testing.TB) *engine.Snapshot { return atWork(saleScenario(t)) },
	"start": func(t testing.TB) *engine.Snapshot { return startSnapshot(saleScenario(t)) },
	"blocked": func(t testing.TB) *engine.Snapshot {
		snap := atWork(saleScenario(t))
		l := &snap.Lanes[0]
		l.Publishers[0].Blocked = true
		l.Recent.Blocked = 4 * time.Second
		l.Handlers[0].Depth.Now = 100
		l.Handlers[0].Fault = "stalled 1.2s"
		snap.Slowed, snap.Speed, snap.Unlinked = true, 0.1, true
		return snap
	},
	"dead": func(t testing.TB) *engine.Snapshot {
		snap := atWork(saleScenario(t))
		snap.Lanes[1].Dead = "panic in charge: item 1038"
		snap.Lanes[1].Publishers = nil
		snap.Lanes[1].Ledger.Lost = 144
		snap.Lanes[0].Stopped = true
		return snap
	},
	"crowd": func(t testing.TB) *engine.Snapshot {
		return atWork(decode(t, append(sale[:5:5],
			"lanes:", "  - {model: message, workers: 40}", "  - {model: event, publishers: 30}")...))
	},
	"crews": func(t testing.TB) *engine.Snapshot {
		return atWork(decode(t, append(sale, "lanes:", "  - {model: message, workers: 16}", "  - {model: event, publishers: 6}")...))
	},
	"hurried": func(t testing.TB) *engine.Snapshot {
		snap := atWork(decode(t, append([]string{"title: Retry storm", "load: {rate: 120/s, timeout: 500ms, retry: {attempts: 3}}"},
			append(sale[3:5:5], "lanes:", "  - {model: message, workers: 4}", "  - {model: event, publishers: 3}")...)...))
		for i := range snap.Lanes {
			l := &snap.Lanes[i]
			l.Ledger.Expired, l.Retries, l.Wasted = int64(312*i), 1400, int64(2100*i)
		}
		return snap
	},
	"goroutines": func(t testing.TB) *engine.Snapshot {
		snap := atWork(decode(t, append(sale, "lanes:", "  - {model: event, dispatch: buffered}",
			"  - {name: unbounded, model: event, dispatch: goroutine, limit: 5000}")...))
		snap.Lanes[0].Workers = workers(3, 1)
		snap.Lanes[1].AtLimit = true
		snap.Lanes[1].Goroutines = engine.Gauge{Now: 5000, Max: 5000}
		snap.Lanes[1].HeapBytes = 40 << 20
		return snap
	},
	"four": func(t testing.TB) *engine.Snapshot {
		return atWork(decode(t, append(sale,
			"lanes:", "  - {model: message}", "  - {name: one, model: message, workers: 1}",
			"  - {model: event}", "  - {name: pool, model: event, publishers: 4}")...))
	},
	"quiet": func(t testing.TB) *engine.Snapshot {
		snap := atWork(saleScenario(t))
		snap.Paused, snap.Quiescent, snap.Raised = true, true, nil
		for i := range snap.Lanes {
			l := &snap.Lanes[i]
			l.Ledger = engine.Ledger{Offered: 5076, Done: 5073, Failed: 3}
			for w := range l.Workers {
				l.Workers[w].State = engine.Idle
			}
			for p := range l.Publishers {
				l.Publishers[p] = engine.PublisherSnapshot{ID: p + 1}
			}
		}
		snap.Lanes[1].Ledger.Done-- // and this one does not balance
		return snap
	},
}

// foretold is a forecast from a snapshot: what waits grows, and nobody knows by
// how much.
func foretold(snap *engine.Snapshot) engine.Forecast {
	f := engine.Forecast{From: snap.At, Step: time.Second, Replications: 20}
	for i := range snap.Lanes {
		var l engine.LaneForecast
		for _, b := range []*engine.Band{&l.Depth, &l.Backlog} {
			for s := range 60 {
				x := float32(40 + s/2)
				if i > 0 == (b == &l.Depth) { // an inline bus has no queue, and this queue is never full
					x = 0
				}
				b.Low, b.Mid, b.High = append(b.Low, x*0.6), append(b.Mid, x), append(b.High, x*(1.1+float32(s)/60))
			}
		}
		f.Lanes = append(f.Lanes, l)
	}
	return f
}

// startSnapshot is what a run shows before anything has arrived.
func startSnapshot(s *engine.Scenario) *engine.Snapshot {
	snap := &engine.Snapshot{Mode: engine.Real, Scenario: s, Speed: 1}
	for i := range s.Lanes {
		snap.Lanes = append(snap.Lanes, engine.LaneSnapshot{Name: s.Lanes[i].Name, Model: s.Lanes[i].Model})
	}
	return snap
}

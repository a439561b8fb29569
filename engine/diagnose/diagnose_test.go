package diagnose_test

import (
	"slices"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/diagnose"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

// calm is a run in which both lanes keep up: 80/s, 4 workers and 1 publisher.
func calm() *engine.Snapshot {
	handler := engine.HandlerSnapshot{
		Name: "charge", Workers: 4, Capacity: 100, Utilisation: 0.8, Depth: engine.Gauge{Now: 64},
		Service: engine.Summary{Count: 800, Mean: 40 * ms},
	}
	observer := engine.HandlerSnapshot{Name: "charge", Workers: 1, Service: engine.Summary{Count: 800, Mean: 10 * ms}}
	recent := engine.Window{
		From: 20 * sec, To: 30 * sec, Arrivals: 80, Throughput: 80, Utilisation: 0.8,
		Latency: engine.Summary{Count: 800, P99: 200 * ms},
		Ledger:  engine.Ledger{Offered: 800, Done: 800},
	}
	ledger := engine.Ledger{Offered: 2400, Done: 2330, Waiting: 66, InFlight: 4}
	return &engine.Snapshot{
		Scenario: &engine.Scenario{
			Load: engine.Load{Rate: 80, Arrivals: engine.Poisson},
			Lanes: []engine.Lane{
				{Name: "message", Model: engine.Message, Queue: engine.Queue{Capacity: 100, WhenFull: engine.Block}},
				{Name: "event", Model: engine.EventModel, Dispatch: engine.Inline},
			},
		},
		At: 30 * sec, Speed: 1, Offered: 2400, Rate: 80,
		Lanes: []engine.LaneSnapshot{
			{
				Name: "message", Model: engine.Message, Ledger: ledger, Recent: recent, OldestWaiting: 150 * ms,
				Handlers: []engine.HandlerSnapshot{handler}, Publishers: make([]engine.PublisherSnapshot, 1),
				Workers: []engine.WorkerSnapshot{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 4}},
			},
			{
				Name: "event", Model: engine.EventModel, Ledger: ledger, Recent: recent, OldestWaiting: 150 * ms,
				Handlers: []engine.HandlerSnapshot{observer}, Publishers: make([]engine.PublisherSnapshot, 1),
			},
		},
	}
}

// Each kind of finding: a run that has it, with its words, and one that nearly
// does.
func TestKinds(t *testing.T) {
	const message, event = 0, 1
	for _, c := range []struct {
		name     string
		kind     diagnose.Kind
		severity diagnose.Severity
		lane     string
		has      func(now, before *engine.Snapshot)
		text     string
		nearly   func(now, before *engine.Snapshot)
		older    bool // before is known
	}{
		{
			name: "the queue fills", kind: diagnose.Growing, severity: diagnose.Warning, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Load.Rate = 120
				now.Lanes[event].Handlers[0].Workers = 4
			},
			text:   "the queue grows by 20/s (120/s arrive, 4 workers finish 100/s). Full in 1.8 s, then producers block.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Load.Rate = 99 },
		},
		{
			name: "the queue fills by and by", kind: diagnose.Growing, severity: diagnose.Warning, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Load.Rate = 120
				now.Lanes[message].Handlers[0].Capacity = 10_000_000
				now.Lanes[event].Handlers[0].Workers = 4
			},
			text:   "the queue grows by 20/s (120/s arrive, 4 workers finish 100/s). Full in more than a day, then producers block.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Load.Rate = 99 },
		},
		{
			name: "the queue fills, though it could keep up", kind: diagnose.Growing, severity: diagnose.Warning, lane: "message",
			has:  func(now, _ *engine.Snapshot) { now.Lanes[message].Recent.Ledger.Done = 500 },
			text: "the queue grows by 30/s (80/s arrive, 50/s leave). Full in 1.2 s, then producers block.",
			// A difference of 70 is within two standard deviations of chance.
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].Recent.Ledger.Done = 730 },
		},
		{
			name: "the trend has turned", older: true, kind: diagnose.Growing, severity: diagnose.Warning, lane: "message",
			has: func(now, before *engine.Snapshot) {
				now.Lanes[message].Recent.Ledger.Done = 500
				before.Lanes[message].Ledger = engine.Ledger{Offered: 2280, Done: 2250, Waiting: 26, InFlight: 4}
			},
			text: "the queue grows by 30/s (80/s arrive, 50/s leave). Full in 1.2 s, then producers block.",
			nearly: func(now, before *engine.Snapshot) {
				now.Lanes[message].Recent.Ledger.Done = 500
				before.Lanes[message].Ledger = engine.Ledger{Offered: 2280, Done: 2190, Waiting: 86, InFlight: 4}
			},
		},
		{
			name: "several subscriptions", kind: diagnose.Growing, severity: diagnose.Warning, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				h := now.Lanes[message].Handlers[0]
				h.Name, h.Service.Mean, h.Depth.Now = "audit", 100*ms, 90
				now.Lanes[message].Handlers = append(now.Lanes[message].Handlers, h)
				now.Scenario.Lanes[message].Queue.WhenFull = engine.DropNewest
			},
			text: "the queue of audit grows by 40/s (80/s arrive, 4 workers finish 40/s). Full in 250 ms, then the newest are dropped.",
			nearly: func(now, _ *engine.Snapshot) {
				h := now.Lanes[message].Handlers[0]
				h.Name = "audit"
				now.Lanes[message].Handlers = append(now.Lanes[message].Handlers, h)
			},
		},
		{
			name: "handlers together", kind: diagnose.Growing, severity: diagnose.Warning, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				h := now.Lanes[message].Handlers[0]
				h.Name = "audit"
				now.Lanes[message].Handlers = append(now.Lanes[message].Handlers, h)
				now.Scenario.Lanes[message].Handlers.Together = true
			},
			text: "the queue grows by 30/s (80/s arrive, 4 workers finish 50/s). Full in 1.2 s, then producers block.",
			nearly: func(now, _ *engine.Snapshot) {
				h := now.Lanes[message].Handlers[0]
				h.Name = "audit"
				now.Lanes[message].Handlers = append(now.Lanes[message].Handlers, h)
			},
		},
		{
			name: "goroutines pile up", kind: diagnose.Growing, severity: diagnose.Warning, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Lanes[event].Dispatch = engine.Goroutine
				now.Lanes[event].Recent.Ledger.Done = 300
			},
			text:   "the number of goroutines grows by 50/s (80/s arrive, 30/s leave).",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Lanes[event].Dispatch = engine.Goroutine },
		},
		{
			name: "no steady state", kind: diagnose.Unstable, severity: diagnose.Bad, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Lanes[event].Handlers[0].Service.Mean = 25 * ms
				now.Lanes[event].Ledger.Waiting = 1234
			},
			text:   "the backlog of 1,234 grows by 40/s (80/s arrive, 1 publisher finishes 40/s): unstable. 2 more would do.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[event].Handlers[0].Service.Mean = 12400 * time.Microsecond },
		},
		{
			name: "producers block", older: true, kind: diagnose.Blocked, severity: diagnose.Warning, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Lanes[message].Whole.Blocked = 945 * ms // of the last 1.5 s
				now.Lanes[message].Recent.Backlog.Now = 1
			},
			text: "producers stand at the full queue 63% of the time; 1 item waits outside.",
			// They stood until a moment ago.
			nearly: func(now, before *engine.Snapshot) {
				now.Lanes[message].Recent.Blocked = 6 * sec
				now.Lanes[message].Whole.Blocked, before.Lanes[message].Whole.Blocked = 9*sec, 9*sec-70*ms
			},
		},
		{
			name: "producers block for good", older: true, kind: diagnose.Blocked, severity: diagnose.Bad, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Load.Rate = 12_500
				now.Lanes[message].Whole.Blocked = 3 * sec
				now.Lanes[message].Ledger = engine.Ledger{Offered: 2400 + 18_750, Done: 2330 + 150, Waiting: 66 + 18_600, InFlight: 4}
				now.Lanes[message].Publishers = make([]engine.PublisherSnapshot, 2)
				now.Lanes[event].Handlers[0].Service.Mean = 0
			},
			text:   "producers stand at the full queue 100% of the time (12,500/s arrive, 4 workers finish 100/s).",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].Whole.Blocked = 74 * ms },
		},
		{
			name: "buffered observers block", older: true, kind: diagnose.Blocked, severity: diagnose.Warning, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Lanes[event].Dispatch = engine.Buffered
				now.Lanes[event].Whole.Blocked = 150 * ms
			},
			text:   "publishers stand at the full queue 10% of the time.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Lanes[event].Dispatch = engine.Buffered },
		},
		{
			name: "newest dropped", kind: diagnose.Dropping, severity: diagnose.Bad, lane: "message",
			has:    func(now, _ *engine.Snapshot) { now.Lanes[message].Recent.Ledger.Dropped = 136 },
			text:   "the queue is full and drops the newest: 14/s, 17% of what arrives.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].Ledger.Dropped = 136 }, // long ago
		},
		{
			name: "oldest dropped", kind: diagnose.Dropping, severity: diagnose.Bad, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Lanes[message].Queue.WhenFull = engine.DropOldest
				now.Lanes[message].Recent.Ledger.Dropped = 1
			},
			text:   "the queue is full and drops the oldest: 0.1/s, under 1% of what arrives.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Lanes[message].Queue.WhenFull = engine.DropOldest },
		},
		{
			name: "a ticker drops", kind: diagnose.Dropping, severity: diagnose.Bad, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Lanes[event].Source = engine.Ticker
				now.Lanes[event].Recent.Ledger.Dropped = 640
			},
			text:   "the ticker has room for one tick and drops the rest: 64/s, 80% of what arrives.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Lanes[event].Source = engine.Ticker },
		},
		{
			name: "a queue behind a ticker drops", kind: diagnose.Dropping, severity: diagnose.Bad, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Lanes[message].Source = engine.Ticker
				now.Scenario.Lanes[message].Queue.WhenFull = engine.DropNewest
				now.Lanes[message].Recent.Ledger.Dropped = 136
			},
			text:   "the queue is full and drops the newest: 14/s, 17% of what arrives.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Lanes[message].Source = engine.Ticker },
		},
		{
			name: "dead lane", kind: diagnose.LaneDown, severity: diagnose.Bad, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Lanes[event].Dead = "panic in charge"
				now.Lanes[event].Ledger.Lost = 21
			},
			text:   "the lane is down (panic in charge): 21 items lost so far, 80/s more arrive.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[event].Ledger.Lost = 21 },
		},
		{
			name: "one worker", kind: diagnose.WorkerDown, severity: diagnose.Warning, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Load.Rate = 60
				now.Lanes[message].Workers[2] = engine.WorkerSnapshot{State: engine.Crashed, BackAt: 30*sec + 400*ms}
			},
			text:   "1 of 4 workers is down, the next back in 400 ms.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].Workers[2].State = engine.Stalled },
		},
		{
			name: "all workers", kind: diagnose.WorkerDown, severity: diagnose.Bad, lane: "message",
			has: func(now, _ *engine.Snapshot) {
				for i := range now.Lanes[message].Workers {
					now.Lanes[message].Workers[i].State = engine.Crashed
				}
			},
			text:   "4 of 4 workers are down and do not come back by themselves.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].Workers = nil },
		},
		{
			name: "limit", kind: diagnose.GoroutineLimit, severity: diagnose.Bad, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Lanes[event].AtLimit = true
				now.Lanes[event].Goroutines.Now = 10_000
				now.Lanes[event].HeapBytes = 80 << 20
			},
			text:   "10,000 goroutines hold about 80 MB, and no more may start: a real program would be dying here.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[event].Goroutines.Now = 9_999 },
		},
		{
			name: "limit of publishers", kind: diagnose.GoroutineLimit, severity: diagnose.Bad, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Lanes[event].AtLimit = true
				now.Lanes[event].Goroutines.Now = 1000
			},
			text:   "1,000 goroutines run, and no more may start: a real program would be dying here.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[event].Goroutines.Now = 999 },
		},
		{
			name: "stalled", kind: diagnose.Faulted, severity: diagnose.Warning, lane: "event",
			has:    func(now, _ *engine.Snapshot) { now.Lanes[event].Handlers[0].Fault = "stalled 1.2s" },
			text:   "charge: stalled 1.2s; 66 items wait.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[event].Ledger.Waiting = 1000 },
		},
		{
			name: "stopped", kind: diagnose.Stopped, severity: diagnose.Warning, lane: "event",
			has: func(now, _ *engine.Snapshot) {
				now.Lanes[event].Stopped = true
				now.Lanes[event].Recent.Backlog.Now = 340
			},
			text:   "the publishers are stopped; 340 items wait outside, 80/s more arrive.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[event].Recent.Backlog.Now = 340 },
		},
		{
			name: "survivors", kind: diagnose.Survivors, severity: diagnose.Warning, lane: "message",
			has:    func(now, _ *engine.Snapshot) { now.Lanes[message].OldestWaiting = 3200 * ms },
			text:   "the oldest item has waited 3.2 s already; the p99 of 200 ms tells only of those that came through.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].OldestWaiting = 400 * ms },
		},
		{
			name: "catching up", older: true, kind: diagnose.CatchingUp, severity: diagnose.Good, lane: "event",
			has: func(now, before *engine.Snapshot) {
				now.Lanes[event].OldestWaiting, now.Lanes[event].Recent.Latency.P99 = sec, sec
				before.Lanes[event].Ledger = engine.Ledger{Offered: 2370, Done: 2255, Waiting: 111, InFlight: 4}
			},
			text: "catching up: 66 items wait, 30/s fewer.",
			// 20 fewer after 140 came or went are within two standard deviations.
			nearly: func(now, before *engine.Snapshot) {
				now.Lanes[event].OldestWaiting, now.Lanes[event].Recent.Latency.P99 = sec, sec
				before.Lanes[event].Ledger = engine.Ledger{Offered: 2340, Done: 2250, Waiting: 86, InFlight: 4}
			},
		},
		{
			name: "paused", kind: diagnose.Paused, severity: diagnose.Good,
			has:    func(now, _ *engine.Snapshot) { now.Paused = true },
			text:   "paused at 30 s: message holds 70 items, event holds 70 items.",
			nearly: func(now, _ *engine.Snapshot) { now.Speed = 0.01 },
		},
		{
			name: "nothing arrives", kind: diagnose.Idle, severity: diagnose.Good,
			has:    func(now, _ *engine.Snapshot) { now.Scenario.Load.Rate, now.Rate = 0, 0 },
			text:   "nothing arrives; 140 items still on the way.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Load.Rate, now.Rate = 0.1, 0 },
		},
		{
			name: "a trace is over", kind: diagnose.Idle, severity: diagnose.Good,
			has: func(now, _ *engine.Snapshot) {
				now.Scenario.Load.Arrivals, now.Rate = engine.Trace, 0
				for i := range now.Lanes {
					now.Lanes[i].Ledger = engine.Ledger{}
				}
			},
			text:   "nothing arrives, and nothing is left to do.",
			nearly: func(now, _ *engine.Snapshot) { now.Scenario.Load.Arrivals = engine.Trace },
		},
		{
			name: "more calls than cores", kind: diagnose.Crowded, severity: diagnose.Warning,
			has: func(now, _ *engine.Snapshot) {
				burn(now)
				now.Lanes[message].Handlers[0].Busy = 4 // and one publisher
				now.Lanes[event].Handlers[0].Busy = 1
			},
			text:   "5 calls of work that burns CPU at once on 2 cores: charge takes 40 ms instead of 10 ms; more workers would not help.",
			nearly: func(now, _ *engine.Snapshot) { burn(now); now.Lanes[message].Handlers[0].Utilisation = 0.45 },
		},
		{
			name: "more calls than cores, which only wait", kind: diagnose.Crowded, severity: diagnose.Warning,
			has: func(now, _ *engine.Snapshot) {
				burn(now)
				now.Lanes[message].Handlers[0].Busy = 3
				now.Scenario.Handlers[0].Service.Dist = engine.DistTrace // nobody knows how long it is to take
			},
			text:   "3 calls of work that burns CPU at once on 2 cores; more workers would not help.",
			nearly: func(now, _ *engine.Snapshot) { burn(now); now.Scenario.Handlers[0].Work = engine.Wait },
		},
		{
			name: "more calls than cores, in simulated time", kind: diagnose.Crowded, severity: diagnose.Warning,
			has: func(now, _ *engine.Snapshot) {
				burn(now)
				now.Lanes[message].Handlers[0].Busy = 3
				now.Lanes[message].Handlers[0].Service.Mean = 10 * ms
			},
			text:   "3 calls of work that burns CPU at once on 2 cores; more workers would not help.",
			nearly: func(now, _ *engine.Snapshot) { burn(now); now.Mode = engine.Virtual },
		},
		{
			name: "retries ask for more than there is", older: true, kind: diagnose.RetryStorm, severity: diagnose.Bad, lane: "message",
			has: func(now, before *engine.Snapshot) {
				storm(now, before)
				now.Lanes[message].Handlers[0].Fault = "x3 slower 2.0s"
			},
			text: "clients try again 160/s on top of 80/s; 4 workers finish 100/s, 90% of it for clients that gave up.",
			nearly: func(now, before *engine.Snapshot) { // as many are wasted, but hardly any is tried again
				storm(now, before)
				now.Lanes[message].Retries = before.Lanes[message].Retries + 20
			},
		},
		{
			name: "a retry budget", older: true, kind: diagnose.RetryStorm, severity: diagnose.Bad, lane: "message",
			has: func(now, before *engine.Snapshot) {
				storm(now, before)
				now.Scenario.Load.Retry.Budget = 0.5
				now.Lanes[message].Retries = before.Lanes[message].Retries + 60
				now.Lanes[message].Handlers[0].Fault = "x3 slower 2.0s"
			},
			text: "clients try again 40/s on top of 80/s; 4 workers finish 100/s, 90% of it for clients that gave up.",
			nearly: func(now, before *engine.Snapshot) { // 1.1 times 80/s are less than 100/s
				storm(now, before)
				now.Scenario.Load.Retry.Budget = 0.1
			},
		},
		{
			name: "nothing is wrong any more", older: true, kind: diagnose.Metastable, severity: diagnose.Bad, lane: "message",
			has:  storm,
			text: "80/s fit into 100/s, yet goodput is 10/s: retries waste 90% of the work, and will until below 25/s arrive.",
			nearly: func(now, before *engine.Snapshot) {
				storm(now, before)
				now.Lanes[message].Workers[1].State = engine.Crashed
			},
		},
		{
			name: "work for nobody", older: true, kind: diagnose.Wasting, severity: diagnose.Bad, lane: "message",
			has: func(now, before *engine.Snapshot) {
				storm(now, before)
				now.Scenario.Load.Retry.Attempts = 1
			},
			text: "90% of the work is for clients that gave up after 500 ms; of 80/s that arrive 10/s are done in time.",
			nearly: func(now, before *engine.Snapshot) {
				storm(now, before)
				now.Scenario.Load.Retry.Attempts = 1
				now.Lanes[message].Wasted = before.Lanes[message].Wasted + 14 // beside 15 that are of use
			},
		},
		{
			name: "healthy", kind: diagnose.Healthy, severity: diagnose.Good,
			has:    func(_, _ *engine.Snapshot) {},
			text:   "80/s arrive and are kept up with: message is 80% busy, event is 80% busy.",
			nearly: func(now, _ *engine.Snapshot) { now.Lanes[message].Dead = "panic" },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, before := calm(), calm()
			before.At -= 1500 * ms
			c.has(now, before)
			if !c.older {
				before = nil
			}
			found := diagnose.Of(now, before)
			i := slices.IndexFunc(found, func(f diagnose.Finding) bool { return f.Kind == c.kind && f.Lane == c.lane })
			if i < 0 {
				t.Fatalf("no %q in %+v", c.kind, found)
			}
			if found[i].Text != c.text || found[i].Severity != c.severity {
				t.Errorf("%d %q, want %d %q", found[i].Severity, found[i].Text, c.severity, c.text)
			}

			now, before = calm(), calm()
			before.At -= 1500 * ms
			c.nearly(now, before)
			if !c.older {
				before = nil
			}
			for _, f := range diagnose.Of(now, before) {
				if f.Kind == c.kind && f.Lane == c.lane {
					t.Errorf("nearly, and yet: %+v", f)
				}
			}
		})
	}
}

// burn makes the work of both lanes burn CPU, on a machine with two cores. The
// message lane has 3.2 calls at once on average.
func burn(now *engine.Snapshot) {
	now.Mode, now.Machine.Cores = engine.Real, 2
	now.Scenario.Handlers = []engine.Handler{{Name: "charge", Work: engine.CPU, Service: engine.Service{Mean: 10 * ms}}}
	now.Scenario.Lanes[0].Speed, now.Scenario.Lanes[1].Speed = 1, 1
}

// storm makes clients give up after half a second and try three times again: of
// 100 that the message lane's workers finish in a second 90 are for nobody.
func storm(now, before *engine.Snapshot) {
	now.Scenario.Load.Timeout, now.Scenario.Load.Retry = 500*ms, engine.Retry{Attempts: 4}
	for _, s := range []*engine.Snapshot{now, before} {
		s.Lanes[0].Handlers[0].Busy = 4
	}
	l, was := &now.Lanes[0], &before.Lanes[0]
	l.Wasted, l.Retries = was.Wasted+135, was.Retries+240
	l.Ledger.Offered, l.Ledger.Done, l.Ledger.Expired, l.Ledger.Waiting = was.Ledger.Offered+120, was.Ledger.Done+15, 95, was.Ledger.Waiting+10
}

func TestFigures(t *testing.T) {
	now := calm()
	now.Scenario.Load.Rate = 120
	now.Lanes[1].Handlers[0].Workers = 4
	found := diagnose.Of(now, nil)
	if len(found) != 1 || found[0].Growth != 20 || found[0].FullIn != 1800*ms {
		t.Errorf("%+v, want one finding that grows by 20/s and is full in 1.8 s", found)
	}
	now.Lanes[0].Recent.Ledger.Dropped = 200
	if found := diagnose.Of(now, nil); found[0].Share != 0.25 {
		t.Errorf("%+v, want a quarter of the arrivals dropped", found)
	}
}

// Loads that are not the same for all lanes, or that change all the time, are
// what the lane measured and not what the scenario says.
func TestArrivalsAreMeasuredWhereTheScenarioDoesNotTell(t *testing.T) {
	for name, change := range map[string]func(*engine.Snapshot){
		"unlinked": func(s *engine.Snapshot) { s.Unlinked = true },
		"sine":     func(s *engine.Snapshot) { s.Scenario.Load.Arrivals = engine.Sine },
	} {
		now, before := calm(), calm()
		now.Scenario.Load.Rate = 1000
		change(now)
		if found := diagnose.Of(now, nil); found[0].Kind != diagnose.Healthy {
			t.Errorf("%s: %+v, want healthy", name, found)
		}
		// The last second is news to the recent window, not to the pair.
		before.At -= sec
		before.Lanes[0].Ledger = engine.Ledger{Offered: 2220, Done: 2216, Waiting: 0, InFlight: 4}
		before.Lanes[1].Ledger.Offered -= 80
		before.Lanes[1].Ledger.Done -= 80
		if found := diagnose.Of(now, before); found[0].Kind != diagnose.Growing || found[0].Growth != 80 {
			t.Errorf("%s: %+v, want a queue that grows by 80/s", name, found)
		}
	}
}

// What the pattern of arrivals says of this moment is known at once, though the
// recent window knows nothing of it yet.
func TestThePresentRateIsKnownAtOnce(t *testing.T) {
	now, before := calm(), calm()
	before.At -= 3 * sec
	for i := range now.Lanes {
		before.Lanes[i].Ledger.Offered -= 240
		before.Lanes[i].Ledger.Done -= 240
	}
	now.Scenario.Load.Arrivals = engine.Steps
	now.Lanes[0].Rate = 99
	if found := diagnose.Of(now, before); found[0].Kind != diagnose.Healthy {
		t.Errorf("%+v, want healthy at 99/s", found)
	}
	now.Lanes[0].Rate = 120
	if found := diagnose.Of(now, before); found[0].Kind != diagnose.Growing || found[0].Growth != 20 {
		t.Errorf("%+v, want a queue that grows by 20/s", found)
	}
}

// Without an older snapshot the recent window has to do.
func TestBlockedOfTheWindow(t *testing.T) {
	now := calm()
	now.Lanes[0].Recent.Blocked = 500 * ms
	if found := diagnose.Of(now, nil); found[0].Kind != diagnose.Blocked || found[0].Share != 0.05 {
		t.Errorf("%+v, want blocked for a twentieth", found)
	}
	now.Lanes[0].Recent.Blocked--
	if found := diagnose.Of(now, nil); found[0].Kind != diagnose.Healthy {
		t.Errorf("%+v, want healthy", found)
	}
}

func TestNobodyServes(t *testing.T) {
	now := calm()
	now.Lanes[1].Handlers[0].Workers = 0
	const want = "the backlog of 66 grows by 80/s (80/s arrive, 0 publishers finish 0/s): unstable. 1 more would do."
	if found := diagnose.Of(now, nil); found[0].Text != want {
		t.Errorf("%q, want %q", found[0].Text, want)
	}
}

// One dead lane is one finding: what else is wrong there is its consequence.
func TestOfADeadLaneOnlyItsDeathIsTold(t *testing.T) {
	now := calm()
	l := &now.Lanes[0]
	l.Dead, l.Stopped, l.OldestWaiting, l.Handlers[0].Fault = "panic", true, time.Hour, "stalled 1s"
	l.Recent.Ledger.Dropped = 5
	if found := diagnose.Of(now, nil); len(found) != 1 || found[0].Kind != diagnose.LaneDown {
		t.Errorf("%+v, want the death alone", found)
	}
}

// Service times of a trouble that is over stay in the recent window for a
// while; the items on the way say that nothing grows any more.
func TestATrendThatIsOverIsNotTold(t *testing.T) {
	now, before := calm(), calm()
	now.Lanes[1].Handlers[0].Service.Mean = 25 * ms
	if found := diagnose.Of(now, nil); found[0].Kind != diagnose.Unstable {
		t.Errorf("%+v, want unstable", found)
	}
	before.At -= 1500 * ms
	before.Lanes[1].Ledger.Offered -= 120
	before.Lanes[1].Ledger.Done -= 120
	if found := diagnose.Of(now, before); found[0].Kind != diagnose.Healthy {
		t.Errorf("%+v, want healthy", found)
	}
}

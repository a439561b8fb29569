package export

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"duet/engine"
)

// program is what the pieces are told about the whole.
type program struct {
	scenario *engine.Scenario
	options  Options

	Seed     uint64
	Length   time.Duration
	Drain    time.Duration
	Lanes    []*lane
	Handlers []*handler // those that some lane has

	resources []resource

	Payload int

	Keys     bool // somebody asks for the key of an item
	Zipf     bool
	KeyCount int
	KeySkew  string
	arrivals          // when items come
	Draws    []string // the functions that draw services

	Clients     bool // they give up
	Timeout     time.Duration
	Retried     bool // by clients
	Tries       int
	Budget      string
	ClientPause string

	Outcomes []outcome
	CanFail  bool
}

// resource is what handlers hold while they work.
type resource struct {
	engine.Resource
	Var string // the channel of its slots
}

// outcome is one way in which items end.
type outcome struct{ Const, Word, Comment string }

func newProgram(s *engine.Scenario, o Options) (*program, error) {
	p := &program{
		scenario: s, options: o,
		Seed: s.Seed, Length: s.Duration, Drain: s.Drain, Payload: s.Load.Payload,
		KeyCount: s.Load.Keys.Count, KeySkew: number(s.Load.Keys.Skew),
		arrivals: newArrivals(&s.Load, o.Rate),
	}
	if p.Length == 0 {
		p.Length = withoutEnd
	}
	taken := newNames()
	for i := range s.Lanes {
		if l := &s.Lanes[i]; o.Lane == "" || o.Lane == l.Name {
			p.Lanes = append(p.Lanes, newLane(s, l, taken))
		}
	}
	if p.Lanes == nil {
		return nil, &engine.InputError{Msg: fmt.Sprintf("there is no lane %q; there are %s", o.Lane, strings.Join(laneNames(s), ", "))}
	}
	if err := p.addHandlers(taken); err != nil {
		return nil, err
	}
	for _, r := range s.Resources {
		p.resources = append(p.resources, resource{r, taken.choose(r.Name, "", "Slots")})
	}
	p.addClients()
	for _, l := range p.Lanes {
		l.finish(p)
		p.Keys = p.Keys || l.Partitions > 0 || l.ByKey
	}
	p.Zipf = p.Keys && s.Load.Keys.Skew > 0
	p.addOutcomes()
	return p, nil
}

// withoutEnd is how long items arrive in a program whose scenario has no end.
const withoutEnd = 30 * time.Second

func laneNames(s *engine.Scenario) []string {
	names := make([]string, len(s.Lanes))
	for i := range s.Lanes {
		names[i] = s.Lanes[i].Name
	}
	return names
}

// addHandlers adds those that the lanes have, in the scenario's order.
func (p *program) addHandlers(taken names) error {
	for i := range p.scenario.Handlers {
		spec := &p.scenario.Handlers[i]
		used := slices.ContainsFunc(p.Lanes, func(l *lane) bool { return l.has(spec.Name) })
		if !used {
			continue
		}
		h, err := newHandler(spec, taken, p.options.Means[spec.Name])
		if err != nil {
			return err
		}
		p.Handlers = append(p.Handlers, h)
		for _, draw := range h.draws {
			if !slices.Contains(p.Draws, draw) {
				p.Draws = append(p.Draws, draw)
			}
		}
	}
	for i, h := range p.Handlers {
		h.Work = "Work"
		if len(p.Handlers) > 1 {
			h.Work = fmt.Sprintf("Work[%d]", i)
		}
		for _, l := range p.Lanes {
			if l.has(h.Name) {
				l.Handlers = append(l.Handlers, h)
			}
		}
	}
	return nil
}

// addClients adds how clients wait.
func (p *program) addClients() {
	load := &p.scenario.Load
	if load.Timeout == 0 {
		return
	}
	p.Clients, p.Timeout = true, load.Timeout
	if p.Retried = load.Retry.Attempts > 1; !p.Retried {
		return
	}
	p.Tries, p.ClientPause = load.Retry.Attempts, pauseOf(load.Retry.Backoff, "try")
	if load.Retry.Budget > 0 {
		p.Budget = decimal(float64(load.Retry.Budget))
	}
}

// addOutcomes lists how items can end, the worst last.
func (p *program) addOutcomes() {
	fails := slices.ContainsFunc(p.Handlers, func(h *handler) bool { return !h.Never })
	drops := slices.ContainsFunc(p.Lanes, func(l *lane) bool { return l.put == "sendOrDrop" || l.put == "sendAndDrop" || l.Ticker })
	p.Outcomes = []outcome{{"done", "done", ""}}
	add := func(when bool, o outcome) {
		if when {
			p.Outcomes = append(p.Outcomes, o)
		}
	}
	p.CanFail = fails
	add(fails, outcome{"failed", "failed", ""})
	add(p.Clients, outcome{"expired", "expired", "its client has given up"})
	add(drops, outcome{"dropped", "dropped", "for want of room"})
	add(p.any(func(l *lane) bool { return l.Attempts > 0 }), outcome{"deadLettered", "dead-lettered", "tried often enough: somebody has to look at it"})
	add(true, outcome{"left", "left", "waiting or in hand when the program was stopped"})
}

func (p *program) any(is func(l *lane) bool) bool { return slices.ContainsFunc(p.Lanes, is) }

// What follows is asked by pieces.

// HandlerList names all handlers in a sentence.
func (p *program) HandlerList() string { return listed(p.Handlers) }

func listed(handlers []*handler) string {
	funcs := make([]string, len(handlers))
	for i, h := range handlers {
		funcs[i] = h.Func
	}
	if n := len(funcs) - 1; n > 0 {
		return strings.Join(funcs[:n], ", ") + " and " + funcs[n]
	}
	return funcs[0]
}

// Holds, Once and Ticker tell whether some lane has such handlers, or such a source.
func (p *program) Holds() bool { return p.any(func(l *lane) bool { return l.Holds != nil }) }

func (p *program) Once() bool {
	return p.Retried && slices.ContainsFunc(p.Handlers, func(h *handler) bool { return h.idempotent })
}
func (p *program) Ticker() bool { return p.any(func(l *lane) bool { return l.Ticker }) }

// Wanted tells whether some lane passes over what clients have given up.
func (p *program) Wanted() bool {
	return p.Clients && p.any(func(l *lane) bool { return l.spec.Queue.DropExpired })
}

// Random tells whether anything about an item is drawn.
func (p *program) Random() bool {
	drawn := func(h *handler) bool { return strings.Contains(h.Draw, "rng") || len(h.Fates) > 0 }
	return p.Keys || p.ClassShares() != "" || strings.Contains(p.Gap, "rng") || slices.ContainsFunc(p.Handlers, drawn)
}

// Retries tells whether some lane tries again itself.
func (p *program) Retries() bool { return p.any(func(l *lane) bool { return l.Attempts > 0 }) }

// CPU tells whether some handler computes.
func (p *program) CPU() bool {
	return slices.ContainsFunc(p.Handlers, func(h *handler) bool { return h.Do == "compute" })
}

// Safely tells whether some lane has to survive a panic.
func (p *program) Safely() bool { return p.any(func(l *lane) bool { return l.safely }) }

// Counts tells whether in some lane several handlers end on their own.
func (p *program) Counts() bool { return p.any(func(l *lane) bool { return l.Counts() }) }

func (p *program) uses(dispatch engine.Dispatch) bool {
	return p.any(func(l *lane) bool { return l.Dispatch == dispatch })
}

// InlineBus, GoroutineBus and BufferedBus tell which are needed.
func (p *program) InlineBus() bool    { return p.uses(engine.Inline) }
func (p *program) GoroutineBus() bool { return p.uses(engine.Goroutine) }
func (p *program) BufferedBus() bool  { return p.uses(engine.Buffered) }

func (p *program) puts(by string) bool {
	return p.any(func(l *lane) bool { return l.put == by && !l.LIFO() })
}

// Send, SendOrDrop and SendAndDrop tell which are needed.
func (p *program) Send() bool        { return p.puts("send") }
func (p *program) SendOrDrop() bool  { return p.puts("sendOrDrop") }
func (p *program) SendAndDrop() bool { return p.puts("sendAndDrop") }

// Produce and ProduceByKey tell which are needed.
func (p *program) Produce() bool {
	return !p.Clients && p.any(func(l *lane) bool { return l.Producers > 1 && !l.ByKey })
}

func (p *program) ProduceByKey() bool {
	return !p.Clients && p.any(func(l *lane) bool { return l.ByKey })
}

// Partitions and PartitionQueues tell which are needed.
func (p *program) Partitions() bool {
	return p.any(func(l *lane) bool { return l.Partitions > 0 && l.Attempts == 0 })
}

func (p *program) PartitionQueues() bool {
	return p.any(func(l *lane) bool { return l.Partitions > 0 && l.Attempts > 0 })
}

// Backoffs tells whether some pause grows.
func (p *program) Backoffs() bool {
	return strings.Contains(p.ClientPause, "backoff(") || p.any(func(l *lane) bool { return strings.Contains(l.Pause, "backoff(") })
}

// piece is one part of the program.
type piece struct {
	name string
	data any
}

// pieces are the parts in their order: what the program is about first.
func (p *program) pieces() []piece {
	parts := []piece{{"main", p}}
	for _, l := range p.Lanes {
		parts = append(parts, piece{string(l.Model), l})
	}
	for _, name := range []string{"bus", "send", "queue", "client", "handlers", "items", "ledger"} {
		parts = append(parts, piece{name, p})
	}
	return parts
}

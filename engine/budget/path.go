package budget

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"duet/engine"
	"duet/engine/live"
)

// pathRounds is how often each path and the bare thing take turns with all others: over a
// quarter of a minute, as two processors may be one core's for seconds at a time, at half
// the speed if both have something to do. Who does one thing after another does not notice.
const pathRounds = 96

// pathItems is how many items go down a path in a round: so few that many a round
// is over before the system takes the processor away.
const pathItems = 200_000

// Letter is as large as what duet sends, with a pointer in it as there.
type Letter struct {
	Item engine.Item
	Sent time.Duration
	Body *int
}

// Write makes a letter, to be sent again and again with another number.
func Write() Letter { return Letter{Sent: 1, Body: new(int)} }

// Crew is who hands over, and to whom.
type Crew struct{ Producers, Workers int }

// Crews are those that the message path has a budget for.
var Crews = []Crew{{1, 4}, {4, 4}}

func (c Crew) String() string { return fmt.Sprintf("%d to %d", c.Producers, c.Workers) }

// Bare hands over through a channel, to workers that do nothing.
func (c Crew) Bare() Arm {
	return Do("bare channel", pathItems, func(n int) {
		ch := make(chan Letter, 1024)
		var in, out sync.WaitGroup
		for range c.Workers {
			out.Go(func() {
				for range ch {
				}
			})
		}
		for i := range c.Producers {
			in.Go(func() {
				l := Write()
				for k := i; k < n; k += c.Producers {
					l.Item.Seq = int64(k)
					ch <- l
				}
			})
		}
		in.Wait()
		close(ch)
		out.Wait()
	})
}

// Duet hands over through a lane's queue, with everything measured.
func (c Crew) Duet() Arm {
	return pumping("duet, all measured", fmt.Sprintf("{model: message, workers: %d, queue: {capacity: 1024}}", c.Workers), 1, c.Producers)
}

func (c Crew) path() path { return path{"message path, " + c.String(), 1.4, c.Bare(), c.Duet()} }

// Audience is how many observers an event has.
type Audience int

// Audiences are those that the event path has a budget for.
var Audiences = []Audience{4, 16}

func (a Audience) String() string { return fmt.Sprintf("%d observers", int(a)) }

// Bare calls a copy-on-write list of functions that do next to nothing.
func (a Audience) Bare() Arm {
	return Do("bare calls", pathItems, func(n int) {
		list := make([]func(context.Context, Letter) error, 0, a)
		for range a {
			var count int
			list = append(list, func(context.Context, Letter) error { count++; return nil })
		}
		var now atomic.Pointer[[]func(context.Context, Letter) error]
		now.Store(&list)
		publish := func(ctx context.Context, l Letter) (err error) {
			for _, f := range *now.Load() {
				if e := f(ctx, l); e != nil {
					err = errors.Join(err, e)
				}
			}
			return err
		}
		l := Write()
		ctx := context.Background()
		for k := range n {
			l.Item.Seq = int64(k)
			_ = publish(ctx, l) // no observer fails
		}
	})
}

// Duet publishes on a lane's bus, with everything measured.
func (a Audience) Duet() Arm { return pumping("duet, all measured", "{model: event}", int(a), 1) }

func (a Audience) path() path {
	limit := 4.5
	if a > 4 {
		limit = 2
	}
	return path{"event path, " + a.String(), limit, a.Bare(), a.Duet()}
}

// path is a way that items take, and the bare thing of the same kind.
type path struct {
	name       string
	limit      float64 // how many times as long as the bare thing it may take
	bare, duet Arm
}

// figures are what the path costs.
func (p *path) figures(bare, duet *Timing) []Figure {
	return []Figure{
		AtMost(p.name, duet.Ratio(bare), "x", p.limit),
		AtMost(p.name+", allocations an item", duet.Allocations, "", 0.05),
	}
}

// ways are all paths that have a budget.
func ways() (all []path) {
	for _, c := range Crews {
		all = append(all, c.path())
	}
	for _, a := range Audiences {
		all = append(all, a.path())
	}
	return all
}

// paths measures them all, in turn.
func paths(ctx context.Context) (all []Figure, err error) {
	ways := ways()
	var arms []Arm
	for _, p := range ways {
		arms = append(arms, p.bare, p.duet)
	}
	t, err := Rounds(ctx, pathRounds, arms...)
	if err != nil {
		return nil, err
	}
	for i, p := range ways {
		all = append(all, p.figures(&t[2*i], &t[2*i+1])...)
	}
	return all, nil
}

// pumping hands items over to a lane whose handlers do nothing.
func pumping(name, lane string, handlers, producers int) Arm {
	text := "duet: 1\nload: {rate: 0/s, keys: {count: 16}}\nlanes: [" + lane + "]\nhandlers:\n"
	for i := range handlers {
		text += fmt.Sprintf("  - {name: h%d, service: {dist: constant, mean: 0s}}\n", i)
	}
	return Arm{Name: name, N: pathItems, Ready: func(n int) (run, end func(), err error) {
		s, err := engine.Decode("path.yaml", []byte(text))
		if err != nil {
			return nil, nil, err
		}
		p, err := live.NewPump(s)
		if err != nil {
			return nil, nil, err
		}
		return func() { p.Push(producers, n) }, func() { _ = p.Close() }, nil
	}}
}

// decode reads a scenario from lines of YAML.
func decode(lines ...string) (*engine.Scenario, error) {
	return engine.Decode("budget.yaml", []byte("duet: 1\n"+strings.Join(lines, "\n")+"\n"))
}

package size

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"duet/engine"
	"duet/engine/replicate"
)

// search looks for the least of one design.
type search struct {
	*Question
	design Design
	run    Runner
	tried  map[Plan][]Check // at the load that is asked about

	unproven bool // for some of them no run was long enough
}

// Answer finds the least of a design that holds the targets. The error is that of
// a run, or ctx's.
func (q *Question) Answer(ctx context.Context, d Design, run Runner) (Answer, error) {
	s := &search{Question: q, design: d, run: run, tried: map[Plan][]Check{}}
	a := Answer{Design: d, Checks: []Check{}, Utilisation: engine.Figure(math.NaN())}
	proposed, ok := s.propose()
	if !ok {
		a.Why = s.hopeless()
		return a, nil
	}
	p, ok, err := s.least(ctx, proposed)
	if err != nil {
		return a, err
	}
	if !ok {
		a.Why = s.failed(proposed)
		return a, nil
	}
	s.describe(&a, p, proposed)
	if a.Checks, err = s.check(ctx, p); err != nil {
		return a, err
	}
	return a, s.edges(ctx, &a, p)
}

// least finds the smallest plan that holds all targets, from the proposed one on.
func (s *search) least(ctx context.Context, proposed Plan) (p Plan, ok bool, err error) {
	if s.design == Goroutine {
		ok, err = s.holds(ctx, proposed)
		return proposed, ok, err
	}
	plans := map[int]Plan{}
	n, ok, err := least(s.fewest(), s.design.most(), proposed.Servers, func(n int) (bool, error) {
		p := Plan{Servers: n, Capacity: proposed.Capacity}
		if s.dropping() {
			found := false
			if p, found, err = s.roomFor(ctx, n); !found || err != nil {
				return false, err
			}
		}
		plans[n] = p
		return s.holds(ctx, p)
	})
	if err != nil || !ok || s.dropping() || !s.design.queued() {
		return plans[n], ok, err
	}
	return s.roomFor(ctx, n)
}

// roomFor finds the smallest room with which so many servers lose little enough;
// or, where a full queue blocks, are seldom enough found with a full one. There
// is none where another target fails before that: more room only makes it worse.
func (s *search) roomFor(ctx context.Context, servers int) (Plan, bool, error) {
	worse := errors.New("more room makes it worse")
	room, ok, err := least(0, s.worthRoom(servers), s.proposeRoom(servers), func(room int) (bool, error) {
		checks, err := s.full(ctx, Plan{servers, room})
		if err != nil {
			return false, err
		}
		loss := slices.IndexFunc(checks, func(c Check) bool { return c.Metric == replicate.LossName })
		if checks[loss].Verdict == Holds {
			return true, nil
		}
		if slices.ContainsFunc(checks, func(c Check) bool { return c.Metric != replicate.LossName && c.Verdict == Fails }) {
			return false, worse
		}
		return false, nil
	})
	if errors.Is(err, worse) {
		return Plan{}, false, nil
	}
	return Plan{servers, room}, ok, err
}

// full holds a plan against what it may lose: with the other targets where its
// queue drops, and alone where it blocks.
func (s *search) full(ctx context.Context, p Plan) ([]Check, error) {
	if s.dropping() {
		return s.check(ctx, p)
	}
	t := trial{s.Question, s.sized(s.design, p, true), []Target{fullTarget}, s.run}
	return t.checks(ctx, s.tell(p))
}

// check holds the targets against a plan at the load that is asked about, once.
func (s *search) check(ctx context.Context, p Plan) ([]Check, error) {
	if checks, ok := s.tried[p]; ok {
		return checks, nil
	}
	checks, err := s.at(ctx, p, 1)
	if err == nil {
		s.tried[p] = checks
		s.unproven = s.unproven || verdict(checks) == TooLong
	}
	return checks, err
}

func (s *search) holds(ctx context.Context, p Plan) (bool, error) {
	checks, err := s.check(ctx, p)
	return err == nil && verdict(checks) == Holds, err
}

// at holds the targets against a plan at so many times the load.
func (s *search) at(ctx context.Context, p Plan, load float64) ([]Check, error) {
	asked := s.sized(s.design, p, s.dropping())
	asked.Load.Rate *= engine.Rate(load)
	t := trial{s.Question, asked, s.concerns(s.design), s.run}
	return t.checks(ctx, s.tell(p))
}

func (s *search) tell(p Plan) func(runs int) {
	return func(runs int) {
		if s.run.Progress != nil {
			s.run.Progress(s.design, p, runs)
		}
	}
}

// failed says why nothing holds, by the largest plan that was tried.
func (s *search) failed(proposed Plan) string {
	var largest Plan
	for p := range s.tried {
		if p.Servers > largest.Servers || p.Servers == largest.Servers && p.Capacity > largest.Capacity {
			largest = p
		}
	}
	with := fmt.Sprintf("with %d servers", largest.Servers)
	if s.design == Buffered {
		with = "an observer has one goroutine, and with it"
	}
	for _, c := range s.tried[largest] {
		switch c.Verdict {
		case Fails, Unsure:
			return fmt.Sprintf("%s %s comes to %s", with, c.Metric, c.told())
		case TooLong:
			return "no run is long enough to prove it: what theory proposes is " + proposed.Words(s.design)
		case Overloaded:
			return with + " more arrives than can be done"
		case Holds:
		}
	}
	return with + " no queue is both long enough and short enough"
}

// told is what a check found, for a sentence.
func (c *Check) told() string {
	switch c.Kind {
	case engine.KindShare:
		return strconv.FormatFloat(100*float64(c.Mean), 'g', 3, 64) + "%"
	default:
		return engine.FormatDuration(rounded(float64(c.Mean)))
	}
}

// describe says how large the plan is, and what theory had proposed.
func (s *search) describe(a *Answer, p, proposed Plan) {
	ahead := s.expect(s.sized(s.design, p, s.dropping()))
	a.Theory = Proposal{
		Model: ahead.theory.Model, Method: ahead.theory.Method, Servers: proposed.Servers,
		Unproven: s.unproven && proposed.Servers < p.Servers,
	}
	for _, t := range s.concerns(s.design) {
		if _, ok := ahead.known[t.Metric]; !ok {
			a.Theory.Method = RuleOfThumb
		}
	}
	if x, ok := ahead.known["utilisation"]; ok && s.design != Goroutine {
		a.Utilisation = engine.Figure(x)
	}
	switch s.design {
	case Message:
		a.Workers = &p.Servers
	case Inline:
		a.Publishers = &p.Servers
	case Goroutine:
		a.Goroutines = &p.Servers
	case Buffered:
	}
	if s.design.queued() {
		a.Capacity, a.Theory.Capacity, a.WhenFull = &p.Capacity, &proposed.Capacity, engine.Block
		if s.dropping() {
			a.WhenFull = engine.DropNewest
		}
	}
}

// furthest is how many percent more load are tried.
const furthest = 100

// edges says how near the edge a plan is: what one server less does, and what
// more load does.
func (s *search) edges(ctx context.Context, a *Answer, p Plan) error {
	if less := (Plan{p.Servers - 1, p.Capacity}); s.design != Goroutine && less.Servers >= s.fewest() {
		checks, err := s.check(ctx, less)
		if err != nil {
			return err
		}
		a.Less = &Trial{less.Servers, engine.Figure(s.Rate), verdict(checks), checks}
	}
	const fifth = 1.2
	checks, err := s.at(ctx, p, fifth)
	if err != nil {
		return err
	}
	a.More = &Trial{p.Servers, engine.Figure(fifth * float64(s.Rate)), verdict(checks), checks}
	low, high := 1, furthest
	if a.More.Verdict == Holds {
		low = 21
	} else {
		high = 20
	}
	first, broke, err := least(low, high, s.foreseenEdge(p), func(percent int) (bool, error) {
		checks, err := s.at(ctx, p, 1+float64(percent)/100)
		return err == nil && verdict(checks) != Holds, err
	})
	a.Headroom = furthest
	if broke {
		a.Headroom = first - 1
	}
	return err
}

// foreseenEdge is by how many percent the load may rise until a target is
// expected to fail.
func (s *search) foreseenEdge(p Plan) int {
	targets := s.concerns(s.design)
	asked := s.sized(s.design, p, s.dropping())
	edge, _, _ := least(1, furthest, 1, func(percent int) (bool, error) {
		asked.Load.Rate = s.Rate * engine.Rate(1+float64(percent)/100)
		ahead := s.expect(asked)
		return !ahead.holds(targets), nil
	})
	return edge
}

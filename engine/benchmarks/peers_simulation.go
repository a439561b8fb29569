package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/agoussia/godes"
	"github.com/fschuetz04/simgo"

	"duet/engine/budget"
)

// What is simulated: items come at random, and each of the servers takes as long as
// another, 1 on average.
const (
	servers  = 3
	arriving = 2.4 // a unit of time
)

// simulating simulates a queue. prepare prepares a round in which so many items come; run
// returns how many were served. An event is an arrival or a completion.
func simulating(name string, events int, prepare func(items int) (run func() (served int), end func())) budget.Arm {
	return budget.Arm{Name: name, N: events, Ready: func(n int) (run, clear func(), err error) {
		simulate, end := prepare(n / 2)
		return func() {
			if served := simulate(); served != n/2 {
				panic(fmt.Errorf("%s served %d items of %d", name, served, n/2))
			}
		}, end, nil
	}}
}

func godesQueue() budget.Arm {
	return simulating("godes (2018)", 20_000, func(items int) (run func() (served int), end func()) {
		q := newGodes(items)
		return q.run, godes.Clear
	})
}

// godesModel is the queue as godes has it: the servers wait until there is work. Of such
// models only one is there at a time.
type godesModel struct {
	items, served, left int

	queue            *godes.FIFOQueue
	work, done       *godes.BooleanControl
	between, service *godes.ExpDistr
}

type godesServer struct {
	*godes.Runner
	of *godesModel
}

func newGodes(items int) *godesModel {
	m := &godesModel{
		items: items,
		queue: godes.NewFIFOQueue("items"),
		work:  godes.NewBooleanControl(), done: godes.NewBooleanControl(),
		between: godes.NewExpDistr(true), service: godes.NewExpDistr(true),
	}
	for range servers {
		godes.AddRunner(&godesServer{&godes.Runner{}, m})
	}
	return m
}

// run waits for the last server itself: godes would look every 100 ms whether all have
// left. Its own goroutine stays behind for that.
func (m *godesModel) run() (served int) {
	godes.Run()
	for item := range m.items {
		m.queue.Place(item)
		m.work.Set(true)
		godes.Advance(m.between.Get(arriving))
	}
	m.done.Wait(true)
	return m.served
}

// Run serves until all items were.
func (s *godesServer) Run() {
	m := s.of
	for m.served < m.items {
		m.work.Wait(true)
		if m.queue.Len() == 0 {
			continue // another was quicker
		}
		m.queue.Get()
		m.work.Set(m.queue.Len() > 0)
		godes.Advance(m.service.Get(1))
		m.served++
	}
	m.work.Set(true) // so that the others see it
	if m.left++; m.left == servers {
		m.done.Set(true)
	}
}

func simgoQueue() budget.Arm {
	return simulating("simgo v0.7.0", 5_000, func(items int) (run func() (served int), end func()) {
		m := newSimgo(items)
		return m.run, nil
	})
}

// simgoModel is the queue as simgo has it: processes that wait for events.
type simgoModel struct {
	items, served int
	waited        float64 // by all

	simulation *simgo.Simulation
	queue      *simgo.Store[simgoItem]
	random     *rand.Rand
}

type simgoItem struct {
	came float64
	last bool // who gets it leaves
}

func newSimgo(items int) *simgoModel {
	s := simgo.NewSimulation()
	m := &simgoModel{items: items, simulation: s, queue: simgo.NewStore[simgoItem](s), random: rand.New(rand.NewPCG(1, 1))}
	s.Process(m.arrive)
	for range servers {
		s.Process(m.serve)
	}
	return m
}

func (m *simgoModel) run() (served int) {
	m.simulation.Run()
	return m.served
}

func (m *simgoModel) arrive(p simgo.Process) {
	for range m.items {
		m.queue.Put(simgoItem{came: p.Now()})
		p.Wait(p.Timeout(m.random.ExpFloat64() / arriving))
	}
	for range servers {
		m.queue.Put(simgoItem{last: true})
	}
}

func (m *simgoModel) serve(p simgo.Process) {
	for {
		item := m.queue.Get()
		p.Wait(item)
		if item.Item.last {
			return
		}
		m.waited += p.Now() - item.Item.came
		p.Wait(p.Timeout(m.random.ExpFloat64()))
		m.served++
	}
}

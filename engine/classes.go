package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// poolless is how many of so many workers belong to no pool: they take the
// classes that have none.
func (l *Lane) poolless(workers int) int {
	for _, n := range l.Pools {
		workers -= n
	}
	return workers
}

// noClass says that there is no class of a name.
func (s *Scenario) noClass(name string) string {
	if s.Load.Classes == nil {
		return "there is no class " + shown(name) + ", for the load has no classes"
	}
	return "there is no class " + shown(name) + "; " + suggest(name, s.Load.ClassNames())
}

// checkClasses holds the classes of the load.
func (s *Scenario) checkClasses() *problem {
	classes := s.Load.Classes
	if classes == nil {
		return nil
	}
	if p := checkNames("load.classes", s.Load.ClassNames(), MaxClasses); p != nil {
		return p
	}
	rest := 1.0
	for i, c := range classes[:len(classes)-1] {
		if rest -= float64(c.Share); rest < -1e-9 {
			return &problem{path: fmt.Sprintf("load.classes.%d.share", i), found: c.Share.String(), need: "the shares come to more than 100%"}
		}
	}
	return nil
}

// checkOrder holds what the order of a message lane's queues needs, and that each
// class has workers.
func (s *Scenario) checkOrder(i int) *problem {
	l := &s.Lanes[i]
	at := func(field string) string { return fmt.Sprintf("lanes.%d.%s", i, field) }
	apart := l.Queue.Order.ByClass()
	switch {
	case apart && len(s.Load.Classes) < 2:
		return &problem{path: at("queue.order"), found: string(l.Queue.Order), need: "this needs two or more load.classes, for without them no item comes before another"}
	case apart && l.Queue.Partitions > 0:
		return &problem{path: at("queue.order"), found: string(l.Queue.Order), need: "items are dealt to queues by class or by key, and this lane has partitions; fifo and lifo go with them"}
	case l.Queue.Order == LIFO && l.Queue.Capacity == 0:
		return &problem{path: at("queue.order"), found: string(LIFO), need: "this needs a capacity of 1 or more, for with 0 nothing waits"}
	}
	return s.checkPools(i)
}

// checkPools holds that every class has workers, and every worker a class.
func (s *Scenario) checkPools(i int) *problem {
	l, at := &s.Lanes[i], fmt.Sprintf("lanes.%d.", i)
	without := len(s.Load.Classes)
	for _, name := range sortedKeys(l.Pools) {
		switch {
		case !slices.Contains(s.Load.ClassNames(), name):
			return &problem{path: at + "pools." + name, need: s.noClass(name)}
		case l.Pools[name] > 0:
			without--
		}
	}
	if without == len(s.Load.Classes) {
		return nil
	}
	if l.Queue.Partitions > 0 {
		return &problem{path: at + "pools", need: "items are dealt to queues by class or by key, and this lane has partitions"}
	}
	for _, handler := range append([]string{""}, sortedKeys(l.Subscriptions)...) {
		place, workers := "workers", l.Workers
		if own := l.Subscriptions[handler].Workers; own != nil {
			place, workers = "subscriptions."+handler+".workers", *own
		}
		rest := l.poolless(workers)
		switch {
		case rest < 0 || without > 0 && rest == 0:
			return &problem{path: at + place, found: strconv.Itoa(workers), need: fmt.Sprintf("%d or more are needed, for %s", workers-rest+min(1, without), s.poolsText(l, without))}
		case without == 0 && rest > 0:
			return &problem{path: at + place, found: strconv.Itoa(workers), need: fmt.Sprintf("%d are needed, for every class has a pool, and nobody is left for the others to serve", workers-rest)}
		}
	}
	return nil
}

// poolsText says what the workers of a lane are for.
func (s *Scenario) poolsText(l *Lane, without int) string {
	var parts []string
	for _, name := range sortedKeys(l.Pools) {
		parts = append(parts, fmt.Sprintf("%d are the pool of %s", l.Pools[name], name))
	}
	if without > 0 {
		parts = append(parts, "the other classes need one")
	}
	return strings.Join(parts, " and ")
}

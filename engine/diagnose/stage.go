package diagnose

import (
	"fmt"
	"math"
	"time"

	"duet/engine"
)

// stage is servers and what waits before them: a subscription with its
// workers, a buffered observer, or the publishers of an inline bus, who run
// all observers of an item in turn.
type stage struct {
	name    string // the handler's, where there are several stages
	servers int
	server  string        // worker, publisher, observer
	service time.Duration // measured mean
	seen    int64         // how many service times that is the mean of
	longest float64       // what the longest of them contributes, as a part
	bounded bool
	room    int  // bounded: free places
	each    bool // a server has a queue of its own, or is the only one there can be
}

// bottleneck is the stage that finishes least. A lane of goroutine dispatch has
// none: the zero stage.
func (l *lane) bottleneck() stage {
	var least stage
	for _, s := range l.stages() {
		if least.seen <= 0 || s.seen > 0 && s.finishes() < least.finishes() {
			least = s
		}
	}
	return least
}

func (l *lane) stages() []stage {
	handlers := l.now.Handlers
	switch {
	case len(handlers) == 0 || l.settings.Dispatch == engine.Goroutine && l.settings.Model == engine.EventModel:
		return nil
	case l.settings.Model == engine.EventModel && l.settings.Dispatch != engine.Buffered:
		return []stage{inTurn(handlers, "publisher", handlers[0].Workers)}
	case l.settings.Handlers.Together:
		s := inTurn(handlers, "worker", l.alive(0))
		s.bounded, s.room, s.each = true, room(&handlers[0]), len(handlers[0].Partitions) > 0
		return []stage{s}
	}
	stages := make([]stage, len(handlers))
	for i := range handlers {
		h := &handlers[i]
		stages[i] = stage{
			servers: l.alive(i), server: "worker",
			service: h.Service.Mean, seen: h.Service.Count, longest: longest(&h.Service),
			bounded: true, room: room(h), each: len(h.Partitions) > 0,
		}
		if len(handlers) > 1 {
			stages[i].name = h.Name
		}
		if l.settings.Model == engine.EventModel {
			stages[i].server, stages[i].each = "observer", true
		}
	}
	return stages
}

// inTurn is one stage that runs all handlers of an item one after another.
func inTurn(handlers []engine.HandlerSnapshot, server string, servers int) stage {
	s := stage{servers: servers, server: server, seen: math.MaxInt64}
	for i := range handlers {
		s.service += handlers[i].Service.Mean
		s.seen = min(s.seen, handlers[i].Service.Count)
		s.longest = max(s.longest, longest(&handlers[i].Service))
	}
	return s
}

// longest is the part of the time of all services that the longest one took.
func longest(s *engine.Summary) float64 {
	if s.Count < 2 {
		return 0
	}
	return part(float64(s.Max), float64(s.Mean)*float64(s.Count))
}

// alive counts a handler's workers that have not crashed.
func (l *lane) alive(handler int) int {
	alive := l.now.Handlers[handler].Workers
	for _, w := range l.now.Workers {
		if w.State == engine.Crashed && (w.Handler == handler || l.settings.Handlers.Together) {
			alive--
		}
	}
	return max(alive, 0)
}

func room(h *engine.HandlerSnapshot) int {
	return h.Capacity*max(1, len(h.Partitions)) - int(h.Depth.Now)
}

// finishes is how many items a second the stage finishes at most; infinite
// while no service time is known.
func (s stage) finishes() float64 {
	if s.seen <= 0 || s.service <= 0 {
		return math.Inf(1)
	}
	return float64(max(0, s.servers)) / s.service.Seconds()
}

// pace is the stage's part of a sentence: 4 workers finish 100/s.
func (s stage) pace() string { return s.paceOf(s.finishes()) }

func (s stage) paceOf(finishes float64) string {
	return fmt.Sprintf("%s %s %s", plural(int64(s.servers), s.server), verb(int64(s.servers), "finishes", "finish"), rate(finishes))
}

func (s stage) fullQueue() string {
	if s.name == "" {
		return "the full queue"
	}
	return "the full queue of " + s.name
}

func (s stage) grows() string {
	switch {
	case s.server == "":
		return "the number of goroutines grows"
	case !s.bounded:
		return "the backlog grows"
	case s.name == "":
		return "the queue grows"
	default:
		return "the queue of " + s.name + " grows"
	}
}

package tui

import (
	"strings"

	"duet/engine"
	"duet/ui/internal/figure"
)

// word is a word of this program, what it means, and what it is of a lane now;
// nil: it is nothing that has a figure.
type word struct {
	word, means string
	now         func(l *engine.LaneSnapshot, s *engine.Scenario) string
}

// glossary are all words of the screen, in the order in which an item meets
// them.
var glossary = []word{
	{"item", "one unit of work: a sequence number, a key, the time at which it is to arrive, and how long each handler will take", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Count(l.Ledger.Offered) + " arrived, " + figure.Rate(l.Recent.Arrivals) + "/s"
	}},
	{"lane", "one model with its settings, running the workload; all lanes get the same items", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return "of the " + string(l.Model) + " model"
	}},
	{"handler", "named work to do for an item", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		names := make([]string, len(l.Handlers))
		for i := range l.Handlers {
			names[i] = l.Handlers[i].Name
		}
		return strings.Join(names, " ")
	}},
	{"queue", "in the message model, between producer and workers; it has so much room and no more", ofMessage(func(l *engine.LaneSnapshot, s *engine.Scenario) string {
		return roomOf(&specOf(l, s).Queue)
	})},
	{"subscription", "a queue of a topic and the workers of one handler", ofMessage(func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Count(int64(len(l.Handlers))) + ", with " + figure.Count(int64(len(l.Workers))) + " " + plural("worker", len(l.Workers))
	})},
	{"observer", "in the event model, a handler that is called when an event is published on a bus", ofEvent(func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Count(int64(len(l.Handlers))) + ", for " + figure.Count(int64(len(l.Publishers))) + " " + plural("publisher", len(l.Publishers))
	})},
	{"depth", "waiting in the queue", gauge(func(w *engine.Window) *engine.Gauge { return &w.Depth })},
	{"backlog", "arrived by schedule, but not yet accepted: the hidden queue of the event model, and of a producer that stands", gauge(func(w *engine.Window) *engine.Gauge { return &w.Backlog })},
	{"in flight", "being handled", ledger(func(l *engine.Ledger) int64 { return l.InFlight })},
	{"publish time", "how long the call that hands an item over takes: what the caller pays", summed(func(w *engine.Window) *engine.Summary { return &w.Publish })},
	{"wait", "from when an item was to arrive until its handling starts", summed(func(w *engine.Window) *engine.Summary { return &w.Wait })},
	{"service", "the handling itself, as measured", summed(func(w *engine.Window) *engine.Summary { return &w.Service })},
	{"latency", "from when an item was to arrive until its last handler ends", summed(func(w *engine.Window) *engine.Summary { return &w.Latency })},
	{"naive", "latency from when the send could start: what a benchmark measures that waits for its own requests", summed(func(w *engine.Window) *engine.Summary { return &w.Naive })},
	{"late", "finished after an item that came later", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Percent(lateShare(&l.Recent))
	}},
	{"displacement", "by how many items a late one was overtaken", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Count(l.Recent.Order.MaxDisplacement) + " at most"
	}},
	{"key-late", "late among the items of one key", func(l *engine.LaneSnapshot, _ *engine.Scenario) string { return figure.Count(l.Recent.Order.KeyLate) }},
	{"nested-late", "seen by a handler after what another one published while handling the same item", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Count(l.Recent.Order.NestedLate)
	}},
	{"utilisation", "the part of the time that servers are busy: arrivals a second × mean service ÷ servers, as far as that goes", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		return figure.Percent(l.Recent.Utilisation)
	}},
	{"delivery", "one item for one handler; an item is done when all its deliveries are", func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		var n int64
		for i := range l.Handlers {
			n += l.Handlers[i].Ledger.Done
		}
		return figure.Count(n) + " done"
	}},
	{"waiting", "in the backlog, in a queue, or in a pause before another attempt", ledger(func(l *engine.Ledger) int64 { return l.Waiting })},
	{"done", "handled by all its handlers", ledger(func(l *engine.Ledger) int64 { return l.Done })},
	{"failed", "handled, with an error", ledger(func(l *engine.Ledger) int64 { return l.Failed })},
	{"dropped", "turned away or thrown out by a full queue, or missed by a ticker", ledger(func(l *engine.Ledger) int64 { return l.Dropped })},
	{"expired", "its client has given up for good", ledger(func(l *engine.Ledger) int64 { return l.Expired })},
	{"dead-lettered", "put aside after its last attempt", ledger(func(l *engine.Ledger) int64 { return l.DeadLettered })},
	{"lost", "accepted, and then gone without an outcome: by a crash, or the death of a lane", ledger(func(l *engine.Ledger) int64 { return l.Lost })},
	{"redelivered", "handed out again after a crash or a failure", ledger(func(l *engine.Ledger) int64 { return l.Redelivered })},
	{"duplicate", "handled again although it was already done; it never counts twice", ledger(func(l *engine.Ledger) int64 { return l.Duplicates })},
	{"known", "handled again by idempotent handlers, which recognised that it was done", ledger(func(l *engine.Ledger) int64 { return l.Deduplicated })},
	{"attempt", "one try for an item; a client that gives up and tries again makes a new one", ledger(func(l *engine.Ledger) int64 { return l.Attempts })},
	{"REAL", "measured on goroutines, in real time", nil},
	{"VIRTUAL", "simulated: the same items through the same lanes; the same seed gives the same figures", nil},
	{"theory", "what a closed form says of the long run, where one applies", nil},
}

// specOf are the settings of a lane; those of nothing when it is not there.
func specOf(l *engine.LaneSnapshot, s *engine.Scenario) *engine.Lane {
	for i := range s.Lanes {
		if s.Lanes[i].Name == l.Name {
			return &s.Lanes[i]
		}
	}
	return &engine.Lane{}
}

// ofMessage says something of message lanes only.
func ofMessage(now func(*engine.LaneSnapshot, *engine.Scenario) string) func(*engine.LaneSnapshot, *engine.Scenario) string {
	return ofModel(engine.Message, now)
}

// ofEvent says something of event lanes only.
func ofEvent(now func(*engine.LaneSnapshot, *engine.Scenario) string) func(*engine.LaneSnapshot, *engine.Scenario) string {
	return ofModel(engine.EventModel, now)
}

func ofModel(model engine.Model, now func(*engine.LaneSnapshot, *engine.Scenario) string) func(*engine.LaneSnapshot, *engine.Scenario) string {
	return func(l *engine.LaneSnapshot, s *engine.Scenario) string {
		if l.Model != model {
			return figure.None
		}
		return now(l, s)
	}
}

func gauge(of func(*engine.Window) *engine.Gauge) func(*engine.LaneSnapshot, *engine.Scenario) string {
	return func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		g := of(&l.Recent)
		return figure.Count(g.Now) + " now, " + figure.Count(g.Max) + " at most"
	}
}

func ledger(of func(*engine.Ledger) int64) func(*engine.LaneSnapshot, *engine.Scenario) string {
	return func(l *engine.LaneSnapshot, _ *engine.Scenario) string { return figure.Count(of(&l.Ledger)) }
}

func summed(of func(*engine.Window) *engine.Summary) func(*engine.LaneSnapshot, *engine.Scenario) string {
	return func(l *engine.LaneSnapshot, _ *engine.Scenario) string {
		s := of(&l.Recent)
		if s.Count == 0 {
			return figure.None
		}
		return "p50 " + figure.Duration(s.P50) + " p99 " + figure.Duration(s.P99)
	}
}

package live

import (
	"slices"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/remotework"
)

// byHand is a process with one worker that does and says what the test has it do and say.
type byHand struct {
	name    string
	queue   string // where it works
	reports broker.Queue
	letters broker.Queue
	link    broker.Worker
	number  uint64
	acked   bool // what it has in hand
}

// joinByHand joins the lane message of the run mine, whose first handler is charge.
func joinByHand(t *testing.T, server broker.Server, name string) *byHand {
	t.Helper()
	return joinQueue(t, server, name, "charge")
}

func joinQueue(t *testing.T, server broker.Server, name, work string) *byHand {
	t.Helper()
	s := &byHand{name: name, queue: work}
	var err error
	if s.reports, err = server.Attach(t.Context(), remotework.Reports("mine", "message", 1), broker.Options{Prefetch: 1}); err != nil {
		t.Fatal(err)
	}
	if s.letters, err = server.Queue(t.Context(), remotework.Letters("mine", "message", name), broker.Options{Prefetch: 1}); err != nil {
		t.Fatal(err)
	}
	s.report(t, remotework.Report{Hello: &remotework.Hello{Host: "elsewhere", Workers: 1}})
	queue, err := server.Attach(t.Context(), broker.Name{Run: "mine", Lane: "message", Handler: work}, broker.Options{Prefetch: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s.link, err = queue.Worker(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *byHand) report(t *testing.T, r remotework.Report) {
	t.Helper()
	s.number++
	r.From, r.Number = s.name, s.number
	if err := s.reports.Publish(t.Context(), broker.Message{ID: s.number, Body: r.Encode()}); err != nil {
		t.Fatal(err)
	}
}

// says tells of one event.
func (s *byHand) says(t *testing.T, e remotework.Event) {
	t.Helper()
	e.Queue, e.Worker, e.Acked = s.queue, 1, s.acked && e.What != remotework.Lets
	s.report(t, remotework.Report{Events: []remotework.Event{e}})
}

// begin takes a delivery in hand.
func (s *byHand) begin(t *testing.T, d *broker.Delivery, acked bool) {
	t.Helper()
	s.acked = acked
	s.says(t, remotework.Event{What: remotework.Begins, ID: d.ID})
	if acked {
		s.ack(t, d)
	}
}

// end has done with it.
func (s *byHand) end(t *testing.T, d *broker.Delivery, did ...remotework.Result) {
	t.Helper()
	s.says(t, remotework.Event{What: remotework.Ends, ID: d.ID, Did: did})
	if !s.acked {
		s.ack(t, d)
	}
}

// bye leaves.
func (s *byHand) bye(t *testing.T) {
	t.Helper()
	s.link.Close(false)
	s.report(t, remotework.Report{Bye: true})
}

func (s *byHand) ack(t *testing.T, d *broker.Delivery) {
	t.Helper()
	if err := d.Settle(broker.Ack, 0); err != nil {
		t.Fatal(err)
	}
}

// noted tells whether a mark says something.
func (r *rig) noted(what string) func(*engine.Snapshot) bool {
	return func(*engine.Snapshot) bool {
		return slices.ContainsFunc(r.Marks(nil, 0), func(m engine.Change) bool { return strings.Contains(m.Note, what) })
	}
}

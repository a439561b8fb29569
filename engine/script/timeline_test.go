package script

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"duet/engine"
)

const eventful = `
duet: 1
load: {rate: 10/s}
handlers: [{name: work}]
events:
  - {name: queue.high, when: message.depth > 50, clear: message.depth < 20}
  - {name: backlog, when: event.backlog > 5}
timeline:
  - {at: 2s, fault: {stall: work}, set: {lanes.message.workers: 2}}
  - {on: queue.high, set: {load.rate: 5/s, lanes.message.workers: 8}}
  - {at: 1s, set: {load.rate: 20/s}}
  - {on: backlog, fault: {slow: work}}
  - {on: queue.high, fault: {fail: work}}
`

func scenario(t *testing.T) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("eventful.yaml", []byte(eventful))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// told writes changes in one line.
func told(changes []engine.Change) string {
	var all []string
	for _, c := range changes {
		what := c.Path + "=" + c.Value
		if c.Fault != nil {
			what = fmt.Sprint(c.Fault.Kind, " ", c.Fault.Target)
		}
		all = append(all, c.By+": "+what)
	}
	return strings.Join(all, ", ")
}

func TestAgendaByTime(t *testing.T) {
	a := NewAgenda(scenario(t))
	for _, c := range []struct {
		now  time.Duration
		want string
		next time.Duration
	}{
		{999 * time.Millisecond, "", time.Second},
		{time.Second, "timeline: load.rate=20/s", 2 * time.Second},
		{time.Second, "", 2 * time.Second},
		{time.Minute, "timeline: lanes.message.workers=2, timeline: stall work", math.MaxInt64},
		{time.Hour, "", math.MaxInt64},
	} {
		if got := told(a.Until(c.now)); got != c.want || a.Next() != c.next {
			t.Errorf("until %v: %q, then %v; want %q, then %v", c.now, got, a.Next(), c.want, c.next)
		}
	}
}

func TestAgendaOnEvents(t *testing.T) {
	a := NewAgenda(scenario(t))
	for range 2 { // as often as it is raised
		if got, want := told(a.On("queue.high")), "queue.high: lanes.message.workers=8, queue.high: load.rate=5/s, queue.high: fail work"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := told(a.On("backlog")); got != "backlog: slow work" {
		t.Errorf("got %q", got)
	}
	if got := a.On("other"); got != nil {
		t.Errorf("an event that nothing comes with brings %q", told(got))
	}
}

func TestSignals(t *testing.T) {
	s := scenario(t)
	g := NewSignals(s)
	moment := &engine.Snapshot{Scenario: s, Lanes: []engine.LaneSnapshot{{Name: "message"}, {Name: "event"}}}
	for i, c := range []struct {
		depth, backlog int64
		fresh, raised  string
	}{
		{50, 5, "", ""},
		{51, 5, "queue.high", "queue.high"},
		{60, 6, "backlog", "queue.high backlog"},
		{30, 5, "", "queue.high"}, // cleared below 20 only
		{19, 5, "", ""},
		{30, 0, "", ""},
		{51, 6, "queue.high backlog", "queue.high backlog"},
	} {
		moment.Lanes[0].Recent.Depth.Now, moment.Lanes[1].Recent.Backlog.Now = c.depth, c.backlog
		fresh := strings.Join(g.Feed(moment), " ")
		raised := strings.Join(g.Raised(nil), " ")
		if fresh != c.fresh || raised != c.raised {
			t.Errorf("%d: raises %q so that %q are; want %q and %q", i, fresh, raised, c.fresh, c.raised)
		}
	}
	if n := testing.AllocsPerRun(100, func() { g.Feed(moment) }); n != 0 {
		t.Errorf("feeding allocates %v times", n)
	}
	if NewSignals(&engine.Scenario{}).None() == g.None() {
		t.Error("with and without events is the same")
	}
}

func TestMarksKeepTheLatest(t *testing.T) {
	var m Marks
	for i := range MarksKept + 10 {
		m.Add(engine.Change{At: time.Duration(i)})
	}
	last := m.From(nil, MarksKept+8)
	if m.Count() != MarksKept+10 || len(m.From(nil, 0)) != MarksKept || len(last) != 2 || last[1].At != MarksKept+9 {
		t.Errorf("%d made, %d kept, the last are %v", m.Count(), len(m.From(nil, 0)), last)
	}
	if at := m.From(nil, 0)[0].At; at != 10 {
		t.Errorf("the first kept is from %d", at)
	}
	if got := m.From([]engine.Change{{By: "me"}}, MarksKept+10); len(got) != 1 || !slices.Equal(got, []engine.Change{{By: "me"}}) {
		t.Errorf("nothing new came to %v", got)
	}
}

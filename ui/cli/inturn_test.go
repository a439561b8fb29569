package cli

import (
	"slices"
	"testing"
	"testing/synctest"

	"duet/engine"
)

const crowded = `
duet: 1
load: {rate: 10/s}
duration: 10s
handlers: [{name: work}]
lanes:
  - {model: message}
  - {model: event}
  - {name: other, model: event}
events:
  - {name: all, when: message.depth > 5}
  - {name: both, when: event.backlog > 5, clear: message.depth < 3}
timeline:
  - {at: 1s, set: {load.rate: 20/s, lanes.message.workers: 2, lanes.event.publishers: 2}}
  - {at: 2s, fault: {crash: worker}}
  - {at: 3s, set: {lanes.other.dispatch: buffered}}
  - {at: 4s, fault: {crash: worker}}
  - {at: 5s, fault: {stall: work, for: 1s}}
  - {at: 6s, fault: {stop: producers, lane: event, for: 1s}}
  - {at: 7s, set: {lanes.message.workers: 3}}
  - {on: all, set: {load.rate: 5/s, lanes.event.publishers: 3}}
  - {on: both, set: {load.rate: 5/s}}
expect:
  - message.done == event.done
  - {claim: other.dropped == 0, during: 2s..4s}
`

func TestALaneAlone(t *testing.T) {
	s, err := engine.Decode("crowded.yaml", []byte(crowded))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name   string
		events int
		at     []int // the seconds at which something happens
	}{
		{"message", 1, []int{1, 2, 4, 5, 7, 0}}, // on an event, last
		{"event", 0, []int{1, 5, 6}},
		{"other", 0, []int{1, 3, 4, 5}},
	} {
		one := alone(s, i)
		if len(one.Lanes) != 1 || one.Lanes[0].Name != want.name {
			t.Errorf("the lanes are %+v, want %s", one.Lanes, want.name)
		}
		if len(one.Events) != want.events {
			t.Errorf("%s: events %+v, want %d", want.name, one.Events, want.events)
		}
		var at []int
		for _, m := range one.Timeline {
			at = append(at, int(m.At.Seconds()))
		}
		if !slices.Equal(at, want.at) {
			t.Errorf("%s: something happens at %v, want %v", want.name, at, want.at)
		}
		if n := len(one.Stretches()); n != 1 {
			t.Errorf("%s: figures of %d parts of the run, want 1", want.name, n)
		}
	}
	if len(s.Lanes) != 3 || len(s.Events) != 2 || len(s.Timeline) != 9 || len(s.Timeline[0].Set) != 3 {
		t.Error("the scenario itself has changed")
	}
}

func TestInTurn(t *testing.T) {
	inFolder(t, map[string]string{"crowded.yaml": crowded})
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		if code := s.do(t, "run", "crowded.yaml", "--in-turn", "--format", "json"); code != exitFine {
			t.Errorf("exit code %d, %s", code, s.errs.String())
		}
		if len(s.ran) != 3 {
			t.Fatalf("%d runs, want one for each lane", len(s.ran))
		}
		r := decoded(t, s.out.Bytes())
		if len(r.Lanes) != 3 || !r.Cases[0].InTurn || r.Seconds != 10 {
			t.Fatalf("%d lanes, in turn: %v, %v s", len(r.Lanes), r.Cases[0].InTurn, r.Seconds)
		}
		for i, name := range []string{"message", "event", "other"} {
			if r.Lanes[i].Name != name || r.Lanes[i].Done != 100 {
				t.Errorf("lane %d is %+v, want %s", i, r.Lanes[i], name)
			}
		}
		if len(r.Expect) != 2 || !r.Expect[0].Holds {
			t.Errorf("%+v: claims compare the lanes, though they ran apart", r.Expect)
		}
	})
}

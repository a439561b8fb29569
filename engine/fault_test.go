package engine

import (
	"testing"
	"time"
)

func TestCompleteFillsInDefaults(t *testing.T) {
	s := decoded(t, shortest)
	for _, c := range []struct{ fault, want Fault }{
		{
			Fault{Kind: FaultCrash, Target: "worker"},
			Fault{Kind: FaultCrash, Target: "worker", Count: 1, When: CrashDuring, Restart: 2 * time.Second},
		},
		{
			Fault{Kind: FaultCrash, Target: "worker", Count: 3, When: CrashBeforeAck, Restart: time.Minute},
			Fault{Kind: FaultCrash, Target: "worker", Count: 3, When: CrashBeforeAck, Restart: time.Minute},
		},
		{Fault{Kind: FaultSlow, Target: "charge"}, Fault{Kind: FaultSlow, Target: "charge", Factor: 2}},
		{Fault{Kind: FaultPanic, Target: "charge", Share: 0.1}, Fault{Kind: FaultPanic, Target: "charge", Share: 0.1}},
		{Fault{Kind: FaultFail, Target: "charge"}, Fault{Kind: FaultFail, Target: "charge", Share: 1}},
		{Fault{Kind: FaultStop, Target: "producers", Lane: "event"}, Fault{Kind: FaultStop, Target: "producers", Lane: "event"}},
		{Fault{Kind: FaultRevive, Target: "lane"}, Fault{Kind: FaultRevive, Target: "lane"}},
	} {
		if got, err := s.Complete(c.fault); err != nil || got != c.want {
			t.Errorf("%+v\n got: %+v, %v\nwant: %+v", c.fault, got, err, c.want)
		}
	}
}

func TestCompleteRefuses(t *testing.T) {
	s := decoded(t, shortest)
	for _, c := range []struct {
		fault Fault
		want  string
	}{
		{Fault{}, `kind is "": crash, stall, slow, fail, panic, stop, start, mend or revive is needed`},
		{Fault{Kind: FaultStall, Target: "email"}, `target is "email": charge is needed`},
		{Fault{Kind: FaultStall, Target: "charge", For: -1}, "for is -1ns: a duration from 0s to 24h is needed"},
		{Fault{Kind: FaultFail, Target: "charge", Share: 2}, "share is 200%: a share from 0% to 100% is needed"},
		{Fault{Kind: FaultCrash, Target: "worker", Handler: "email"}, `handler is "email": charge is needed`},
		{
			Fault{Kind: FaultCrash, Target: "worker", Lane: "event"},
			"target is worker: lane event has no worker to crash: with dispatch inline its observers run in the publisher's goroutine; stall or panic a handler instead",
		},
	} {
		if _, err := s.Complete(c.fault); err == nil || err.Error() != c.want {
			t.Errorf("%+v\n got: %v\nwant: %s", c.fault, err, c.want)
		}
	}
}

func TestCrashFindsAnyLaneWithWorkers(t *testing.T) {
	s := decoded(t, shortest+"lanes: [{model: event, dispatch: buffered}, {name: inline, model: event}]")
	if _, err := s.Complete(Fault{Kind: FaultCrash, Target: "worker"}); err != nil {
		t.Error(err)
	}
}

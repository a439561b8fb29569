package diagnose_test

import (
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
	"duet/engine/diagnose"
	"duet/engine/live"
	"duet/engine/virtual"
)

// seen is what was found at one moment of a run.
type seen struct {
	at    time.Duration
	found []diagnose.Finding
}

// scenarioOf reads a scenario that says all but the version.
func scenarioOf(t interface {
	Helper()
	Fatal(...any)
}, text string,
) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("{duet: 1, "+text[1:]))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// begin starts a run and says how long lane time takes for a quarter of a
// second. Impatient clients are run on goroutines and all else is simulated, so
// that runs of both kinds are looked at.
func begin(t *testing.T, s *engine.Scenario) (r engine.Run, tick time.Duration) {
	t.Helper()
	const speed = 10
	var err error
	if s.Load.Timeout > 0 {
		tick = 250 * ms
		r, err = live.New(s, live.Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly())})
	} else {
		tick = 250 * ms / speed
		r, err = virtual.New(s, virtual.Options{Endless: true, Speed: speed})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r, tick
}

// play runs a scenario for so long and diagnoses it four times a second, as the
// screen does.
func play(t *testing.T, text string, long time.Duration) []seen {
	t.Helper()
	return watch(t, text, long, diagnose.Of)
}

// watch runs a scenario for so long and looks at it four times a second, also
// at what it was up to four seconds before.
func watch(t *testing.T, text string, long time.Duration, look func(now, before *engine.Snapshot) []diagnose.Finding) []seen {
	t.Helper()
	s := scenarioOf(t, text)
	var all []seen
	synctest.Test(t, func(t *testing.T) {
		r, tick := begin(t, s)
		var now engine.Snapshot
		var past []*engine.Snapshot // a second apart, the oldest first
		for at := time.Duration(0); at < long; at += 250 * ms {
			time.Sleep(tick)
			r.Snapshot(&now)
			var before *engine.Snapshot
			if len(past) > 0 {
				before = past[0]
			}
			all = append(all, seen{now.At, look(&now, before)})
			if len(past) == 0 || now.At-past[len(past)-1].At >= sec {
				past = append(past, now.Clone())
			}
			if len(past) > 4 {
				past = past[1:]
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return all
}

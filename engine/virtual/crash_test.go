package virtual

import (
	"testing"
	"time"

	"duet/engine"
)

// TestACrashBeforeTheAckIsFromTheEndOfTheWork: a worker that is to crash goes down when its
// work ends, and from there its restart counts; until then it is not down.
func TestACrashBeforeTheAckIsFromTheEndOfTheWork(t *testing.T) {
	inFakeTime(t, `
load: {rate: 1/s, arrivals: constant}
handlers: [{name: work, service: {dist: constant, mean: 800ms}}]
lanes: [{model: message, workers: 1, ack: after}]
timeline: [{at: 1100ms, fault: {crash: worker, when: before_ack, restart: 500ms}}]
`, Options{Endless: true}, func(r *Run) {
		for _, c := range []struct {
			at, back time.Duration
			state    engine.WorkerState
		}{
			{1700 * time.Millisecond, 0, engine.Busy},
			{1900 * time.Millisecond, 2300 * time.Millisecond, engine.Crashed},
			{2400 * time.Millisecond, 0, engine.Busy},
		} {
			time.Sleep(c.at - look(r).At)
			if w := look(r).Lanes[0].Workers[0]; w.State != c.state || w.BackAt != c.back {
				t.Errorf("at %v: state %d, back at %v, want %d and %v", c.at, w.State, w.BackAt, c.state, c.back)
			}
		}
	})
}

package live

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/clock"
)

// TestWhatOutlivesItsLaneIsCounted: a lane dies while a handler that ignores its
// context has an item in hand. It is revived before that handler returns, whose
// item is in hand until then, and has ended afterwards.
func TestWhatOutlivesItsLaneIsCounted(t *testing.T) {
	const outlives = 5 * time.Second
	for name, lane := range map[string]string{
		"goroutine": "{name: lane, model: event, dispatch: goroutine, recover: false}",
		"buffered":  "{name: lane, model: event, dispatch: buffered, recover: false}",
		"inline":    "{name: lane, model: event, publishers: 2, recover: false}",
		"message":   "{name: lane, model: message, workers: 2, recover: false}",
	} {
		for _, load := range []string{"load: {rate: 10/s, arrivals: constant}", "load: {rate: 10/s, arrivals: constant, timeout: 1ms}"} {
			t.Run(name+" "+load, func(t *testing.T) {
				text := load + "\nhandlers: [{name: deaf}, {name: faulty}]\nlanes: [" + lane + "]\n"
				synctest.Test(t, func(t *testing.T) {
					r := begin(t, text, Options{Endless: true, Clock: clock.NewLane(clock.TimersOnly()), Handlers: map[string]Func{
						"deaf": func(_ context.Context, it engine.Item) error {
							if it.Seq == 1 {
								time.Sleep(outlives)
							}
							return nil
						},
						"faulty": func(_ context.Context, it engine.Item) error {
							if it.Seq == 2 {
								panic("the second item")
							}
							return nil
						},
					}})
					defer r.end()
					r.await("dead", 2*time.Second, func(s *engine.Snapshot) bool { return s.Lanes[0].Dead != "" })
					time.Sleep(time.Second) // until nobody waits any more for what does not end
					r.do(set("load.rate", "0/s"), broken(engine.Fault{Kind: engine.FaultRevive, Target: "lane", Lane: "lane"}))
					time.Sleep(time.Second)
					if l := r.lane("lane"); l.Handlers[0].Busy != 1 || r.snap.Quiescent {
						t.Errorf("before it returns %d are busy", l.Handlers[0].Busy)
					}
					time.Sleep(outlives)
					if l := r.lane("lane"); !r.snap.Quiescent || l.Handlers[0].Busy != 0 {
						t.Errorf("after it has returned:\n%s", described(&r.snap))
					}
					if err := checkBalance(&r.snap); err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

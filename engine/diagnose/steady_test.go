package diagnose_test

import (
	"fmt"
	"testing"
	"time"

	"duet/engine/diagnose"
)

// pair is a lane of each model with so many servers, at a utilisation.
func pair(rho float64, servers int, mean time.Duration) string {
	return fmt.Sprintf(`{load: {rate: %g/s}, handlers: [{name: charge, service: {mean: %v}}],
		lanes: [{model: message, workers: %d, queue: {capacity: 1000}}, {model: event, publishers: %d}]}`,
		rho*float64(servers)/mean.Seconds(), mean, servers, servers)
}

// What keeps up is called healthy nearly always, near saturation too.
func TestChanceIsNotCalledTrouble(t *testing.T) {
	for _, c := range []struct {
		scenario string
		most     float64 // part of the looks at which something else may be said
	}{
		{pair(0.8, 1, 10*ms), 0.002},
		{pair(0.8, 4, 40*ms), 0.002},
		{pair(0.9, 1, 10*ms), 0.01},
		{pair(0.9, 4, 10*ms), 0.01},
		{pair(0.9, 1, 100*ms), 0.02},
		{"{load: {rate: 80/s, arrivals: bursts}, handlers: [{name: charge}], lanes: [{model: message, workers: 1, queue: {capacity: 1000}}]}", 0.02},
		{"{load: {rate: 70/s, arrivals: sine, sine: {amplitude: 0.3, period: 20s}}, handlers: [{name: charge}], lanes: [{model: event}]}", 0.02},
		{`{load: {rate: 640/s, keys: {count: 10000}}, handlers: [{name: charge}],
			lanes: [{model: message, workers: 8, queue: {partitions: 8, capacity: 1000}}, {model: event, publishers: 8, publish_by: key}]}`, 0.02},
		{`{load: {rate: 160/s, timeout: 500ms, retry: {attempts: 4}}, handlers: [{name: charge, service: {mean: 40ms}}],
			lanes: [{model: message, workers: 8}, {model: event, publishers: 8}]}`, 0.01},
		{`{load: {rate: 80/s}, handlers: [{name: charge}, {name: mail}],
			lanes: [{model: message, handlers: together, workers: 2, queue: {capacity: 1000}}, {model: event, dispatch: buffered}]}`, 0.01},
	} {
		looks, wrong := 0, 0
		var last diagnose.Finding
		for _, s := range play(t, c.scenario, 60*sec) {
			looks++
			if s.found[0].Kind != diagnose.Healthy {
				wrong++
				last = s.found[0]
			}
		}
		if float64(wrong) > c.most*float64(looks) {
			t.Errorf("%s\nnot healthy at %d of %d looks, the last time %+v", c.scenario, wrong, looks, last)
		}
	}
}

// What cannot keep up is found soon, and from then on in nearly every look.
func TestOverloadIsFoundSoon(t *testing.T) {
	for _, c := range []struct {
		scenario string
		within   time.Duration
	}{
		{pair(1.1, 4, 10*ms), 2 * sec},
		{pair(1.2, 1, 10*ms), 2 * sec},
		{pair(1.2, 4, 40*ms), 3 * sec},
		{pair(1.5, 1, 100*ms), 4 * sec},
		{pair(2, 4, 40*ms), sec},
	} {
		found, looks, first := 0, 0, time.Duration(0)
		for _, s := range play(t, c.scenario, 15*sec) {
			trouble := 0
			for _, f := range s.found {
				if f.Kind == diagnose.Growing || f.Kind == diagnose.Unstable || f.Kind == diagnose.Blocked {
					trouble++
				}
			}
			if trouble == 2 && first == 0 {
				first = s.at
			}
			if first > 0 {
				looks++
				found += trouble / 2
			}
		}
		if first == 0 || first > c.within || found*100 < looks*90 {
			t.Errorf("%s\nfound first at %v, then in %d of %d looks", c.scenario, first, found, looks)
		}
	}
}

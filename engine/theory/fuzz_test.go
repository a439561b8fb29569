package theory

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"duet/engine"
)

// FuzzForLane holds that every lane of every scenario has a sound answer, at
// any rate, which can be written as JSON.
func FuzzForLane(f *testing.F) {
	files, err := filepath.Glob("../../presets/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal("no presets to begin with", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, 0.0)
	}
	f.Add([]byte("duet: 1\nload: {rate: 1000000/s, keys: {count: 7, skew: 2}}\nhandlers: [{name: a, service: {dist: lognormal, cv: 100, mean: 1h}}, {name: b, fail: 30%}]\nlanes: [{model: message, workers: 100, attempts: 3, ack: after, queue: {partitions: 200, when_full: drop_oldest}}, {model: event, dispatch: goroutine}]"), 0.1)
	f.Add([]byte("duet: 1\nload: {rate: 120/s, arrivals: constant}\nhandlers: [{name: a}]\nlanes: [{model: message, workers: 100000, queue: {capacity: 1000000, when_full: drop_newest}}, {model: event, publishers: 1000, publish_by: key}, {name: x, model: event, dispatch: buffered}]"), 1e6)
	f.Fuzz(func(t *testing.T, src []byte, rate float64) {
		s, err := engine.Decode("fuzz.yaml", src)
		if err != nil {
			return
		}
		for lane := range s.Lanes {
			r := ForLane(s, lane, rate)
			sound(t, r)
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
			if r.Applies && r.Model == "" {
				t.Fatalf("a model without a name: %+v", r)
			}
		}
	})
}

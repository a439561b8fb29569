package voices

import (
	"fmt"
	"strings"

	"duet/engine"
)

// Model is a lane of which theory knows the long run.
type Model struct {
	What     string // in a few words
	Scenario *engine.Scenario
	Figures  []Figure
}

// Figure is what is compared.
type Figure string

// The figures, as reports name them.
const (
	WaitMean    Figure = "wait.mean"
	LatencyMean Figure = "latency.mean"
	Loss        Figure = "loss"
)

// textbook are the models, one lane each. Services take long beside what a timer
// is late by, and few items arrive, so that many real runs go on at once without
// disturbing each other.
var textbook = []struct {
	what, lane, load, handlers string
	figures                    []Figure
}{
	{"1 worker", "{model: message, workers: 1}", "70/s", work("exponential", "10ms"), []Figure{WaitMean, LatencyMean}},
	{"1 worker", "{model: message, workers: 1}", "70/s", work("constant", "10ms"), []Figure{WaitMean, LatencyMean}},
	{"4 workers", "{model: message, workers: 4}", "80/s", work("exponential", "40ms"), []Figure{WaitMean, LatencyMean}},
	{
		"2 workers, drops", "{model: message, workers: 2, queue: {capacity: 8, when_full: drop_newest}}", "100/s",
		work("exponential", "20ms"),
		[]Figure{WaitMean, Loss},
	},
	{"inline, 1 publisher", "{model: event, publishers: 1}", "70/s", work("exponential", "10ms"), []Figure{WaitMean, LatencyMean}},
	{"inline, 3 publishers", "{model: event, publishers: 3}", "75/s", work("exponential", "30ms"), []Figure{WaitMean, LatencyMean}},
	{"goroutine per event", "{model: event, dispatch: goroutine}", "70/s", work("exponential", "30ms"), []Figure{LatencyMean}},
	{"fan-out of 4", "{model: message, workers: 8}", "25/s", work("exponential", "30ms", "a", "b", "c", "d"), []Figure{LatencyMean}},
}

// work is one handler, or as many as are named.
func work(dist, mean string, names ...string) string {
	if len(names) == 0 {
		names = []string{"work"}
	}
	var handlers []string
	for _, name := range names {
		handlers = append(handlers, fmt.Sprintf("{name: %s, service: {dist: %s, mean: %s}}", name, dist, mean))
	}
	return strings.Join(handlers, ", ")
}

// Models are the textbook's: one server and several, a queue that drops, callers
// that do the work, no queue at all, and the slowest of several.
func Models() ([]Model, error) {
	models := make([]Model, len(textbook))
	for i, t := range textbook {
		s, err := engine.Decode("voices.yaml", []byte("duet: 1\nload: {rate: "+t.load+"}\nhandlers: ["+t.handlers+"]\nlanes: ["+t.lane+"]\n"))
		if err != nil {
			return nil, err
		}
		models[i] = Model{t.what, s, t.figures}
	}
	return models, nil
}

package live

import (
	"context"
	"testing"

	"duet/engine"
)

func TestProcessorsAreForThoseWhoHoldThem(t *testing.T) {
	const idle = "handlers: [{name: a, service: {mean: 0s}}, {name: b, service: {mean: 0s}}]\n"
	const half = "handlers: [{name: a, service: {mean: 0s}}, {name: b, service: {mean: 1ms}}]\n"
	const cpu = "handlers: [{name: a, service: {mean: 1ms}, work: cpu}, {name: b, service: {mean: 1ms}}]\n"
	const own = "handlers: [{name: own, service: {mean: 0s}}]\n"
	for text, want := range map[string]int{
		idle + "lanes: [{model: message, workers: 8}]":                                              2,
		idle + "lanes: [{model: message, workers: 8, producers: 3}, {model: event, publishers: 2}]": 6,
		half + "lanes: [{model: message, workers: 8}]":                                              1 + 8 + spare,
		half + "lanes: [{model: message, workers: 8, handlers: [a]}]":                               2,
		half + "lanes: [{model: message, workers: 100}]":                                            1 + 48 + spare,
		half + "lanes: [{model: message, workers: 100, subscriptions: {b: {workers: 3}}}]":          1 + 3 + spare,
		half + "lanes: [{model: event, dispatch: buffered}]":                                        1 + 1 + spare,
		half + "lanes: [{model: event, dispatch: goroutine}]":                                       1 + spare,
		cpu + "lanes: [{model: message, workers: 8}]":                                               1 + 8 + 8 + spare,
		cpu + "lanes: [{model: message, workers: 8, handlers: together}]":                           1 + 8 + spare,
		cpu + "lanes: [{model: message, workers: 55, handlers: [a]}]":                               1 + 55 + spare,
		cpu + "lanes: [{model: message, workers: 55, handlers: [b]}]":                               1 + 48 + spare,
		half + "lanes: [{model: event, publishers: 2}]":                                             2 + spare,
		half + "lanes: [{model: message, workers: 40}, {model: message, name: b, workers: 40}]":     mostProcessors,
		own + "lanes: [{model: message, workers: 2}]":                                               1 + 2 + spare,
	} {
		r := &Run{own: map[string]Func{"own": func(context.Context, engine.Item) error { return nil }}}
		if n := r.needs(scenarioOf(t, "load: {rate: 1/s}\n"+text)); n != want {
			t.Errorf("%s\nneeds %d processors, not %d", text, n, want)
		}
	}
}

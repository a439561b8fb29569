package engine

import (
	"strings"
	"testing"
	"time"
)

// services has each distribution, but for recorded ones.
const services = `
load: {rate: 1/s}
handlers:
  - {name: a, service: {dist: constant}}
  - {name: b, service: {dist: uniform, spread: 10%}}
  - {name: c, service: {dist: lognormal, cv: 3}}
  - {name: d, service: {dist: gamma, cv: 0.5, mean: 5ms}}
  - {name: e, service: {dist: pareto, shape: 1.5}}
  - {name: f, service: {dist: bimodal, share: 1%, factor: 100}}
  - {name: g, service: {dist: empirical, file: took.csv, column: ms, scale: 1ms}}
  - {name: h, service: {dist: empirical, file: took.txt, mean: 10ms}}
`

// knobsOf are the settings of a handler's service that are offered.
func knobsOf(s *Scenario, handler string) string {
	var names []string
	for _, p := range s.Params() {
		if name, ok := strings.CutPrefix(p.Path, "handlers."+handler+".service."); ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func TestKnobsFollowTheDistribution(t *testing.T) {
	s := decoded(t, services)
	for handler, want := range map[string]string{
		"a": "dist mean", "b": "dist mean spread", "c": "dist mean cv", "d": "dist mean cv", "e": "dist mean shape",
		"f": "dist mean share factor", "g": "dist mean",
	} {
		if got := knobsOf(s, handler); got != want {
			t.Errorf("handler %s has %s, want %s", handler, got, want)
		}
	}
	traced := decoded(t, "load: {arrivals: trace, trace: {file: a.csv, service: took}}\nhandlers: [{name: a, service: {dist: trace}}]")
	if got := knobsOf(traced, "a"); got != "dist" {
		t.Errorf("what is recorded has %s", got)
	}
	changed, err := s.WithAll(map[string]string{"handlers.a.service.dist": "gamma", "handlers.a.service.cv": "2"})
	if err != nil || knobsOf(changed, "a") != "dist mean cv" || changed.Handlers[0].Service.CV != 2 {
		t.Errorf("%+v, %v", changed.Handlers[0].Service, err)
	}
}

func TestDistributionsAreOfferedWhereTheyCanBe(t *testing.T) {
	for src, want := range map[string]string{
		shortest: "constant exponential uniform lognormal gamma pareto bimodal",
		"load: {rate: 1/s}\nhandlers: [{name: charge, service: {dist: gamma, file: a.csv}}]":                             "constant exponential uniform lognormal gamma pareto bimodal empirical",
		"load: {arrivals: trace, trace: {file: a.csv, service: took}}\nhandlers: [{name: charge, service: {mean: 1ms}}]": "constant exponential uniform lognormal gamma pareto bimodal trace",
	} {
		for _, p := range decoded(t, src).Params() {
			if got := strings.Join(p.Choices, " "); p.Path == "handlers.charge.service.dist" && got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

// TestMeanOfMeasuredTimes is their own until it is set, and no mean for any
// other distribution.
func TestMeanOfMeasuredTimes(t *testing.T) {
	s := decoded(t, services)
	for _, c := range []struct {
		handler, dist string
		want          time.Duration
	}{
		{"g", "empirical", 0},
		{"g", "gamma", 10 * time.Millisecond},
		{"h", "empirical", 10 * time.Millisecond},
		{"d", "constant", 5 * time.Millisecond},
	} {
		changed, err := s.With("handlers."+c.handler+".service.dist", c.dist)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range changed.Handlers {
			if h.Name == c.handler && h.Service.Mean != c.want {
				t.Errorf("handler %s with dist %s has a mean of %v, want %v", c.handler, c.dist, h.Service.Mean, c.want)
			}
		}
	}
	if none, err := s.With("handlers.d.service.mean", "0s"); err != nil || !none.Handlers[3].Service.Instant() || s.Handlers[6].Service.Instant() {
		t.Errorf("%v: no work is %v, and measured times are %v", err, none.Handlers[3].Service.Instant(), s.Handlers[6].Service.Instant())
	}
	if _, err := s.With("handlers.a.service.dist", "empirical"); err == nil || err.Error() != "handlers.a.service.dist is empirical: file has to name the measured times" {
		t.Errorf("without a file: %v", err)
	}
}

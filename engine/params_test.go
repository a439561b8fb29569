package engine

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// everything is a scenario that uses every part of a file.
const everything = `
duet: 1
title: Flash sale
story: Orders arrive faster than they can be charged.
ask: {question: "Which lane loses?", choices: [message, event], answer: event, because: "Nobody keeps them: \"gone\" is gone."}
seed: 42
duration: 2m
warmup: 5s
load:
  rate: 120/s
  arrivals: bursts
  bursts: {size: 20, duty: 10%}
  keys: {count: 8, skew: 1.1}
  payload: 100
  timeout: 500ms
  retry: {attempts: 3, backoff: {base: 50ms, jitter: full}, budget: 10%}
handlers:
  - {name: charge, service: {dist: lognormal, mean: 20ms, cv: 2}, fail: 1%, needs: db, idempotent: true}
  - {name: email, work: cpu, per: item}
resources: [{name: db, slots: 2}]
lanes:
  - {model: message, queue: {capacity: 64, when_full: drop_oldest, visibility: 30s}, workers: 8, producers: 2, ack: after, attempts: 3,
     backoff: {base: 50ms, jitter: full}, subscriptions: {email: {workers: 1}, charge: {}}}
  - {model: event, publishers: 3, publish_by: key, dispatch: buffered, recover: false, handlers: [charge]}
events:
  - {name: queue.high, when: message.depth > 50, clear: message.depth < 20}
timeline:
  - {at: 30s, set: {load.rate: 300/s, lanes.message.workers: 2}}
  - {at: 45s, fault: {crash: worker, lane: message, worker: 1, when: before_ack}}
  - {at: 50s, fault: {stop: producers, for: 2s}}
  - {on: queue.high, set: {lanes.message.workers: 12}, fault: {slow: email, factor: 0.5}}
cases:
  - {name: small}
  - {name: large, set: {lanes.message.queue.capacity: 1000, lanes.message.handlers: [charge]}, expect: [message.dropped == 0]}
expect:
  - message.lost == 0
  - {claim: event.latency.p99 > 2 * message.latency.p99, in: real, during: 30s..40s}
`

func TestWithChangesACopy(t *testing.T) {
	s := decoded(t, everything)
	before := s.Clone()
	changed, err := s.With("lanes.message.workers", "5")
	if err != nil || changed.Lanes[0].Workers != 5 {
		t.Fatalf("%v, workers %d", err, changed.Lanes[0].Workers)
	}
	changed, err = changed.With("lanes.message.subscriptions.email.workers", "7")
	if err != nil || *changed.Lanes[0].Subscriptions["email"].Workers != 7 {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s, before) {
		t.Error("the scenario itself was changed")
	}
}

func TestWithRefuses(t *testing.T) {
	s := decoded(t, everything)
	for _, c := range []struct{ path, value, want string }{
		{"lanes.message.workers", "four", `lanes.message.workers is "four": a whole number from 0 to 100,000 is needed`},
		{"lanes.message.workers", "-1", "lanes.message.workers is -1: a whole number from 0 to 100,000 is needed"},
		{"load.rate", "120", "load.rate is 120: a unit is missing; write 120/s or 120/min"},
		{"lanes.message.wrokers", "4", "lanes.message.wrokers: there is no such setting; did you mean lanes.message.workers?"},
		{"lanes.mesage.workers", "4", `lanes.mesage.workers: there is no lane "mesage"; did you mean message?`},
		{"lanes.0.workers", "4", "lanes.0.workers: there is no lane 0; allowed: message, event"},
		{"handlers.sms.fail", "1%", `handlers.sms.fail: there is no handler "sms"; allowed: charge, email`},
		{"lanes.event.workers", "4", "lanes.event.workers: this belongs to the message model, and the lane's model is event"},
		{"load.sine.period", "4s", "load.sine.period: this needs arrivals: sine"},
		{"load.arrivals", "trace", "load.arrivals is trace: load.trace has to name its file"},
		{"lanes.message.queue.capacity", "0", "lanes.message.queue.when_full is drop_oldest: this needs a capacity of 1 or more, for with 0 there is no oldest"},
		{"lanes.message.ack", "none", "lanes.message.attempts is 3: more than one attempt needs ack: after"},
		{"lanes.message.model", "event", "lanes.message.model: there is no such setting; allowed: " +
			"lanes.message.workers, lanes.message.producers, lanes.message.ack, lanes.message.attempts, lanes.message.recover, lanes.message.source, lanes.message.speed, lanes.message.handlers"},
	} {
		changed, err := s.With(c.path, c.value)
		var input *InputError
		if changed != nil || !errors.As(err, &input) || err.Error() != c.want {
			t.Errorf("%s = %s\n got: %v\nwant: %s", c.path, c.value, err, c.want)
		}
	}
}

func TestWithAllNeedsOnlyASensibleOutcome(t *testing.T) {
	s := decoded(t, shortest)
	changed, err := s.WithAll(map[string]string{
		"lanes.message.queue.partitions": "2", "lanes.message.workers": "2",
		"load.arrivals": "sine", "load.sine.period": "10s",
	})
	if err != nil {
		t.Fatal(err)
	}
	if changed.Load.Sine.Period != 10*time.Second || changed.Load.Sine.Amplitude != 0.5 {
		t.Errorf("%+v", changed.Load.Sine)
	}
	back, err := changed.With("load.arrivals", "poisson")
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.With("load.arrivals", "sine")
	if err != nil || again.Load.Sine.Period != 10*time.Second {
		t.Errorf("the shape of other arrivals is forgotten: %+v, %v", again.Load.Sine, err)
	}
}

func TestParamsAreSettable(t *testing.T) {
	for _, src := range []string{shortest, everything} {
		s := decoded(t, src)
		for _, p := range s.Params() {
			value, err := s.Get(p.Path)
			if err != nil {
				t.Errorf("Get(%s): %v", p.Path, err)
			}
			same, err := s.With(p.Path, value)
			if err != nil {
				t.Errorf("With(%s, %q): %v", p.Path, value, err)
				continue
			}
			if back, _ := same.Get(p.Path); back != value {
				t.Errorf("%s was set to %q and is %q", p.Path, value, back)
			}
			if p.Help == "" || p.Max <= p.Min && p.Kind != KindChoice && p.Kind != KindBool {
				t.Errorf("%+v does not say what it is", p)
			}
		}
	}
}

func TestParamsComeInASensibleOrder(t *testing.T) {
	var groups []string
	for _, p := range decoded(t, shortest).Params() {
		group := strings.Join(strings.Split(p.Path, ".")[:min(2, strings.Count(p.Path, "."))], ".")
		if p.Fixed && !strings.Contains(p.Path, ".") || strings.HasPrefix(p.Path, "steady.") {
			group = "fixed"
		}
		if len(groups) == 0 || groups[len(groups)-1] != group {
			groups = append(groups, group)
		}
	}
	want := "load load.keys load load.retry handlers.charge lanes.message lanes.event fixed"
	if got := strings.Join(groups, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What a run refuses to change is known to be fixed before it is asked.
func TestFixed(t *testing.T) {
	const (
		lanes = "handlers: [{name: a}]\nlanes: [{model: message}, {model: event, publishers: 2}, {name: pinned, model: event, publishers: 2, publish_by: key}]"
		drawn = "load: {rate: 1/s}\n" + lanes
		trace = "load: {arrivals: trace, trace: {file: a.csv}}\n" + lanes
	)
	for _, c := range []struct {
		src, path string
		want      bool
	}{
		{drawn, "seed", true},
		{drawn, "load.rate", false},
		{drawn, "load.arrivals", false},
		{trace, "load.arrivals", true},
		{drawn, "lanes.message.workers", false},
		{drawn, "lanes.event.publishers", false},
		{drawn, "lanes.pinned.publishers", true},
		{drawn, "lanes.event.publish_by", true},
		{drawn, "lanes.pinned.publish_by", true},
		{drawn, "lanes.nobody.publishers", false},
	} {
		s := decoded(t, c.src)
		if got := s.Fixed(c.path); got != c.want {
			t.Errorf("%s: %v", c.path, got)
		}
		for _, p := range s.Params() {
			if p.Path == c.path && p.Fixed != c.want {
				t.Errorf("%s among all: %v", c.path, p.Fixed)
			}
		}
	}
}

func TestParamsOfferOnlyWhatCanBe(t *testing.T) {
	for src, want := range map[string]string{
		shortest: "constant poisson bursts ramp sine",
		"load: {rate: 1/s, arrivals: steps, steps: [{at: 1s, times: 2}]}\nhandlers: [{name: a}]": "constant poisson bursts ramp sine steps",
		"load: {arrivals: trace, trace: {file: a.csv}}\nhandlers: [{name: a}]":                   "constant poisson bursts ramp sine trace",
	} {
		s := decoded(t, src)
		for _, p := range s.Params() {
			switch p.Path {
			case "load.arrivals":
				if got := strings.Join(p.Choices, " "); got != want {
					t.Errorf("arrivals: got %s, want %s", got, want)
				}
			case "lanes.event.handlers":
				if len(p.Choices) != 1 {
					t.Errorf("an event lane is offered %v", p.Choices)
				}
			}
		}
	}
}

func TestSubscriptionsHaveTheSettingsOfTheirLane(t *testing.T) {
	s := decoded(t, everything)
	for path, want := range map[string]string{
		"lanes.message.subscriptions.email.workers":   "1",
		"lanes.message.subscriptions.charge.workers":  "8",
		"lanes.message.subscriptions.charge.capacity": "64",
	} {
		if got, err := s.Get(path); got != want || err != nil {
			t.Errorf("%s is %q, want %s: %v", path, got, want, err)
		}
	}
}

// TestEveryFieldHasItsRule holds that no number, time or word of a scenario is
// read without bounds.
func TestEveryFieldHasItsRule(t *testing.T) {
	var visit func(typ reflect.Type, pattern string)
	visit = func(typ reflect.Type, pattern string) {
		if ruleFor(pattern) != nil || typ == reflect.TypeFor[*Fault]() || typ == reflect.TypeFor[*[2]time.Duration]() {
			return
		}
		switch typ.Kind() {
		case reflect.Struct:
			for _, tag := range tags(typ) {
				visit(typ.Field(fieldByTag(typ, tag)).Type, join(pattern, tag))
			}
		case reflect.Pointer:
			visit(typ.Elem(), pattern)
		case reflect.Slice, reflect.Map:
			visit(typ.Elem(), join(pattern, "*"))
		case reflect.String:
			if typ != reflect.TypeFor[string]() {
				t.Errorf("%s is a choice without a rule", pattern)
			}
		default:
			t.Errorf("%s is a %s without a rule", pattern, typ)
		}
	}
	visit(reflect.TypeFor[Scenario](), "")
}

func TestWithNeverBreaksAScenario(t *testing.T) {
	start := decoded(t, everything)
	rapid.Check(t, func(t *rapid.T) {
		s := start
		for range rapid.IntRange(1, 10).Draw(t, "changes") {
			params := s.Params()
			p := params[rapid.IntRange(0, len(params)-1).Draw(t, "param")]
			value := drawValue(t, p)
			changed, err := s.With(p.Path, value)
			if err != nil {
				continue
			}
			if got, _ := changed.Get(p.Path); got != value {
				t.Fatalf("%s was set to %q and is %q", p.Path, value, got)
			}
			if problem := changed.checkSettings(); problem != nil {
				t.Fatalf("%s = %s made a scenario that is refused: %+v", p.Path, value, problem)
			}
			s = changed
		}
	})
}

// drawValue draws a value of a parameter, now and then an impossible one.
func drawValue(t *rapid.T, p Param) string {
	if len(p.Choices) > 0 {
		return rapid.SampledFrom(p.Choices).Draw(t, "choice")
	}
	if p.Kind == KindBool {
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	}
	n := rapid.Int64Range(0, 1000).Draw(t, "number")
	switch p.Kind {
	case KindRate:
		return Rate(n).String()
	case KindShare:
		return Share(float64(n) / 1000).String()
	case KindDuration:
		return FormatDuration(time.Duration(n) * time.Millisecond)
	default:
		return (&rule{kind: KindNumber}).text(reflect.ValueOf(float64(n)))
	}
}

func BenchmarkWith(b *testing.B) {
	s := decoded(b, everything)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.With("load.rate", "130/s"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParams(b *testing.B) {
	s := decoded(b, everything)
	b.ReportAllocs()
	for b.Loop() {
		s.Params()
	}
}

package engine

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// shortest is the shortest useful file.
const shortest = "load: {rate: 120/s}\nhandlers: [{name: charge}]\n"

// decoded is a scenario that must decode.
func decoded(t testing.TB, src string) *Scenario {
	t.Helper()
	s, err := Decode("flash.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDecodeFillsInDefaults(t *testing.T) {
	s := decoded(t, shortest)
	if s.Name != "flash" || s.Title != "flash" || s.Seed != 1 || s.Duration != 30*time.Second || s.Drain != 5*time.Second {
		t.Errorf("the run: %+v", s)
	}
	if s.Load.Rate != 120 || s.Load.Arrivals != Poisson || s.Load.Keys.Count != 16 ||
		s.Load.Timeout != 0 || s.Load.Retry != (Retry{Attempts: 1, Backoff: Backoff{Max: 10 * time.Second, Jitter: JitterNone}}) {
		t.Errorf("load: %+v", s.Load)
	}
	want := Handler{
		Name: "charge", Service: Service{Dist: DistExponential, Mean: 10 * time.Millisecond, Spread: 0.5, CV: 1, Shape: 2.5, Share: 0.1, Factor: 10},
		Work: Wait, Per: PerAttempt,
	}
	if len(s.Handlers) != 1 || s.Handlers[0] != want {
		t.Errorf("handlers: %+v", s.Handlers)
	}
	if len(s.Lanes) != 2 {
		t.Fatalf("lanes: %+v", s.Lanes)
	}
	message, event := s.Lanes[0], s.Lanes[1]
	if message.Name != "message" || message.Workers != 4 || message.Queue.Capacity != 100 || message.Queue.WhenFull != Block ||
		message.Ack != AckNone || message.Attempts != 1 || message.Backoff.Max != 10*time.Second || !message.Recover || message.Speed != 1 || message.Dispatch != "" {
		t.Errorf("message lane: %+v", message)
	}
	if event.Name != "event" || event.Publishers != 1 || event.Dispatch != Inline || event.Limit != 10000 || !event.Recover ||
		event.Queue.Capacity != 100 || event.Workers != 0 || event.Ack != "" {
		t.Errorf("event lane: %+v", event)
	}
}

func TestDecodeReadsEveryForm(t *testing.T) {
	s := decoded(t, `
duet: 1
story: >
  Orders arrive faster
  than they can be charged.
load:
  rate: 6000/min
  arrivals: steps
  steps: [{at: 10s, times: 2}, {at: 20s, times: 0.5}]
  timeout: 500ms
  retry: {attempts: 3, backoff: {base: 50ms, max: 1s, jitter: full}, budget: 10%}
handlers:
  - {name: charge, service: {dist: uniform, mean: 20ms, spread: 25%}}
  - {name: email, service: {dist: bimodal, share: 5%, factor: 20}}
  - {name: audit, service: {dist: empirical, file: took.csv.gz, column: ms, scale: 1ms}}
  - {name: mail, service: {mean: 10ms, file: took.txt}}
lanes:
  - {name: pool, model: message, handlers: together}
  - {name: own, model: message, handlers: [email], subscriptions: {email: {workers: 2, capacity: 7}}}
  - {model: event, handlers: apart, recover: false}
events:
  - {name: pool.full, when: pool.depth > 90, clear: pool.depth < 10}
timeline:
  - {on: pool.full, set: {load.rate: 50/s}}
  - {at: 20s, fault: {stall: charge, lane: event, for: 2s}}
  - {at: 10s, set: {lanes.pool.workers: 8, load.rate: 300/s}}
  - {at: 15s, fault: {crash: worker, lane: own}}
expect:
  - pool.lost == 0
  - {claim: pool.done > 0, in: virtual, during: 10s..20s}
`)
	if s.Story != "Orders arrive faster than they can be charged." {
		t.Errorf("story: %q", s.Story)
	}
	if s.Load.Rate != 100 || len(s.Load.Steps) != 2 || s.Load.Steps[1] != (StepShape{20 * time.Second, 0.5}) {
		t.Errorf("load: %+v", s.Load)
	}
	if v := s.Handlers[1].Service; v.Mean != 10*time.Millisecond || v.Share != 0.05 || v.Factor != 20 {
		t.Errorf("two times: %+v", v)
	}
	if v := s.Handlers[2].Service; v.Mean != 0 || v.File != "took.csv.gz" || v.Column != "ms" || v.Scale != time.Millisecond {
		t.Errorf("measured times: %+v", v)
	}
	if v := s.Handlers[3].Service; v.Dist != DistEmpirical || v.Mean != 10*time.Millisecond || v.Scale != 0 {
		t.Errorf("measured times with another mean: %+v", v)
	}
	backoff := Backoff{Base: 50 * time.Millisecond, Max: time.Second, Jitter: JitterFull}
	if s.Load.Timeout != 500*time.Millisecond || s.Load.Retry != (Retry{Attempts: 3, Backoff: backoff, Budget: 0.1}) {
		t.Errorf("clients: %v, %+v", s.Load.Timeout, s.Load.Retry)
	}
	if !s.Lanes[0].Handlers.Together || s.Lanes[1].Handlers.String() != "[email]" || s.Lanes[2].Recover {
		t.Errorf("lanes: %+v", s.Lanes)
	}
	if sub := s.Lanes[1].Subscriptions["email"]; *sub.Workers != 2 || *sub.Capacity != 7 {
		t.Errorf("subscription: %+v", sub)
	}
	if s.Timeline[0].Set["lanes.pool.workers"] != "8" || s.Timeline[1].At != 15*time.Second {
		t.Errorf("timeline is not in the order of time: %+v", s.Timeline)
	}
	if m := s.Timeline[3]; m.On != "pool.full" || m.Set["load.rate"] != "50/s" {
		t.Errorf("what comes with an event is not the last: %+v", s.Timeline)
	}
	if want := (Fault{Kind: FaultCrash, Target: "worker", Lane: "own", Count: 1, When: CrashDuring, Restart: 2 * time.Second}); *s.Timeline[1].Fault != want {
		t.Errorf("crash: %+v", *s.Timeline[1].Fault)
	}
	if want := (Fault{Kind: FaultStall, Target: "charge", Lane: "event", For: 2 * time.Second}); *s.Timeline[2].Fault != want {
		t.Errorf("stall: %+v", *s.Timeline[2].Fault)
	}
	if c := s.Expect[1]; c.In != Virtual || *c.During != [2]time.Duration{10 * time.Second, 20 * time.Second} {
		t.Errorf("claim: %+v", c)
	}
}

// TestDecodeNamesPlaceFoundAndRemedy holds what a person reads about a wrong
// file, to the letter. A file that begins with + is appended to the shortest.
func TestDecodeNamesPlaceFoundAndRemedy(t *testing.T) {
	for _, c := range wrongFiles {
		src := c.src
		if more, ok := strings.CutPrefix(src, "+"); ok {
			src = shortest + more
		}
		_, err := Decode("flash.yaml", []byte(src))
		var input *InputError
		switch {
		case err == nil:
			t.Errorf("accepted:\n%s\nwant: %s", src, c.want)
		case !errors.As(err, &input):
			t.Errorf("%v is not an InputError", err)
		case err.Error() != "flash.yaml:"+c.want:
			t.Errorf("%s\n got: %s\nwant: flash.yaml:%s", src, err, c.want)
		}
	}
}

func TestDecodeBoundsTheFile(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{strings.Repeat("#", maxSource+1), "flash.yaml:1:1: the file has 65537 bytes: a scenario has at most 65536"},
		{strings.Repeat("#\n", maxLines+1), "flash.yaml:2001:1: a scenario has at most 2000 lines"},
		{"story: " + strings.Repeat("a", maxLine), "flash.yaml:1:8192: a line has at most 8192 bytes"},
		{"load: " + strings.Repeat("[", 100), "flash.yaml:1:71: this is nested more than 16 deep"},
		{strings.Repeat("- ", 100), "flash.yaml:1:35: this is nested more than 16 deep"},
	} {
		if _, err := Decode("flash.yaml", []byte(c.src)); err == nil || err.Error() != c.want {
			t.Errorf("%.10q...: %v; want %s", c.src, err, c.want)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode("flash.yaml", []byte(everything)); err != nil {
			b.Fatal(err)
		}
	}
}

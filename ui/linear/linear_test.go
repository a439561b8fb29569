package linear_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"duet/engine"
	"duet/engine/virtual"
	"duet/ui/linear"
)

const calm = `duet: 1
title: A shop
load: {rate: 40/s, arrivals: constant}
handlers: [{name: charge, service: {dist: constant, mean: 20ms}}]
lanes: [{model: message, workers: 2}, {model: event, publishers: 2}]
timeline: [{at: 20s, fault: {stall: charge, for: 2s}}]
`

// page collects what is written, with when.
type page struct {
	mu    sync.Mutex
	began time.Time
	lines []string
	at    []time.Duration
	fail  error
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return 0, p.fail
	}
	for line := range strings.Lines(string(b)) {
		p.lines, p.at = append(p.lines, strings.TrimSuffix(line, "\n")), append(p.at, time.Since(p.began))
	}
	return len(b), nil
}

func (p *page) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// talk is somebody who plays in lines of text.
type talk struct {
	page
	t     *testing.T
	in    *io.PipeWriter
	saved map[string]*engine.Scenario
	runs  int
	ended chan error
}

// play runs a scenario in simulated and fake time.
func play(ctx context.Context, t *testing.T, more ...string) *talk {
	s, err := engine.Decode("shop.yaml", []byte(strings.Join(append([]string{strings.TrimSpace(calm)}, more...), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	p := &talk{t: t, in: out, saved: map[string]*engine.Scenario{}, ended: make(chan error, 1)}
	p.began = time.Now()
	o := linear.Options{
		Scenario: s, In: in, Out: &p.page,
		NewRun: func(s *engine.Scenario) (engine.Run, error) {
			p.runs++
			run, err := virtual.New(s, virtual.Options{Endless: true, Speed: 1})
			return run, err
		},
		Save: func(name string, s *engine.Scenario, over bool) error {
			if p.saved[name] != nil && !over {
				return &fs.PathError{Path: name, Err: fs.ErrExist}
			}
			p.saved[name] = s
			return nil
		},
	}
	go func() {
		err := linear.Play(ctx, o)
		in.Close()
		p.ended <- err
	}()
	return p
}

// write writes a line and waits for what it does.
func (p *talk) write(line string) {
	p.t.Helper()
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		p.t.Errorf("%s: %v", line, err)
	}
	time.Sleep(1500 * time.Millisecond)
}

func (p *talk) want(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if !regexp.MustCompile(text).MatchString(p.text()) {
			p.t.Errorf("nothing says %q:\n%s", text, p.text())
		}
	}
}

func TestSaysWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := play(t.Context(), t)
		time.Sleep(19 * time.Second)
		if n := len(p.lines); n > 4 {
			t.Errorf("%d lines though nothing changes:\n%s", n, p.text())
		}
		p.want("A shop, virtual", "arrive and are kept up with")
		time.Sleep(30 * time.Second)
		p.want(`stall charge for 2s, by timeline`, `(Bad|Warning): event: `, `00:2.* 40/s arrive and are kept up with`)
		for i := 3; i < len(p.at); i++ {
			if apart := p.at[i] - p.at[i-1]; apart < time.Second {
				t.Errorf("%v between %q and %q", apart, p.lines[i-1], p.lines[i])
			}
		}
		p.write("quit")
		if err := <-p.ended; err != nil {
			t.Error(err)
		}
	})
}

// A case is played as the file has it, and what was changed in the one before is no more.
func TestPlaysCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := play(t.Context(), t, "cases: [{name: few, set: {load.rate: 10/s}}, {name: many, set: {load.rate: 90/s}}]")
		time.Sleep(time.Second)
		p.want("A shop: few, virtual", "the cases are few, many; write case")
		for _, c := range []struct{ line, want string }{
			{"case", `the cases are few, many; this is few`},
			{"case none", `there is no case "none": the cases are few, many; this is few`},
			{"set lanes.message.workers=12", `lanes.message.workers 12\.`},
			{"case many", `A shop: many, virtual`},
			{"case", `this is many`},
			{"save many.yaml", `saved as many.yaml`},
		} {
			p.write(c.line)
			p.want(c.want)
		}
		if s := p.saved["many.yaml"]; s.Load.Rate != 90 || s.Lanes[0].Workers == 12 || p.runs != 2 {
			t.Errorf("after %d starts saved is %+v", p.runs, s)
		}
		p.write("quit")
		if err := <-p.ended; err != nil {
			t.Error(err)
		}
	})
}

func TestObeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := play(t.Context(), t)
		for _, c := range []struct{ line, want string }{
			{"rate 400/s", `load.rate 400/s\. \[arrive`},
			{"rate fast", `a rate such as 120/s`},
			{"set lanes.message.workers=12", `lanes.message.workers 12\.`},
			{"lanes.event.publishers = 9", `lanes.event.publishers 9\.`},
			{"set seed=9", `seed is 9 from the next start on`},
			{"set lanes.event.publish_by=key", `publish_by is key from the next start on`},
			{"set lanes.event.publishers=10", `lanes.event.publishers 10\.`},
			{"set", `a path and a value are needed`},
			{"settings capacity message", `lanes.message.queue.capacity=100: room`},
			{"settings unheard-of", `no setting has these words`},
			{"slow charge factor=3 for=5s lane=event", `slow charge of event, factor 3 for 5s\.`},
			{"slow charge speed=3", `has no such field`},
			{"crash lane=message", `crash worker of message\.`},
			{"crash lane=event", `no worker to crash`},
			{"stall mail", `charge is needed`},
			{"speed 2", `speed x2\.`},
			{"speed 0", `a factor is needed`},
			{"pause", `pause\.`},
			{"step", `step\.`},
			{"resume", `resume\.`},
			{"", `\[arrive `},
			{"figures", `message, latency: p50 .*\n.*offered \d+, done \d+`},
			{"save mine.yaml", `saved as mine.yaml`},
			{"save mine.yaml", `exists already`},
			{"save", `a file's name is needed`},
			{"help", `quit: end`},
			{"case", `this scenario has no cases`},
			{"dance", `"dance" is nothing`},
			{"restart", `(?s)seed 1\n.*seed 9\n`},
		} {
			before := len(p.text())
			p.write(c.line)
			if got := p.text()[before:]; c.line != "restart" && !regexp.MustCompile(c.want).MatchString(got) {
				t.Errorf("%q is answered\n%s\nwithout %q", c.line, got, c.want)
			}
			p.want(c.want)
		}
		if s := p.saved["mine.yaml"]; s.Load.Rate != 400 || s.Lanes[0].Workers != 12 || s.Seed != 9 {
			t.Errorf("saved %+v", s)
		}
		if p.runs != 2 {
			t.Errorf("%d runs were started", p.runs)
		}
		p.in.Close() // who wrote has gone; the run goes on
		time.Sleep(5 * time.Second)
		if len(p.ended) > 0 {
			t.Error("it ended with what it read")
		}
		p.mu.Lock()
		p.fail = errors.New("the pipe is broken")
		p.mu.Unlock()
		time.Sleep(40 * time.Second) // until the timeline's fault is told
		if err := <-p.ended; err == nil || err.Error() != "the pipe is broken" {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		p := play(ctx, t)
		time.Sleep(time.Second)
		enough := errors.New("enough")
		stop(enough)
		if err := <-p.ended; !errors.Is(err, enough) {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestNoRun(t *testing.T) {
	broken := errors.New("no such recording")
	s, err := engine.Decode("shop.yaml", []byte(calm))
	if err != nil {
		t.Fatal(err)
	}
	err = linear.Play(t.Context(), linear.Options{Scenario: s, Out: &bytes.Buffer{}, NewRun: func(*engine.Scenario) (engine.Run, error) { return nil, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("it ended with %v", err)
	}
}

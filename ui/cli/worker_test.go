package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"duet/engine/broker/jetstream/jetstreamtest"
)

func TestWorkerPassesOnWhatItIsTold(t *testing.T) {
	s := newStage()
	code := s.do(t, "worker", "--broker", "nats://here", "--run", "a", "--lane", "message", "--workers", "3", "--name", "a\x1b[31m host of a very long name, which nobody can read")
	if code != exitFine || len(s.worked) != 1 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	o := s.worked[0]
	if o.Run != "a" || o.Lane != "message" || o.Workers != 3 || o.Host != "a[31m host of a very long name, " {
		t.Errorf("it works with %+v", o)
	}
}

func TestRunNames(t *testing.T) {
	s, err := moved(t, "lanes: [{model: event}, {model: message}]", "nats://here")
	if err != nil {
		t.Fatal(err)
	}
	drawn, given := runNames{}, runNames{first: "a"}
	if a, b := drawn.next(s), drawn.next(s); a == b {
		t.Error("two runs are called the same")
	}
	if a := given.next(alone(s, 0)); a == "a" {
		t.Error("a run without queues has the name that others look for")
	}
	if a, b := given.next(alone(s, 1)), given.next(s); a != "a" || b != "a_2" {
		t.Errorf("runs are called %s, %s", a, b)
	}
}

// TestRunsThatBeginAtOnceHaveNamesOfTheirOwn: a screen starts each in a goroutine.
func TestRunsThatBeginAtOnceHaveNamesOfTheirOwn(t *testing.T) {
	s, err := moved(t, "lanes: [{model: message}]", "nats://here")
	if err != nil {
		t.Fatal(err)
	}
	const starting, each = 8, 500
	given := runNames{first: "a"}
	var names sync.Map
	var asking sync.WaitGroup
	for range starting {
		asking.Go(func() {
			for range each {
				names.Store(given.next(s), true)
			}
		})
	}
	asking.Wait()
	n := 0
	names.Range(func(any, any) bool { n++; return true })
	if n != starting*each {
		t.Errorf("%d runs have %d names", starting*each, n)
	}
}

// spoken is what a process has written so far.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// process is duet running beside the test.
type process struct {
	*exec.Cmd
	out, errs spoken
}

func start(t *testing.T, binary string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), binary, args...)}
	p.Stdout, p.Stderr = &p.out, &p.errs
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// says waits until the process has said something.
func (p *process) says(t *testing.T, what string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(p.out.String()+p.errs.String(), what); {
		if time.Now().After(end) {
			t.Fatalf("it does not say %q, but\n%s%s", what, p.out.String(), p.errs.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// code waits for the end of the process.
func (p *process) code(t *testing.T) int {
	t.Helper()
	var ended *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// TestWorkersElsewhere has workers in processes of their own: one is killed with work
// in hand, one leaves, one stays until the run ends, and everything is done.
func TestWorkersElsewhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can interrupt just one other here")
	}
	t.Parallel()
	binary, url := built(t), jetstreamtest.Start(t)
	folder := folderOf(t, map[string]string{"small.yaml": `
duet: 1
load: {rate: 200/s, payload: 20} # more than they can do together, so that nobody is idle
duration: 2s
drain: 1m
handlers: [{name: work, service: {dist: constant, mean: 40ms}, fail: 2%}]
lanes: [{model: message, workers: 1, queue: {capacity: 1000, prefetch: 2}, ack: after, attempts: 5}]
`})
	run := start(t, binary, "run", filepath.Join(folder, "small.yaml"), "--broker", url, "--run", "test", "--format", "json")
	run.says(t, "this is run test")
	join := func(name string) *process {
		for {
			p := start(t, binary, "worker", "--broker", url, "--run", "test", "--workers", "2", "--name", name)
			for !strings.Contains(p.out.String(), "works for run test") && p.errs.String() == "" {
				time.Sleep(10 * time.Millisecond)
			}
			if p.errs.String() == "" {
				return p
			}
			if code := p.code(t); code != exitInput || !strings.Contains(p.errs.String(), "no such run") && !strings.Contains(p.errs.String(), "nothing runs") {
				t.Fatalf("exit code %d: %s", code, p.errs.String())
			}
		}
	}
	doomed, brief, steady := join("doomed"), join("brief"), join("steady")
	time.Sleep(300 * time.Millisecond) // they are at work
	if err := doomed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := brief.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	doomed.code(t)
	if code := brief.code(t); code != exitInterrupted || !strings.Contains(brief.out.String(), "leaves") {
		t.Errorf("who leaves has exit code %d, and says %s%s", code, brief.out.String(), brief.errs.String())
	}
	if code := run.code(t); code != exitFine {
		t.Fatalf("the run has exit code %d: %s", code, run.errs.String())
	}
	if code := steady.code(t); code != exitFine || !regexp.MustCompile(`the run is over; [1-9][0-9]* deliveries were handled here`).MatchString(steady.out.String()) {
		t.Errorf("who stays has exit code %d, and says %s%s", code, steady.out.String(), steady.errs.String())
	}
	l := decoded(t, []byte(run.out.String())).Lanes[0]
	if l.Offered < 300 || l.Done+l.DeadLettered != l.Offered || l.Balance != 0 || l.Lost > 0 || l.Redelivered == 0 {
		t.Errorf("offered %d, done %d, dead letters %d, lost %d, redelivered %d, off by %d", l.Offered, l.Done, l.DeadLettered, l.Lost, l.Redelivered, l.Balance)
	}
	left := start(t, binary, "broker", "clean", url)
	if code := left.code(t); code != exitFine || !strings.Contains(left.out.String(), "nothing that duet has made") {
		t.Errorf("left is %s", left.out.String())
	}
}

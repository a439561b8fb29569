package cli

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"duet/engine"
	"duet/ui/report"
)

// instant is a simulated run that is over at once, with the same figures whatever
// it runs.
type instant struct {
	*simulatedRun
	scenario *engine.Scenario
}

func (r *instant) Done() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func (r *instant) Snapshot(dst *engine.Snapshot) {
	r.simulatedRun.Snapshot(dst)
	for i := range dst.Lanes {
		w := &dst.Lanes[i].Whole
		w.Wait = engine.Summary{Count: 1, Mean: r.scenario.Handlers[0].Service.Mean / 10}
		w.Latency = engine.Summary{Count: 1, Mean: r.scenario.Handlers[0].Service.Mean * 11 / 10}
		w.Utilisation = 0.5
		w.Ledger = engine.Ledger{Offered: 1e6, Done: 1e6}
	}
}

// sized does duet size with runs that wait for a tenth of the work.
func sized(ctx context.Context, args ...string) (s *stage, code int) {
	s = newStage()
	s.newVirtual = func(scenario *engine.Scenario) (engine.Run, error) {
		return &instant{&simulatedRun{newFakeRun(scenario)}, scenario}, nil
	}
	return s, s.main(ctx, append([]string{"size"}, args...))
}

func TestSize(t *testing.T) {
	inFolder(t, map[string]string{"times.txt": "4ms\n5ms\n6ms\n"})
	s, code := sized(t.Context(), "--rate", "300/s", "--service", "times.txt", "--slo", "wait_mean<5ms", "--format", "json", "--seed", "3")
	if code != exitFine || s.errs.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	var r report.Size
	if err := json.Unmarshal(s.out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Rate != 300 || r.Seed != 3 || r.Service != "times.txt" || r.Mean != 0.005 || r.Erlangs != 1.5 || len(r.Answers) != 4 || r.Interrupted {
		t.Errorf("%+v", r)
	}
	message, buffered := r.Answers[0], r.Answers[2]
	if *message.Workers != 2 || message.Checks[0].Verdict != "holds" || message.More == nil {
		t.Errorf("%+v, want 2 workers", message)
	}
	if !strings.Contains(buffered.Why, "at most 200/s, and 300/s arrive") {
		t.Errorf("%+v, want that one goroutine is too slow", buffered)
	}
}

// TestSeedZeroIsASeed, and not the one that is drawn from where none is given.
func TestSeedZeroIsASeed(t *testing.T) {
	for _, c := range []struct {
		args []string
		want uint64
	}{{nil, 1}, {[]string{"--seed", "0"}, 0}} {
		s, _ := sized(t.Context(), append([]string{"--rate", "50/s", "--service", "constant:5ms", "--slo", "mean<20ms", "--format", "json"}, c.args...)...)
		var r report.Size
		if err := json.Unmarshal(s.out.Bytes(), &r); err != nil || r.Seed != c.want {
			t.Errorf("%v: seed %d, %v", c.args, r.Seed, err)
		}
	}
}

func TestSizeAsText(t *testing.T) {
	s, code := sized(t.Context(), "--rate", "50/s", "--service", "constant:5ms", "--slo", "mean<20ms")
	if code != exitFine || s.errs.Len() > 0 {
		t.Fatalf("exit code %d, %s", code, s.errs.String())
	}
	for _, want := range []string{
		`(?m)^50/s, work constant:5ms: mean<20ms$`, `(?m)^message, a queue and workers: 1 worker, room for 0$`,
		`(?m)^  mean<20ms +5.83ms +5.50ms +5.50ms – 5.50ms +10 ✓ holds$`, `with 20% more load, 60/s`,
		`It holds at twice the load.`, `Theory \(M/D/1, exact\) had proposed 1 and room for 2.`,
	} {
		if !regexp.MustCompile(want).Match(s.out.Bytes()) {
			t.Errorf("%s is not in\n%s", want, s.out.String())
		}
	}
}

func TestSizeSaysWhatItTries(t *testing.T) {
	s := newStage()
	s.errTerminal = true
	s.newVirtual = func(scenario *engine.Scenario) (engine.Run, error) {
		return &instant{&simulatedRun{newFakeRun(scenario)}, scenario}, nil
	}
	s.do(t, "size", "--rate", "50/s", "--service", "constant:5ms", "--slo", "mean<20ms")
	if lines := strings.Split(s.errs.String(), clearLine); len(lines) < 2 || lines[1] != "message: 1 worker with room for 2, run 1" || lines[len(lines)-1] != "" {
		t.Errorf("progress was %q", lines)
	}
}

func TestNothingHolds(t *testing.T) {
	s, code := sized(t.Context(), "--rate", "900000/s", "--service", "constant:2s", "--slo", "wait_mean<20ms", "--slo", "utilisation<50%", "--out", "-")
	if code != exitClaim || !strings.HasSuffix(s.errs.String(), "duet: nothing holds these targets\n") || strings.Count(s.out.String(), "does not hold") != 4 {
		t.Errorf("exit code %d, %s%s", code, s.errs.String(), s.out.String())
	}
}

func TestSizeInterrupted(t *testing.T) {
	inFolder(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, code := sized(ctx, "--rate", "50/s", "--service", "constant:5ms", "--slo", "mean<20ms", "--out", "size.txt")
	if _, err := os.Stat("size.txt"); code != exitInterrupted || s.errs.String() != "duet: interrupted\n" || err == nil {
		t.Errorf("exit code %d, %q, a report: %v", code, s.errs.String(), err == nil)
	}
}

// TestWrongSize: as of all commands, one sentence and nothing done.
func TestWrongSize(t *testing.T) {
	const rate, service, slo = "--rate 120/s ", "--service exponential:40ms ", "--slo p99<200ms "
	for _, c := range []struct{ args, says string }{
		{"", `^duet: --rate is missing: how many items arrive, such as --rate 120/s$`},
		{rate, `^duet: --service is missing: how long the work takes, such as --service exponential:40ms$`},
		{rate + service, `^duet: --slo is missing: what is to be held, such as --slo 'p99<200ms'$`},
		{service + slo, `--rate is missing`},
		{"--rate 120 " + service + slo, `^duet: --rate "120": a unit is missing; write 120/s or 120/min$`},
		{"--rate 0/s " + service + slo, `^duet: a rate above 0/s and up to 1000000/s is needed$`},
		{rate + "--service 40ms " + slo, `^duet: service "40ms": a distribution with its mean, such as exponential:40ms or `},
		{rate + "--service none.csv " + slo, `^duet: service "none.csv": .*there is no such file$`},
		{rate + "--service tiny.yaml " + slo, `^duet: service "tiny.yaml": `},
		{rate + service + "--slo p98<200ms", `^duet: --slo "p98<200ms": there is no target "p98"; there are mean, p50, `},
		{rate + service + "--slo p99<200", `^duet: --slo "p99<200": a unit is missing; write 200ms or 200s$`},
		{rate + service + slo + "--slo latency_p99<1s", `there are two targets for this figure$`},
		{rate + service + "--slo p99<150ms", `^duet: "p99<150ms" cannot be held, whatever the workers: the work alone has a p99 of 184ms$`},
		{rate + service + slo + "--seed many", `a whole number from 0 to`},
		{rate + service + slo + "--format csv", `"csv" for "--format" flag: text or json is needed$`},
		{rate + service + slo + "--out taken.txt", `^duet: taken.txt: this file exists already`},
		{rate + service + slo + "flash-sale", `^duet: duet size takes flags only, and "flash-sale" is none; see duet size --help$`},
		{"--virtual", `unknown flag: --virtual`},
	} {
		t.Run(c.args, func(t *testing.T) {
			inFolder(t, folder)
			s := newStage()
			code := s.do(t, append([]string{"size"}, strings.Fields(c.args)...)...)
			message := strings.TrimSuffix(s.errs.String(), "\n")
			if code != exitInput || !regexp.MustCompile(c.says).MatchString(message) || strings.Contains(message, "\n") {
				t.Errorf("exit code %d, %q, want %d and %s", code, message, exitInput, c.says)
			}
			if files, _ := os.ReadDir("."); s.out.Len() > 0 || len(s.simulated) > 0 || len(files) != len(folder) {
				t.Errorf("%d runs, %d files, and on standard output: %s", len(s.simulated), len(files), s.out.String())
			}
		})
	}
}

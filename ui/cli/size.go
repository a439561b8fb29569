package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/size"
	"duet/ui/report"
)

// sizeFlags are the flags of duet size.
type sizeFlags struct {
	rate    string
	service string
	slos    []string
	seed    seed
	format  choice
	out     string
}

func (w *world) sizeCommand() *cobra.Command {
	f := sizeFlags{format: choice{formatText, []string{formatText, formatJSON}}}
	cmd := &cobra.Command{
		Use:   "size",
		Short: "Find the least workers and queue that hold a target, by theory and proven by simulation",
		Long: `Find the least that holds targets for latency, wait, loss or utilisation: how many workers and how long a queue; for events, ` +
			`how many publishers, how long a buffer, how many goroutines.

Theory proposes, simulation proves: each answer stands with its 95% confidence interval beside the target, with what one worker less ` +
			`does and what a fifth more load does. With a target for the loss a full queue drops what comes; without, it blocks, and its room ` +
			`is such that fewer than one in a thousand finds it full.

--service is a distribution with its mean (exponential:40ms, constant:5ms, lognormal:40ms,cv=2) or a file of measured times ` +
			`(times.csv, or times.csv,column=took,scale=1ms). --slo is a figure, < and a limit; the figures are ` + size.Figures + `.`,
		Example: `
# an API at 120 requests a second
duet size --rate 120/s --service exponential:40ms --slo 'p99<200ms'
# a queue that may drop one in a hundred
duet size --rate 6000/min --service lognormal:25ms,cv=1 --slo 'p99<500ms' --slo 'loss<1%'
# for a program to read
duet size --rate 50/s --service constant:20ms --slo 'wait_mean<10ms' --format json`,
		Args: flagsOnly,
		RunE: w.doing(func(ctx context.Context, _ []string) error { return w.size(ctx, &f) }),
	}
	cmd.Flags().StringVar(&f.rate, "rate", "", "how many items arrive, such as 120/s or 6000/min")
	cmd.Flags().StringVar(&f.service, "service", "", "how long the work takes: DISTRIBUTION:MEAN, or a file of measured times")
	cmd.Flags().StringArrayVar(&f.slos, "slo", nil, "a target, such as 'p99<200ms', 'loss<0.1%' or 'wait_mean<10ms'; may be repeated")
	cmd.Flags().Var(&f.seed, "seed", "draw other items: any whole number")
	cmd.Flags().Var(&f.format, "format", "what the report is written as: text or json")
	cmd.Flags().StringVar(&f.out, "out", "-", "a new file for the report, or - for standard output")
	return cmd
}

// size answers for each design and reports.
func (w *world) size(ctx context.Context, f *sizeFlags) error {
	q, err := f.question()
	if err != nil {
		return err
	}
	out, err := w.create(f.out)
	if err != nil {
		return err
	}
	p := w.countdown()
	run := size.Runner{Start: w.newVirtual, AtOnce: runtime.GOMAXPROCS(0), Progress: func(d size.Design, plan size.Plan, runs int) {
		p.say(fmt.Sprintf("%s: %s, run %d", d, plan.Words(d), runs), false)
	}}
	var answers []size.Answer
	held := false
	for _, d := range size.Designs {
		var a size.Answer
		if a, err = q.Answer(ctx, d, run); err != nil {
			break
		}
		held = held || a.Why == ""
		answers = append(answers, a)
	}
	p.clear()
	err = ended(ctx, err)
	if len(answers) == 0 {
		return errors.Join(err, out.discard())
	}
	r := report.OfSize(q, answers)
	err = errors.Join(err, out.finish(func() error {
		if f.format.value == formatJSON {
			return r.WriteJSON(out.to)
		}
		return r.WriteText(out.to, out.colour)
	}))
	if err != nil || held {
		return err
	}
	return &exit{exitClaim, errors.New("nothing holds these targets")}
}

// question is what the flags ask.
func (f *sizeFlags) question() (*size.Question, error) {
	switch {
	case f.rate == "":
		return nil, errors.New("--rate is missing: how many items arrive, such as --rate 120/s")
	case f.service == "":
		return nil, errors.New("--service is missing: how long the work takes, such as --service exponential:40ms")
	case len(f.slos) == 0:
		return nil, errors.New("--slo is missing: what is to be held, such as --slo 'p99<200ms'")
	}
	rate, err := engine.ParseRate(f.rate)
	if err != nil {
		return nil, fmt.Errorf("--rate %q: %w", f.rate, err)
	}
	var targets []size.Target
	for _, text := range f.slos {
		t, err := size.ParseTarget(text)
		if err != nil {
			return nil, fmt.Errorf("--slo %w", err)
		}
		targets = append(targets, t)
	}
	return size.NewQuestion(rate, f.service, targets, f.seed.or(1), readTimes)
}

// readTimes opens a file of measured times.
func readTimes(name string) ([]byte, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no such file")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return engine.ReadTrace(name, f)
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/ui/report"
)

// The formats of a report.
const (
	formatText = "text"
	formatJSON = "json"
	formatCSV  = "csv"
	formatHTML = "html"
)

// runFlags are the flags of duet run.
type runFlags struct {
	settings
	broker   brokerFlag
	length   length
	format   choice
	out      string
	caseName string
	inTurn   bool
	virtual  bool
	insight  insight
}

func (w *world) runCommand() *cobra.Command {
	f := runFlags{format: choice{formatText, []string{formatText, formatJSON, formatCSV, formatHTML}}}
	cmd := &cobra.Command{
		Use:   "run PRESET|FILE",
		Short: "Run a scenario without a screen, report, and check its claims",
		Long: `Run a scenario without a screen, all of its cases one after another; then report what was measured and whether what ` +
			`the scenario expects came true. With --virtual it is simulated: the same seed gives the same figures, and minutes take moments.

The exit code is 0 when all is well, 1 when a claim failed, 2 when the command line or the file is wrong, 3 when the run could ` +
			`not be carried out, and 130 when it was interrupted: Ctrl-C ends the run early and still reports, a second one ends duet at once.`,
		Example: `
# as the preset says
duet run duality
# one of its cases, shorter, for a program to read
duet run duality --case four_and_four --for 10s --format json
# ten minutes of it simulated, in a moment
duet run duality --virtual --for 10m
# a page with charts, to look at in a browser
duet run flash-sale --virtual --format html --out flash-sale.html
# the queue in a broker, one that needs nothing installed
duet run duality --broker embedded
# lanes that burn the processor, one after another
duet run ./mine.yaml --in-turn --out report.txt`,
		Args:              exactly("one preset or file"),
		ValidArgsFunction: completePresets,
		RunE: w.doing(func(ctx context.Context, args []string) error {
			return w.run(ctx, args[0], &f)
		}),
	}
	f.register(cmd)
	f.broker.register(cmd)
	cmd.Flags().Var(&f.length, "for", "how long items arrive in each run, such as 20s; else as the scenario says")
	cmd.Flags().Var(&f.format, "format", "what the report is written as: text, json, csv or html")
	cmd.Flags().StringVar(&f.out, "out", "-", "a new file for the report, or - for standard output")
	cmd.Flags().StringVar(&f.caseName, "case", "", "the name of a case, to run only that one")
	cmd.Flags().BoolVar(&f.virtual, "virtual", false, "simulate, in virtual time: exactly repeatable, and over in a moment")
	f.insight.register(cmd.Flags())
	cmd.Flags().BoolVar(&f.inTurn, "in-turn", false, "run the lanes one after another, so that they do not share the processors")
	return cmd
}

// run runs a scenario and reports.
func (w *world) run(ctx context.Context, name string, f *runFlags) error {
	s, err := open(name)
	if err != nil {
		return err
	}
	variants, err := f.variants(s)
	if err != nil {
		return err
	}
	if err := f.check(variants); err != nil {
		return err
	}
	if err := w.warn(ctx, variants[0]); err != nil {
		return err
	}
	out, err := w.create(f.out)
	if err != nil {
		return err
	}
	end, err := f.insight.begin(w)
	if err != nil {
		return errors.Join(err, out.discard())
	}
	fmt.Fprint(w.stderr, f.broker.remark())
	runner := w.together
	switch {
	case f.virtual:
		runner = w.simulated
	case f.inTurn:
		runner = w.inTurn
	}
	p := w.progress()
	p.names.first = f.broker.names.first
	outcomes, runErr := runAll(ctx, variants, runner, p)
	runErr = errors.Join(runErr, end())
	if len(outcomes) == 0 {
		return errors.Join(cmp.Or(interruption(ctx, runErr), runErr), out.discard())
	}
	r := report.Of(outcomes...)
	if err := out.put(r, f.format.value); err != nil {
		return err
	}
	checked, failed := r.Claims()
	return verdict(ctx, checked, failed, runErr)
}

// check finds flags that do not go together.
func (f *runFlags) check(variants []*engine.Scenario) error {
	switch {
	case f.virtual && f.inTurn:
		return errors.New("--in-turn is for real runs: simulated lanes share no processors, and do not disturb each other")
	case f.virtual && f.insight.trace != "":
		return errors.New("--trace is for real runs: in a simulated one, items are at no goroutine")
	case f.virtual && slices.ContainsFunc(variants, func(s *engine.Scenario) bool { return s.Duration == 0 }):
		return errors.New("a simulated run needs an end: give it one, such as --for 10m")
	}
	return nil
}

// verdict is what is left to say after the report.
func verdict(ctx context.Context, checked, failed int, runErr error) error {
	if err := cmp.Or(interruption(ctx, runErr), runErr); err != nil {
		return err
	}
	if failed > 0 {
		return &exit{exitClaim, fmt.Errorf("%d of %d claims failed", failed, checked)}
	}
	return nil
}

// interruption is the error of what a signal ended; nil when none did. What
// went wrong besides is part of it.
func interruption(ctx context.Context, besides error) error {
	switch {
	case ctx.Err() == nil:
		return nil
	case besides != nil:
		return &exit{exitInterrupted, fmt.Errorf("interrupted; %w", besides)}
	default:
		return &exit{exitInterrupted, errors.New("interrupted")}
	}
}

// variants are the scenarios to run: the cases, with the flags' settings over
// their own.
func (f *runFlags) variants(s *engine.Scenario) ([]*engine.Scenario, error) {
	var names []string
	var variants []*engine.Scenario
	for _, v := range s.Variants() {
		names = append(names, v.Case)
		if f.caseName != "" && f.caseName != v.Case {
			continue
		}
		v, err := f.apply(v)
		if err != nil {
			return nil, err
		}
		if v, err = f.broker.apply(v); err != nil {
			return nil, err
		}
		if f.length > 0 {
			v.Duration = time.Duration(f.length)
		}
		if v.Duration > 0 && v.Warmup >= v.Duration {
			return nil, fmt.Errorf("nothing would be measured: the run lasts %s, and its warm-up %s; shorten it with --set warmup=0s",
				engine.FormatDuration(v.Duration), engine.FormatDuration(v.Warmup))
		}
		variants = append(variants, v)
	}
	switch {
	case len(variants) > 0:
		return variants, nil
	case len(s.Cases) == 0:
		return nil, fmt.Errorf("--case %s: %s has no cases", f.caseName, s.Name)
	default:
		return nil, fmt.Errorf("--case %s: %s has no such case; there are %s", f.caseName, s.Name, strings.Join(names, ", "))
	}
}

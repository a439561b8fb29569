package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/live"
	"duet/engine/voices"
	"duet/presets"
	"duet/ui/report"
)

// verifyFlags are the flags of duet verify.
type verifyFlags struct {
	real, virtual bool
	voices        bool
	seed          seed
	format        choice
	out           string
}

func (w *world) verifyCommand() *cobra.Command {
	f := verifyFlags{format: choice{formatText, []string{formatText, formatJSON}}}
	cmd := &cobra.Command{
		Use:   "verify [PRESET|FILE...]",
		Short: "Check what the presets claim, simulated and in real time, with theory beside it",
		Long: `Check what the presets claim: each of their cases is simulated several times, with a seed each, and its claims are held ` +
			`against all of these runs together; with --real it runs in real time as well. One table has claims, what theory says, what was ` +
			`simulated, with its 95% interval, and what was measured. Without names all presets are checked: simulated that takes a minute, in ` +
			`real time some.

A claim holds in simulated runs when their means compare as it says, and chance is not the reason: the interval of the difference ` +
			`does not reach zero, or, of "within 5% of", lies within the 5%. What must be equal has to be so in every run. In real time one ` +
			`run decides; it is made again where claims fail while the machine was busy with something else.

With --voices no preset is run, but lanes whose long run theory knows: M/M/1, M/D/1, M/M/4, M/M/2/10, inline buses, a goroutine per ` +
			`event, and a fan-out. One table holds theory, simulation and real runs against each other, and says how sure it is.

The exit code is 1 where a claim fails, or the voices disagree.`,
		Example: `
# all presets, simulated
duet verify
# two of them, on goroutines as well
duet verify duality little --real
# theory, simulation and goroutines in one table
duet verify --voices`,
		ValidArgsFunction: completePresets,
		RunE: w.doing(func(ctx context.Context, args []string) error {
			if f.voices {
				return w.verifyVoices(ctx, args, &f)
			}
			return w.verify(ctx, args, &f)
		}),
	}
	cmd.Flags().BoolVar(&f.real, "real", false, "in real time as well")
	cmd.Flags().BoolVar(&f.virtual, "virtual", false, "simulated only, as without --real; with --voices, no real runs")
	cmd.Flags().BoolVar(&f.voices, "voices", false, "hold theory, simulation and real runs of textbook lanes against each other")
	cmd.Flags().Var(&f.seed, "seed", "draw other items: any whole number")
	cmd.Flags().Var(&f.format, "format", "what the report is written as: text or json")
	cmd.Flags().StringVar(&f.out, "out", "-", "a new file for the report, or - for standard output")
	return cmd
}

// verify checks the claims of scenarios.
func (w *world) verify(ctx context.Context, names []string, f *verifyFlags) error {
	scenarios, err := openAll(names)
	if err != nil {
		return err
	}
	out, err := w.create(f.out)
	if err != nil {
		return err
	}
	p := w.newProving(scenarios, &f.seed)
	if names := p.notSimulated(); len(names) > 0 && !f.real {
		fmt.Fprintf(w.stderr, "duet: not checked: %s; a broker takes its time in the real world only, and --real runs them there\n", strings.Join(names, ", "))
	}
	runErr := p.simulate(ctx)
	if f.real && runErr == nil {
		runErr = p.measure(ctx)
	}
	if runErr = failure(runErr); ctx.Err() != nil {
		runErr = nil // what ended the runs is told anyway
	}
	v := p.verification()
	if len(v.Scenarios) == 0 {
		return errors.Join(cmp.Or(interruption(ctx, runErr), runErr), out.discard())
	}
	if err := out.finish(func() error {
		if f.format.value == formatJSON {
			return v.WriteJSON(out.to)
		}
		return v.WriteText(out.to, out.colour)
	}); err != nil {
		return err
	}
	checked, failed := v.Claims()
	return verdict(ctx, checked, failed, runErr)
}

// openAll opens scenarios: all presets where none is named.
func openAll(names []string) ([]*engine.Scenario, error) {
	if len(names) == 0 {
		for _, p := range presets.List() {
			names = append(names, p.Name)
		}
	}
	scenarios := make([]*engine.Scenario, len(names))
	for i, name := range names {
		var err error
		if scenarios[i], err = open(name); err != nil {
			return nil, err
		}
		if scenarios[i].Duration == 0 {
			return nil, fmt.Errorf("%s has no end, and its claims are about one", name)
		}
	}
	return scenarios, nil
}

// verifyVoices compares theory, simulation and real runs.
func (w *world) verifyVoices(ctx context.Context, names []string, f *verifyFlags) error {
	if len(names) > 0 {
		return fmt.Errorf("--voices compares lanes of its own, and takes no preset: %s", names[0])
	}
	models, err := voices.Models()
	if err != nil {
		return &exit{exitRun, err}
	}
	out, err := w.create(f.out)
	if err != nil {
		return err
	}
	left := w.countdown()
	o := voices.Options{
		Virtual: w.newVirtual, Runs: voices.UsualRuns, For: voices.UsualFor, AtOnce: runtime.GOMAXPROCS(0),
		Seed: f.seed.or(1), Progress: left.show,
	}
	if f.real || !f.virtual {
		o.Real = func(s *engine.Scenario) (engine.Run, error) { return w.newRun(s, live.Options{}) }
		o.RealRuns, o.RealFor = voices.UsualRealRuns, voices.UsualRealFor
	}
	table, runErr := voices.Run(ctx, models, o)
	left.clear()
	runErr = ended(ctx, runErr)
	if len(table.Comparisons) == 0 {
		return errors.Join(runErr, out.discard())
	}
	v := &report.Voices{Duet: report.Version, Table: table, Run: report.VoicesRun{
		Seed: o.Seed, Runs: o.Runs, Seconds: engine.Figure(o.For.Seconds()),
		RealRuns: o.RealRuns, RealSeconds: engine.Figure(o.RealFor.Seconds()),
	}}
	if err := out.finish(func() error {
		if f.format.value == formatJSON {
			return v.WriteJSON(out.to)
		}
		return v.WriteText(out.to, out.colour)
	}); err != nil {
		return err
	}
	if runErr == nil && !table.Agree() {
		runErr = &exit{exitClaim, errors.New("the voices disagree")}
	}
	return runErr
}

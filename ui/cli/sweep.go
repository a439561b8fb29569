package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/live"
	"duet/engine/replicate"
	"duet/engine/sweep"
	"duet/ui/report"
)

// sweepFlags are the flags of duet sweep.
type sweepFlags struct {
	runFlags
	vary    []string
	metrics []string
	seeds   whole
	real    bool
}

// usualMetrics are the columns of a sweep that asks for no others.
var usualMetrics = []string{"latency.mean", "latency.p99", replicate.LossName, "utilisation"}

func (w *world) sweepCommand() *cobra.Command {
	f := sweepFlags{seeds: whole{value: 1, least: 1, most: 1000}}
	f.format = choice{formatText, []string{formatText, formatCSV, formatJSON, formatHTML}}
	cmd := &cobra.Command{
		Use:   "sweep PRESET|FILE",
		Short: "Run a scenario at every point of a grid of its settings, and find the knee",
		Long: `Run a scenario at every point of a grid of its settings: a table of what each point comes to, with theory beside it, and the ` +
			`knee of each curve.

--vary names a setting and its values: a range with how many values it has (20/s..200/s:10; spaced by ratio with :log at the end), ` +
			`a list (1,2,4), or both. Repeat it for a grid; curves are drawn along the first. Runs are simulated in virtual time, many at ` +
			`once, unless --real asks for goroutines and real time, one run after another.

Along load.rate the knee is where throughput over mean latency is greatest (power: Kleinrock 1979), which does not depend on the ` +
			`range; along anything else it is where the mean latency bends most (Kneedle: Satopaa et al. 2011).`,
		Example: `
# latency against load
duet sweep little --vary load.rate=10/s..110/s:11
# and for several numbers of workers, each point five times
duet sweep little --vary load.rate=20/s..180/s:9 --vary lanes.message.workers=1,2 --seeds 5
# the figures that you choose, for a spreadsheet
duet sweep flash-sale --vary lanes.message.queue.capacity=1..1000:7:log --metric publish.p99 --metric depth.max --format csv`,
		Args:              exactly("one preset or file"),
		ValidArgsFunction: completePresets,
		RunE: w.doing(func(ctx context.Context, args []string) error {
			return w.sweep(ctx, args[0], &f)
		}),
	}
	f.register(cmd)
	cmd.Flags().StringArrayVar(&f.vary, "vary", nil, "a setting and its values, such as load.rate=20/s..200/s:10; may be repeated")
	cmd.Flags().StringArrayVar(&f.metrics, "metric", nil, "a figure to show, as the JSON of duet run names it, or loss; may be repeated")
	cmd.Flags().Var(&f.seeds, "seeds", "how many runs each point has, with a seed each, for confidence intervals")
	cmd.Flags().BoolVar(&f.real, "real", false, "run in real time, one run after another")
	cmd.Flags().Var(&f.length, "for", "how long items arrive in each run, such as 5m; else as the scenario says")
	cmd.Flags().StringVar(&f.caseName, "case", "", "the name of a case, to vary its settings")
	cmd.Flags().Var(&f.format, "format", "what the report is written as: text, csv, json or html")
	cmd.Flags().StringVar(&f.out, "out", "-", "a new file for the report, or - for standard output")
	return cmd
}

// sweep runs a grid and reports.
func (w *world) sweep(ctx context.Context, name string, f *sweepFlags) error {
	s, err := open(name)
	if err != nil {
		return err
	}
	if s, err = f.base(s); err != nil {
		return err
	}
	grid, err := f.grid(s)
	if err != nil {
		return err
	}
	options := sweep.Options{Seeds: f.seeds.value, Start: w.newVirtual, AtOnce: runtime.GOMAXPROCS(0)}
	if options.Metrics, err = f.parsed(s); err != nil {
		return err
	}
	if f.real {
		options.AtOnce, options.Start = 1, func(s *engine.Scenario) (engine.Run, error) { return w.newRun(s, live.Options{}) }
	}
	out, err := w.create(f.out)
	if err != nil {
		return err
	}
	left := w.countdown()
	options.Progress = left.show
	result, err := grid.Run(ctx, options)
	left.clear()
	err = ended(ctx, err)
	if len(result.Points) == 0 {
		return errors.Join(err, out.discard())
	}
	return errors.Join(err, out.put(report.OfSweep(s, result), f.format.value))
}

// base is the scenario that the grid varies: that of a case, or the one that
// cases vary.
func (f *sweepFlags) base(s *engine.Scenario) (*engine.Scenario, error) {
	if f.caseName == "" && len(s.Cases) > 0 {
		s = s.Clone()
		s.Cases = nil
	}
	variants, err := f.variants(s)
	if err != nil {
		return nil, err
	}
	return variants[0], nil
}

func (f *sweepFlags) grid(s *engine.Scenario) (*sweep.Grid, error) {
	if len(f.vary) == 0 {
		return nil, errors.New("nothing varies; name a setting and its values, such as --vary load.rate=20/s..200/s:10")
	}
	var axes []sweep.Axis
	for _, text := range f.vary {
		a, err := sweep.ParseAxis(text, s)
		if err != nil {
			return nil, fmt.Errorf("--vary %w", err)
		}
		axes = append(axes, a)
	}
	g, err := sweep.NewGrid(s, axes)
	if err != nil {
		return nil, fmt.Errorf("--vary: %w", err)
	}
	return g, nil
}

// parsed are the metrics that were asked for, or the usual ones.
func (f *sweepFlags) parsed(s *engine.Scenario) ([]replicate.Metric, error) {
	names := f.metrics
	if len(names) == 0 {
		names = usualMetrics
	}
	var metrics []replicate.Metric
	for _, name := range names {
		m, err := replicate.ParseMetric(name, s)
		if err != nil {
			return nil, fmt.Errorf("--metric %s: %w", name, err)
		}
		metrics = append(metrics, m)
	}
	return metrics, nil
}

// ended is what is left to say of runs that ended with an error or by a signal.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return interruption(ctx, nil)
	}
	return failure(err)
}

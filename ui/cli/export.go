package cli

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/export"
	"duet/engine/workload"
)

// formatGo is what scenarios are exported as.
const formatGo = "go"

// exportFlags are the flags of duet export.
type exportFlags struct {
	runFlags
	lane string
}

func (w *world) exportCommand() *cobra.Command {
	f := exportFlags{runFlags: runFlags{format: choice{formatGo, []string{formatGo}}}}
	cmd := &cobra.Command{
		Use:   "export PRESET|FILE",
		Short: "Write a scenario as a Go program of its own",
		Long: `Write a scenario as a Go program of its own: one file on the standard library alone, as a person would write it by hand with these ` +
			`settings, commented at each of the free choices. It runs both lanes on the same items, and says at the end what became of them.

What such a program does not do, such as the faults of a timeline, stands in the comment at its beginning. The program goes to standard ` +
			`output, or with --out to a new file; one that exists is never overwritten.`,
		Example: `
# both models, side by side
duet export latency --as go > main.go && go run main.go
# only the queue and its workers
duet export latency --as go --lane message > main.go
# a case of a preset, with a setting of your own, in a new file
duet export backpressure --as go --case nobody_waits --set load.rate=200/s --out main.go`,
		Args:              exactly("one preset or file"),
		ValidArgsFunction: completePresets,
		RunE: w.doing(func(_ context.Context, args []string) error {
			return w.export(args[0], &f)
		}),
	}
	f.register(cmd)
	cmd.Flags().Var(&f.format, "as", "the language to write: go")
	cmd.Flags().StringVar(&f.lane, "lane", "", "the name of a lane, to write only that one")
	cmd.Flags().StringVar(&f.caseName, "case", "", "the name of a case, to write it; else the settings that cases vary")
	cmd.Flags().StringVar(&f.out, "out", "-", "a new file for the program, or - for standard output")
	return cmd
}

// export writes a scenario as a program.
func (w *world) export(name string, f *exportFlags) error {
	s, err := open(name)
	if err != nil {
		return err
	}
	if s, err = f.chosen(s); err != nil {
		return err
	}
	o := export.Options{Lane: f.lane}
	if s.Load.Arrivals == engine.Trace {
		if err := recorded(s, &o); err != nil {
			return err
		}
	}
	source, err := export.Go(s, o)
	if err != nil {
		return err
	}
	out, err := w.create(f.out)
	if err != nil {
		return err
	}
	return out.finish(func() error {
		_, err := out.to.Write(source)
		return err
	})
}

// chosen is the scenario to write: that of a case, or the one that cases vary.
func (f *exportFlags) chosen(s *engine.Scenario) (*engine.Scenario, error) {
	lane := func(l engine.Lane) bool { return l.Name == f.lane }
	if f.lane != "" && !slices.ContainsFunc(s.Lanes, lane) {
		names := make([]string, len(s.Lanes))
		for i := range s.Lanes {
			names[i] = s.Lanes[i].Name
		}
		return nil, fmt.Errorf("--lane %s: %s has no such lane; there are %s", f.lane, s.Name, strings.Join(names, ", "))
	}
	if f.caseName == "" {
		return f.apply(s)
	}
	variants, err := f.variants(s)
	if err != nil {
		return nil, err
	}
	return variants[0], nil
}

// sampled is how many items of a recording tell how long work takes on average.
const sampled = 10_000

// recorded takes from a recording what a program goes by in its place.
func recorded(s *engine.Scenario, o *export.Options) error {
	stream, err := workload.New(s)
	if err != nil {
		return err
	}
	o.Rate, o.Means = stream.Rate(0), map[string]time.Duration{}
	items := make([]engine.Item, sampled)
	items = items[:stream.Cursor().Next(math.MaxInt64, items)]
	demands := make([]time.Duration, len(items))
	for i := range s.Handlers {
		stream.Demands(items, i, demands)
		var sum time.Duration
		for _, d := range demands {
			sum += d
		}
		o.Means[s.Handlers[i].Name] = (sum / time.Duration(len(demands))).Round(10 * time.Microsecond)
	}
	return nil
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/budget"
	"duet/engine/script"
	"duet/ui/rehearsal"
	"duet/ui/report"
)

// measurements is all that duet bench takes.
func measurements() []budget.Measurement { return slices.Concat(budget.Engine(), rehearsal.Screen()) }

func (w *world) benchCommand() *cobra.Command {
	var out string
	format := choice{formatText, []string{formatText, formatJSON}}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure what duet itself costs on this machine, beside its budgets",
		Long: `Measure what duet itself costs on this machine, beside what it may cost: handing items over with everything measured, in times a ` +
			`bare channel and bare calls; how late its pacer is; how long items take that nobody works for; whether workers handle what they ` +
			`could; simulation, forecast, snapshots, memory; pictures, keys, the start.

It takes a minute and a half, and wants a machine that does nothing else. The exit code is 0 whatever is met: budgets are those of two cores of a server.`,
		Example: `
# a table
duet bench
# for a program to read
duet bench --format json`,
		Args: flagsOnly,
		RunE: w.doing(func(ctx context.Context, _ []string) error { return w.bench(ctx, format.value, out) }),
	}
	cmd.Flags().Var(&format, "format", "what the report is written as: text or json")
	cmd.Flags().StringVar(&out, "out", "-", "a new file for the report, or - for standard output")
	return cmd
}

// bench takes all measurements and reports.
func (w *world) bench(ctx context.Context, format, name string) error {
	out, err := w.create(name)
	if err != nil {
		return err
	}
	p := w.countdown()
	var figures []budget.Figure
	all := w.measurements()
	for i, m := range all {
		p.say(fmt.Sprintf("%d of %d: %s", i+1, len(all), m.Name), true)
		var some []budget.Figure
		if some, err = m.Take(ctx); err != nil {
			err = fmt.Errorf("%s: %w", m.Name, err)
			break
		}
		figures = append(figures, some...)
	}
	p.clear()
	err = ended(ctx, err)
	if len(figures) == 0 {
		return errors.Join(err, out.discard())
	}
	r := report.OfCosts(figures, err != nil, script.Machine(new(engine.Scenario)))
	return errors.Join(err, out.finish(func() error {
		if format == formatJSON {
			return r.WriteJSON(out.to)
		}
		return r.WriteText(out.to, out.colour)
	}))
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/live"
	"duet/engine/virtual"
	"duet/presets"
	"duet/ui/tui"
)

// root is duet itself: the playground, and above all other commands.
func (w *world) root() *cobra.Command {
	var (
		change                settings
		remote                brokerFlag
		ascii, noColour, calm bool
		simulate, silent      bool
		lines                 bool
		seen                  insight
	)
	cmd := &cobra.Command{
		Use:   "duet [PRESET|FILE]",
		Short: "Queue and workers beside publisher and observers, on the same items, live",
		Long: `Hand work to a queue and its workers, or call observers when something happens?

duet runs both on the same items, side by side, on real goroutines, and shows live what each one costs. ` +
			`Without an argument it starts with the first preset. Arrow keys turn the load, ? shows all keys, q quits.`,
		Example: `
# the first preset
duet
# a preset with twice the load
duet duality --set load.rate=80/s
# a scenario of your own
duet presets new mine.yaml
duet ./mine.yaml
# one line of text after another, for screen readers and logs
duet duality --plain
# the same without a screen
duet run duality --for 10s`,
		Args:              oneToPlay,
		ValidArgsFunction: completePresets,
	}
	cmd.RunE = w.doing(func(ctx context.Context, args []string) error {
		name := presets.Names()[0]
		if len(args) == 1 {
			name = args[0]
		}
		if near := nearest(cmd, name); near != "" && !isFile(name) && !isPreset(name) {
			return fmt.Errorf("%q is no preset and no command: did you mean duet %s?", name, near)
		}
		if lines || w.outTerminal && w.env("TERM") == "dumb" {
			return w.talk(ctx, name, &change, &remote, &seen, simulate)
		}
		return w.playground(ctx, name, &change, &remote, &seen, tui.Options{Ask: !silent, Virtual: simulate, ASCII: ascii, NoColor: noColour, ReducedMotion: calm})
	})
	change.register(cmd)
	remote.register(cmd)
	seen.register(cmd.Flags())
	cmd.Flags().BoolVar(&simulate, "virtual", false, "begin in virtual time: simulated, and one can go back in it")
	cmd.Flags().BoolVar(&silent, "no-ask", false, "ask nothing before a scenario is played, and show nobody round")
	cmd.Flags().BoolVar(&lines, "plain", false, "write lines of text when something changes, and obey lines in place of keys; a dumb terminal gets that anyway")
	cmd.Flags().BoolVar(&ascii, "ascii", false, "draw with letters and signs of ASCII only")
	cmd.Flags().BoolVar(&noColour, "no-color", false, "draw without colours, as with NO_COLOR set")
	cmd.Flags().BoolVar(&calm, "reduced-motion", false, "let nothing move but the figures")
	cmd.AddCommand(w.runCommand(), w.sweepCommand(), w.sizeCommand(), w.verifyCommand(), w.exportCommand(), w.benchCommand(), w.presetsCommand(), w.brokerCommand(), w.workerCommand(), w.completionCommand(), w.manCommand())
	completeFlags(cmd)
	return cmd
}

// oneToPlay refuses more than one preset or file: the first word may have been meant
// for a command.
func oneToPlay(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) < 2:
		return nil
	case isFile(args[0]) || isPreset(args[0]):
		return fmt.Errorf("one preset or file can be played at a time, and %d were named", len(args))
	}
	if near := nearest(cmd, args[0]); near != "" {
		return fmt.Errorf("%q is no command: did you mean duet %s?", args[0], near)
	}
	return fmt.Errorf("%q is no command (duet --help lists them); to play, write duet %s", args[0], args[1])
}

// nearest is the command whose name is most like a word; empty when none is.
func nearest(root *cobra.Command, word string) string {
	for root.SuggestionsMinimumDistance = 1; root.SuggestionsMinimumDistance <= 2; root.SuggestionsMinimumDistance++ {
		if near := root.SuggestionsFor(word); len(near) > 0 {
			return near[0]
		}
	}
	return ""
}

// offered are the presets that the playground offers, with their queues where the
// first one's are.
func offered(remote *brokerFlag) []tui.Preset {
	var list []tui.Preset
	for _, p := range presets.List() {
		list = append(list, tui.Preset{
			Name: p.Name, Title: p.Title, Story: p.Story, Group: p.Group, Ask: p.Ask,
			Open: func() (*engine.Scenario, error) { return remote.opened(presets.Open(p.Name)) },
		})
	}
	return list
}

// playground plays a scenario on the screen until the person quits.
func (w *world) playground(ctx context.Context, name string, change *settings, remote *brokerFlag, seen *insight, o tui.Options) error {
	s, err := open(name)
	if err != nil {
		return err
	}
	if s, err = change.apply(s); err != nil {
		return err
	}
	if s, err = remote.apply(s); err != nil {
		return err
	}
	fmt.Fprint(w.stderr, remote.remark())
	if !w.inTerminal || !w.outTerminal {
		return fmt.Errorf("the playground needs a terminal to draw on and keys to listen to; without one, use duet run %[1]s, or duet %[1]s --plain", name)
	}
	if err := w.warn(ctx, s); err != nil {
		return err
	}
	o.NoColor = o.NoColor || w.env("NO_COLOR") != ""
	o.Scenario = s
	o.Presets = func() []tui.Preset { return offered(remote) }
	o.OpenFile = func(path string) (*engine.Scenario, error) {
		s, err := engine.Open(path)
		return remote.opened(s, plain(path, err))
	}
	o.Program = []tea.ProgramOption{tea.WithoutSignalHandler()} // signals end ctx
	o.Save = save
	o.NewRun = func(s *engine.Scenario, paused bool) (engine.Run, error) {
		return w.newRun(s, live.Options{Endless: true, Paused: paused, Name: remote.names.next(s)})
	}
	foretell(&o)
	w.recall(&o)
	end, err := seen.begin(w)
	if err != nil {
		return err
	}
	err = w.play(ctx, o)
	return cmp.Or(ofPlaying(ctx, err), end())
}

// ofPlaying is the error of a playground that ended with one.
func ofPlaying(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil {
		return failure(err)
	}
	return interruption(ctx, nil)
}

// Of how many simulations a forecast on the screen is made, and in about how many
// steps. Where more arrives than can be simulated beside what is real, forecasts
// reach less far than asked for, then there are fewer simulations, and then there
// is none.
const (
	replications  = 20
	foreseenSteps = 60

	leastForeseen     = 10 * time.Second
	leastReplications = 9
	mostSimulated     = 3_000_000 // items in lanes for one forecast: some 200 ms on two cores
)

// errTooMuch is why there is no forecast.
var errTooMuch = errors.New("more arrives than can be simulated every second")

// affordable is how far a forecast may reach of what was asked for, and of how
// many simulations it may be made.
func affordable(from *engine.Snapshot, reach time.Duration) (time.Duration, int, error) {
	arrivals := 0.0 // a second, in all lanes
	for i := range from.Lanes {
		arrivals += from.Lanes[i].Rate
	}
	items := func(d time.Duration, n int) float64 { return arrivals * d.Seconds() * float64(n) }
	n := replications
	if most := mostSimulated / (arrivals * float64(n)); reach.Seconds() > most {
		reach = max(time.Duration(most)*time.Second, min(leastForeseen, reach))
	}
	for items(reach, n) > mostSimulated && n > leastReplications {
		n--
	}
	if items(reach, n) > mostSimulated {
		return 0, 0, errTooMuch
	}
	return reach, n, nil
}

// stepOf is how long the steps of a forecast are: whole tenths of a second.
func stepOf(reach time.Duration) time.Duration {
	const tenth = 100 * time.Millisecond
	return max(reach/foreseenSteps/tenth, 1) * tenth
}

// foretell gives the playground what it can do in virtual time.
func foretell(o *tui.Options) {
	o.NewVirtual = func(s *engine.Scenario, paused bool) (engine.Run, error) {
		return simulate(s, virtual.Options{Endless: true, Paused: paused})
	}
	o.Fork = func(from *engine.Snapshot, changes []engine.Change) (engine.Run, error) {
		run, err := virtual.Fork(from, changes, virtual.Options{Endless: true, Paused: true})
		if err != nil {
			return nil, err
		}
		return run, nil
	}
	var forecaster virtual.Forecaster
	o.Forecast = func(ctx context.Context, dst *engine.Forecast, from *engine.Snapshot, changes []engine.Change, reach time.Duration) error {
		reach, n, err := affordable(from, reach)
		if err != nil {
			return err
		}
		return forecaster.Forecast(ctx, dst, from, changes, reach, stepOf(reach), n)
	}
}

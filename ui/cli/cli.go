// Package cli is the command line of duet: a file for each command, and what
// they share. It is where runs, screens, reports and presets meet.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/dial"
	"duet/engine/broker/remotework"
	"duet/engine/budget"
	"duet/engine/live"
	"duet/engine/virtual"
	"duet/ui/tui"
)

// What the process answers with.
const (
	exitFine        = 0
	exitClaim       = 1   // a claim of the scenario failed
	exitInput       = 2   // the command line, a file or a setting is wrong
	exitRun         = 3   // the run could not be carried out
	exitInterrupted = 130 // ended by a signal; what was measured so far is reported
)

// Main runs the command that the arguments (without the program's name) ask
// for and returns what the process should exit with. The first SIGINT, SIGTERM or
// SIGHUP ends a run early; the second ends the process at once.
func Main(args []string) int {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it, which runs are to outlive
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on a signal does what it does by itself
	w := world{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv,
		inTerminal:   term.IsTerminal(int(os.Stdin.Fd())),
		outTerminal:  term.IsTerminal(int(os.Stdout.Fd())),
		errTerminal:  term.IsTerminal(int(os.Stderr.Fd())),
		configFolder: os.UserConfigDir,
		play:         tui.Play,
		dial:         dialled, work: remotework.Run,
		newRun: func(s *engine.Scenario, o live.Options) (engine.Run, error) {
			o.Dial = dialled
			run, err := live.New(s, o)
			if err != nil {
				return nil, err
			}
			return run, nil
		},
		newVirtual: func(s *engine.Scenario) (engine.Run, error) {
			return simulate(s, virtual.Options{Speed: math.Inf(1)})
		},
		watchVirtual: func(s *engine.Scenario, every time.Duration, look func(*engine.Snapshot)) (engine.Run, error) {
			return simulate(s, virtual.Options{Speed: math.Inf(1), Every: every, Look: look})
		},
	}
	w.measurements = measurements
	return w.main(ctx, args)
}

// dialled connects to a broker, with what the environment has of a login.
func dialled(ctx context.Context, q *engine.Queue) (broker.Server, error) {
	return dial.Server(ctx, q, os.Getenv)
}

func simulate(s *engine.Scenario, o virtual.Options) (engine.Run, error) {
	run, err := virtual.New(s, o)
	if err != nil {
		return nil, err
	}
	return run, nil
}

// world is what the commands need from around them.
type world struct {
	stdin                                io.Reader // nil: nobody writes
	stdout, stderr                       io.Writer
	env                                  func(name string) string
	inTerminal, outTerminal, errTerminal bool // whether a person sits at the other end

	configFolder func() (string, error) // of the person's settings; nil: there is none

	play   func(ctx context.Context, o tui.Options) error
	dial   func(ctx context.Context, q *engine.Queue) (broker.Server, error)
	work   func(ctx context.Context, server broker.Server, o remotework.Options) error
	newRun func(s *engine.Scenario, o live.Options) (engine.Run, error)
	// newVirtual begins a run that is simulated to its end as fast as it goes.
	newVirtual func(s *engine.Scenario) (engine.Run, error)
	// watchVirtual does the same, and shows it every so much of its own time.
	watchVirtual func(s *engine.Scenario, every time.Duration, look func(*engine.Snapshot)) (engine.Run, error)

	// measurements is all that duet bench takes.
	measurements func() []budget.Measurement

	failed error // of the command that ran
}

func (w *world) main(ctx context.Context, args []string) int {
	root := w.root()
	root.SetArgs(args)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	err := fang.Execute(ctx, root,
		fang.WithErrorHandler(func(io.Writer, fang.Styles, error) {}),
		fang.WithoutCompletions(), fang.WithoutManpage()) // ours are listed, and tell what they do not know
	if err = cmp.Or(err, w.failed); err != nil {
		fmt.Fprintf(w.stderr, "duet: %v\n", err)
	}
	return exitCode(err)
}

// doing makes a command's function that keeps its error from fang, which would
// ask the terminal for its colours before it showed it: that takes a while, and
// swallows what is typed meanwhile.
func (w *world) doing(do func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		w.failed = do(cmd.Context(), args)
		return nil
	}
}

// exit is an error with what the process should exit with.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }
func (e *exit) Unwrap() error { return e.err }

// exitCode is that of an error: unless it says otherwise, the command line was
// wrong.
func exitCode(err error) int {
	var e *exit
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &e):
		return e.code
	default:
		return exitInput
	}
}

// noArguments refuses any argument.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, and was given %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// flagsOnly refuses any argument of a command that is told everything by flags.
func flagsOnly(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes flags only, and %q is none; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// exactly wants so many arguments, and says what they are.
func exactly(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s takes %s, and %d arguments were given", cmd.CommandPath(), what, len(args))
		}
		return nil
	}
}

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/remotework"
)

// workerFlags are the flags of duet worker.
type workerFlags struct {
	url string
	remotework.Options
}

func (w *world) workerCommand() *cobra.Command {
	var f workerFlags
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Work for a run that goes on in another process, or on another machine",
		Long: `Work for a message lane of a run whose queues are in a broker: take deliveries from there as the lane's own workers do, do the work, ` +
			`and report to the playground, which shows the workers with their host. All of it goes through the broker.

It ends with the run. Ctrl-C gives back what is in hand, and leaves; what a killed one held, the broker delivers again. ` +
			`A login is part of the url, or in the environment: DUET_BROKER_USER, DUET_BROKER_PASSWORD.`,
		Example: `
# a run that others can join: its name is on the screen
duet duality --broker nats://localhost:4222 --run monday
# four workers more for it, from another terminal
duet worker --broker nats://localhost:4222 --run monday --workers 4`,
		Args: noArguments,
		RunE: w.doing(func(ctx context.Context, _ []string) error { return w.joinRun(ctx, &f) }),
	}
	cmd.Flags().StringVar(&f.url, "broker", "", "the url of the broker in which the run has its queues")
	cmd.Flags().StringVar(&f.Run, "run", "", "the name of the run, as its screen shows it")
	cmd.Flags().StringVar(&f.Lane, "lane", "", "the lane to work for; not needed where only one is in the broker")
	cmd.Flags().IntVar(&f.Workers, "workers", 1, "how many, for each queue of the lane")
	cmd.Flags().StringVar(&f.Host, "name", "", "what the screen calls them; else the name of this machine")
	return cmd
}

// joinRun works for a run until it ends.
func (w *world) joinRun(ctx context.Context, f *workerFlags) error {
	switch {
	case f.url == "" || f.Run == "":
		return errors.New("duet worker needs --broker URL and --run NAME: the screen of the run shows both, and duet run says them")
	case f.Workers < 1 || f.Workers > remotework.MostWorkers:
		return fmt.Errorf("--workers %d: 1 to %d are possible", f.Workers, remotework.MostWorkers)
	}
	host, _ := os.Hostname()
	f.Host = cmp.Or(remotework.Plain(f.Host), remotework.Plain(host), "elsewhere")
	f.Say = func(line string) { fmt.Fprintln(w.stdout, line) }
	server, err := w.connect(ctx, f.url)
	if err != nil {
		return err
	}
	defer server.Close()
	err = w.work(ctx, server, f.Options)
	if !errors.Is(err, remotework.ErrNone) && !errors.Is(err, remotework.ErrLane) {
		err = ofBroker(ctx, err)
	}
	return cmp.Or(err, interruption(ctx, nil))
}

// runNames are what runs are called in a broker, one after another.
type runNames struct {
	first string // empty: all are drawn
	given atomic.Int64
}

// next is the name of a run of a scenario. With the first one given, further ones that
// others can work for have a number. It may be called from any goroutine: a screen
// starts runs in some.
func (r *runNames) next(s *engine.Scenario) string {
	if r.first == "" || reachable(s) == nil {
		return broker.NewRun()
	}
	n := r.given.Add(1)
	if n == 1 {
		return r.first
	}
	return fmt.Sprintf("%s_%d", r.first, n)
}

// check finds out whether runs of a scenario can be called like that.
func (r *runNames) check(s *engine.Scenario) error {
	switch {
	case r.first == "":
		return nil
	case !broker.IsPart(r.first):
		return fmt.Errorf("--run %q: small letters, digits and _ are possible", r.first)
	case reachable(s) == nil:
		return errors.New("--run: the run needs queues in a broker that others can reach, such as --broker nats://localhost:4222")
	}
	return nil
}

// reachable is the first queue of a scenario that others can reach; nil: there is
// none.
func reachable(s *engine.Scenario) *engine.Queue {
	i := slices.IndexFunc(s.Lanes, func(l engine.Lane) bool { return l.Queue.Remote() && !engine.Embedded(l.Queue.URL) })
	if i < 0 {
		return nil
	}
	return &s.Lanes[i].Queue
}

// invite says how others can work for a run without a screen, if they can.
func (w *world) invite(s *engine.Scenario, name string) {
	q := reachable(s)
	if q == nil {
		return
	}
	if at, err := broker.ParseAddress(q.URL, w.env); err == nil {
		fmt.Fprintf(w.stderr, "duet: this is run %s; duet worker --broker %s --run %[1]s works for it\n", name, at.Shown())
	}
}

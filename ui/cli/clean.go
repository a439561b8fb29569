package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"duet/engine"
	"duet/engine/broker"
	"duet/engine/broker/remotework"
)

// brokerOpening is how long a broker may take to be there.
const brokerOpening = 3 * time.Second

func (w *world) brokerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "broker",
		Short: "Look after what runs have left in a broker",
		Long: `A run whose queues are in a broker deletes them when it ends. One that was killed, or had lost its connection when it ended, leaves them.

A login is part of the url, or in the environment: DUET_BROKER_USER, DUET_BROKER_PASSWORD.`,
		Example: `
# what is there
duet broker clean nats://localhost:4222 --dry-run
# remove it
duet broker clean nats://localhost:4222`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q for duet broker: there is clean", args[0])
			}
			return errors.New("duet broker needs a command: there is clean")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(w.cleanCommand())
	return cmd
}

// cleanFlags are the flags of duet broker clean.
type cleanFlags struct {
	run string
	dry bool
}

func (w *world) cleanCommand() *cobra.Command {
	var f cleanFlags
	cmd := &cobra.Command{
		Use:   "clean URL",
		Short: "Remove the queues that runs have left in a broker",
		Long: `Remove the queues that runs have left in a broker: only those that duet has made, which are called duet.RUN.LANE.HANDLER, with what is in them.

A run that goes on is left alone: its playground takes what it is sent within five seconds. One that is stopped, or has lost its ` +
			`connection, counts as over. With --run a run is removed without asking it.`,
		Args:              exactly("the url of one broker"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: w.doing(func(ctx context.Context, args []string) error {
			return w.clean(ctx, args[0], &f)
		}),
	}
	cmd.Flags().StringVar(&f.run, "run", "", "the name of a run, to remove only that one, whether or not it goes on")
	cmd.Flags().BoolVar(&f.dry, "dry-run", false, "say what would be removed, and remove nothing")
	return cmd
}

// connect opens the broker of a url.
func (w *world) connect(ctx context.Context, url string) (broker.Server, error) {
	kind, err := brokerOf(url)
	if err != nil {
		return nil, err
	}
	if engine.Embedded(url) {
		return nil, errors.New("the embedded broker is inside the process that has it, and goes with it: nobody else can reach it")
	}
	return w.reach(ctx, &engine.Queue{Broker: kind, URL: url})
}

// reach opens the broker of a queue. A url that is none is wrong input; what goes
// wrong besides is not.
func (w *world) reach(ctx context.Context, q *engine.Queue) (broker.Server, error) {
	if _, err := broker.ParseAddress(q.URL, w.env); err != nil {
		return nil, err
	}
	opening, cancel := context.WithTimeout(ctx, brokerOpening)
	defer cancel()
	server, err := w.dial(opening, q)
	return server, ofBroker(ctx, err)
}

// ofBroker is the error of a broker that cannot be reached, or did not do what it was
// asked; of the signal that kept it from that, if one did.
func ofBroker(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return cmp.Or(interruption(ctx, nil), error(&exit{exitRun, err}))
}

// clean removes what runs have left in a broker.
func (w *world) clean(ctx context.Context, url string, f *cleanFlags) error {
	server, err := w.connect(ctx, url)
	if err != nil {
		return err
	}
	defer server.Close()
	queues, err := server.Created(ctx)
	if err != nil {
		return ofBroker(ctx, err)
	}
	runs := byRun(queues)
	alive := map[string]bool{}
	if f.run == "" {
		if alive, err = remotework.Alive(ctx, server, queues); err != nil {
			return ofBroker(ctx, err)
		}
	} else if runs = map[string][]broker.Name{f.run: runs[f.run]}; len(runs[f.run]) == 0 {
		fmt.Fprintf(w.stdout, "%s has nothing of a run %s\n", server.Address(), f.run)
		return nil
	}
	if len(runs) == 0 {
		fmt.Fprintf(w.stdout, "%s has nothing that duet has made\n", server.Address())
		return nil
	}
	for _, run := range slices.Sorted(maps.Keys(runs)) {
		if alive[run] {
			fmt.Fprintf(w.stdout, "run %s goes on, and is left alone\n", run)
			continue
		}
		if err := w.remove(ctx, server, runs[run], f.dry); err != nil {
			return ofBroker(ctx, err)
		}
	}
	return nil
}

// remove removes the queues of a run, or says what it would remove.
func (w *world) remove(ctx context.Context, server broker.Server, queues []broker.Name, dry bool) error {
	done, names := "removed", make([]string, len(queues))
	if dry {
		done = "would be removed"
	}
	for i, name := range queues {
		names[i] = name.String()
		if dry {
			continue
		}
		if err := server.Delete(ctx, name); err != nil {
			return err
		}
	}
	slices.Sort(names)
	_, err := fmt.Fprintf(w.stdout, "run %s: %s %s\n", queues[0].Run, strings.Join(names, ", "), done)
	return err
}

// byRun sorts queues by the run that has them.
func byRun(queues []broker.Name) map[string][]broker.Name {
	runs := make(map[string][]broker.Name)
	for _, name := range queues {
		runs[name.Run] = append(runs[name.Run], name)
	}
	return runs
}

// warn says that there is something of other runs in the brokers of a scenario that
// is about to run. A broker that cannot be reached fails here, before anything is
// drawn.
func (w *world) warn(ctx context.Context, s *engine.Scenario) error {
	var asked []string
	for i := range s.Lanes {
		q := &s.Lanes[i].Queue
		if !q.Remote() || engine.Embedded(q.URL) || slices.Contains(asked, q.URL) {
			continue
		}
		asked = append(asked, q.URL)
		if err := w.warnOf(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) warnOf(ctx context.Context, q *engine.Queue) error {
	server, err := w.reach(ctx, q)
	if err != nil {
		return err
	}
	defer server.Close()
	asking, cancel := context.WithTimeout(ctx, brokerOpening)
	defer cancel()
	queues, err := server.Created(asking)
	if err != nil || len(queues) == 0 {
		return ofBroker(ctx, err)
	}
	names := slices.Sorted(maps.Keys(byRun(queues)))
	fmt.Fprintf(w.stderr, "duet: %s has queues of other runs (%s); duet broker clean %[1]s removes those of runs that are over\n",
		server.Address(), strings.Join(names, ", "))
	return nil
}

package cli

import (
	"cmp"
	"context"
	"fmt"

	"duet/engine"
	"duet/engine/live"
	"duet/engine/virtual"
	"duet/ui/linear"
)

// talk plays a scenario in lines of text until the person ends it.
func (w *world) talk(ctx context.Context, name string, change *settings, remote *brokerFlag, seen *insight, simulated bool) error {
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
	if err := w.warn(ctx, s); err != nil {
		return err
	}
	fmt.Fprint(w.stderr, remote.remark())
	o := linear.Options{Scenario: s, Save: save, In: w.stdin, Out: w.stdout}
	o.NewRun = func(s *engine.Scenario) (engine.Run, error) {
		name := remote.names.next(s)
		w.invite(s, name)
		return w.newRun(s, live.Options{Endless: true, Name: name})
	}
	if simulated {
		o.NewRun = func(s *engine.Scenario) (engine.Run, error) {
			return simulate(s, virtual.Options{Endless: true, Speed: 1})
		}
	}
	end, err := seen.begin(w)
	if err != nil {
		return err
	}
	err = linear.Play(ctx, o)
	return cmp.Or(ofPlaying(ctx, err), end())
}

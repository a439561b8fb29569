// Benchmarks does the same work through duet's message and event model, with
// everything measured, through the bare channel and the bare call, and through
// libraries of the same kind, and tells how many times as long as the bare thing each
// takes. It is a module of its own, so that none of these libraries comes into duet.
//
//	cd engine/benchmarks && go run . -readme ../../README.md
//
// takes some two minutes on two cores, which should do nothing else meanwhile. The arms of
// a contest take turns, so that whatever the machine does besides, it does to all.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	var o options
	flag.BoolVar(&o.quick, "quick", false, "duet and the bare thing only, in few rounds")
	flag.StringVar(&o.readme, "readme", "", "a file to write the table into, between its marks")
	flag.StringVar(&o.base, "base", "", "a file with the ratios to compare with; fails where one has grown grossly")
	flag.BoolVar(&o.rebase, "rebase", false, "writes the ratios of now into the file of -base")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

type options struct {
	quick, rebase bool
	readme, base  string
}

// The rounds that are counted; one more comes before them.
const (
	manyRounds = 100
	fewRounds  = 24
)

func (o *options) run(ctx context.Context) error {
	switch {
	case o.quick && o.readme != "":
		return errors.New("-readme wants the whole table, and -quick is not that")
	case o.rebase && o.base == "":
		return errors.New("-rebase wants to know the file: -base")
	}
	rounds := manyRounds
	if o.quick {
		rounds = fewRounds
	}
	var results []result
	for _, c := range contests() {
		if o.quick {
			c = c.ours()
		}
		if len(c.arms) < 2 {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %d arms, %d rounds\n", c.name, len(c.arms), rounds)
		r, err := c.hold(ctx, rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		results = append(results, r)
	}
	fmt.Fprint(os.Stdout, table(results))
	if o.readme != "" {
		if err := intoReadme(o.readme, table(results)); err != nil {
			return err
		}
	}
	if o.base == "" {
		return nil
	}
	if o.rebase {
		return writeBase(o.base, results)
	}
	return o.compare(ctx, results)
}

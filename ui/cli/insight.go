package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime/trace"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// insight is what the flags of commands that run something give a person to see of the
// process itself.
type insight struct {
	profiles string // address to serve profiles at; empty: nowhere
	trace    string // file of the execution trace; empty: there is none
}

func (i *insight) register(flags *pflag.FlagSet) {
	flags.StringVar(&i.profiles, "pprof", "", "serve profiles of duet itself at this address, such as localhost:6060; goroutines have labels: lane, role, handler")
	flags.StringVar(&i.trace, "trace", "", "a new file for an execution trace, for go tool trace: a task for each item, with regions")
}

// begin begins with what was asked for. The function returned ends it; there is none
// where there is an error.
func (i *insight) begin(w *world) (end func() error, err error) {
	stop, err := i.serve(w)
	if err != nil {
		return nil, err
	}
	if i.trace == "" {
		return stop, nil
	}
	f, err := createNew(i.trace)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	if err := trace.Start(f); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()), stop())
	}
	return func() error {
		trace.Stop()
		return failure(errors.Join(f.Close(), stop()))
	}, nil
}

// serve serves profiles, where they are asked for.
func (i *insight) serve(w *world) (stop func() error, err error) {
	if i.profiles == "" {
		return func() error { return nil }, nil
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", i.profiles)
	if err != nil {
		return nil, fmt.Errorf("--pprof %s: %s; a free address with its port is needed, such as localhost:6060", i.profiles, cause(err))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(l) // ends with Close
	}()
	fmt.Fprintf(w.stderr, "duet: profiles are at http://%s/debug/pprof/\n", l.Addr())
	return func() error {
		err := s.Close()
		<-served
		return err
	}, nil
}

// cause is what is at the bottom of an error of the network.
func cause(err error) string {
	var address *net.AddrError
	var name *net.DNSError
	switch {
	case errors.As(err, &address):
		return address.Err
	case errors.As(err, &name):
		return name.Err
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return strings.TrimPrefix(err.Error(), "bind: ")
}

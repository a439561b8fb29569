package tui

import (
	"os"
	"sync"
	"time"
)

// outlet is a terminal that takes what is written even while it does not read: what
// comes next waits in memory, so that keys are obeyed and the program can end. While
// it is behind no pictures are made, and so no more than one or two wait in it.
type outlet struct {
	file *os.File // not embedded: its WriteString and ReadFrom would pass Write by

	start   sync.Once
	more    chan struct{} // told when there is something to write
	mu      sync.Mutex
	waiting []byte
	writing bool
	idle    chan struct{} // told when all is written
	ended   chan struct{}
	err     error // of the terminal
}

// How long a terminal may take for what it is given before the program goes on
// without waiting, and how long the program waits for it in the end.
const (
	terminalSlow = 50 * time.Millisecond
	terminalDead = 500 * time.Millisecond
)

func newOutlet(f *os.File) *outlet {
	return &outlet{file: f, more: make(chan struct{}, 1), idle: make(chan struct{}, 1), ended: make(chan struct{})}
}

// Write implements [io.Writer]. It blocks until the terminal has taken everything,
// which one that reads does at once, and not for long: an error may be that of an
// earlier call.
func (o *outlet) Write(p []byte) (int, error) {
	o.start.Do(func() { go o.pump() })
	o.mu.Lock()
	if o.err != nil {
		defer o.mu.Unlock()
		return 0, o.err
	}
	slow := o.isBehind()
	o.waiting = append(o.waiting, p...)
	o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	if !slow {
		o.await(terminalSlow)
	}
	return len(p), nil
}

// Read implements [io.Reader], as terminals do.
func (o *outlet) Read(p []byte) (int, error) { return o.file.Read(p) }

// Close implements [io.Closer].
func (o *outlet) Close() error { return o.file.Close() }

// Fd is the terminal's file descriptor, by which its size is asked for.
func (o *outlet) Fd() uintptr { return o.file.Fd() }

// pump writes until there is an error or the end. It is left behind where the terminal never
// reads again, which is the end of the program.
func (o *outlet) pump() {
	var out []byte
	for {
		select {
		case <-o.more:
		case <-o.ended:
			return
		}
		o.mu.Lock()
		out, o.waiting = o.waiting, out[:0]
		o.writing = true
		o.mu.Unlock()
		_, err := o.file.Write(out)
		o.mu.Lock()
		o.writing, o.err = false, err
		done := !o.isBehind()
		o.mu.Unlock()
		if done {
			select {
			case o.idle <- struct{}{}:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

// isBehind is behind for who holds mu.
func (o *outlet) isBehind() bool { return o.err == nil && (o.writing || len(o.waiting) > 0) }

// behind tells whether the terminal has not yet taken everything.
func (o *outlet) behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.isBehind()
}

// await waits until the terminal has taken everything, but no longer than so.
func (o *outlet) await(most time.Duration) {
	if !o.behind() {
		return
	}
	timeout := time.NewTimer(most)
	defer timeout.Stop()
	for o.behind() {
		select {
		case <-o.idle:
		case <-timeout.C:
			return
		}
	}
}

// end waits for the last that was written, and lets go. It is called once.
func (o *outlet) end() {
	o.await(terminalDead)
	close(o.ended)
}

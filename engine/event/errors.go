package event

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed is returned by Publish and Subscribe once the bus is closed.
	ErrClosed = errors.New("event: the bus is closed")
	// ErrLimit is returned by Publish with Goroutine dispatch when the limit of
	// handler goroutines kept it from calling all observers.
	ErrLimit = errors.New("event: the limit of handler goroutines is reached")
	// ErrPanicked is what every *PanicError is. A probe gets ErrPanicked itself
	// for a panic that goes through Publish.
	ErrPanicked = errors.New("event: the observer panicked")
	// ErrAbandoned is a call's outcome, whatever its handler returned, when
	// the bus ended before the call did and has reported it in Left.
	ErrAbandoned = errors.New("event: the bus ended before the call did")
)

// ObserverError is the error of one observer.
type ObserverError struct {
	Event    string
	Observer string
	Err      error
}

func (e *ObserverError) Error() string {
	return fmt.Sprintf("event: observer %s of %s: %v", e.Observer, e.Event, e.Err)
}

// Unwrap returns what the observer returned.
func (e *ObserverError) Unwrap() error { return e.Err }

// PanicError is a panic of an observer, recovered.
type PanicError struct {
	Value any    // what the observer panicked with
	Stack []byte // where, as of runtime/debug.Stack
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Is reports whether target is ErrPanicked.
func (e *PanicError) Is(target error) bool { return target == ErrPanicked }

// LeftError is the error of a Close that could not finish everything.
type LeftError struct {
	Left  Left
	Cause error // of the context; nil when an observer's panic was what kept it
}

func (e *LeftError) Error() string {
	return fmt.Sprintf("event: the bus is closed, but this was left: %v", e.Left)
}

// Unwrap returns the cause.
func (e *LeftError) Unwrap() error { return e.Cause }

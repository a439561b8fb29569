package live

import (
	"strings"
	"testing"

	"duet/engine"
)

// TestWhatRealRunsCannotDoTheySay refuses it at the start, and while a run goes on.
func TestWhatRealRunsCannotDoTheySay(t *testing.T) {
	s, err := engine.Decode("test.yaml", []byte("load: {rate: 10/s}\nhandlers: [{name: work}]\nlanes: [{model: message, ack: after}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	slow, err := s.With("lanes.message.queue.visibility", "30s")
	if err != nil {
		t.Fatal(err)
	}
	const want = "real runs cannot do that yet"
	if _, err := New(slow, Options{Endless: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a run of it begins: %v", err)
	}
	r, err := New(s, Options{Endless: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(engine.Change{Path: "lanes.message.queue.visibility", Value: "30s"}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("it is set: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

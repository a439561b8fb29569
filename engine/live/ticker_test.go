package live

import (
	"testing"

	"duet/engine"
)

// played runs a scenario in real time, to its end.
func played(t *testing.T, text string) *engine.Snapshot {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	var snap engine.Snapshot
	r.Snapshot(&snap)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return &snap
}

// TestATickerDropsReally: of what comes while its handler works, one waits and the
// others are gone. How many that are depends on the machine; what arrives does not
// pile up.
func TestATickerDropsReally(t *testing.T) {
	t.Parallel()
	snap := played(t, `
duration: 300ms
load: {rate: 1000/s, arrivals: constant}
handlers: [{name: look, service: {dist: constant, mean: 5ms}}]
lanes: [{name: ticker, model: event, source: ticker}, {name: kept, model: event}]
`)
	ticker, kept := &snap.Lanes[0].Ledger, &snap.Lanes[1].Ledger
	if ticker.Balance() != 0 || ticker.Dropped < 150 || ticker.Done == 0 || ticker.Waiting > 1 {
		t.Errorf("ticker: %+v", *ticker)
	}
	if kept.Dropped != 0 {
		t.Errorf("kept: %+v", *kept)
	}
}

package live

import (
	"fmt"
	"testing"
	"time"

	"duet/engine"
)

func TestSmoke(t *testing.T) {
	s, err := engine.Decode("x.yaml", []byte("duet: 1\nload: {rate: 200/s}\nduration: 2s\nhandlers: [{name: charge, service: {mean: 5ms}}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	var snap engine.Snapshot
	r.Snapshot(&snap)
	fmt.Printf("%+v\n", snap)
	<-r.Done()
	r.Snapshot(&snap)
	for _, l := range snap.Lanes {
		fmt.Printf("%+v\n%d\n%+v\n", l.Ledger, l.Ledger.Balance(), l.Whole)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

package remotework

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"duet/engine/broker"
	"duet/engine/broker/jetstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestARunGoesOnThatTakesWhatItIsSent, and not one whose queues are just there.
func TestARunGoesOnThatTakesWhatItIsSent(t *testing.T) {
	server, err := jetstream.Embedded(false)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var names []broker.Name
	for _, run := range []string{"live", "dead"} {
		for _, name := range []broker.Name{Reports(run, "message", 1), Work(run, "message", "charge", 1)} {
			queue, err := server.Queue(t.Context(), name, broker.Options{Prefetch: 1})
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
			if run == "dead" || name.Handler == "charge" {
				continue
			}
			w, err := queue.Worker(t.Context(), "playground")
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close(false)
			go func() {
				d := <-w.Deliveries()
				_ = d.Settle(broker.Ack, 0)
			}()
		}
	}
	alive, err := answering(t.Context(), server, names, 2*time.Second)
	if err != nil || !alive["live"] || alive["dead"] {
		t.Errorf("alive are %v, %v", alive, err)
	}
}

func TestNamesOfReports(t *testing.T) {
	for handler, want := range map[string]int{"_reports_1": 1, "_reports_12": 12, "_reports_": 0, "_reports_x": 0, "_reports_-1": 0, "charge": 0, "reports_1": 0} {
		n, ok := isReports(broker.Name{Run: "a", Lane: "message", Handler: handler})
		if ok != (want > 0) || ok && n != want {
			t.Errorf("%s: %d, %v", handler, n, ok)
		}
	}
	if a, b := Work("a", "l", "charge", 1), Work("a", "l", "charge", 2); a.Handler != "charge" || b.Handler != "_2_charge" {
		t.Errorf("%v, %v", a, b)
	}
}

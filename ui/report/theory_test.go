package report_test

import (
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/theory"
	"duet/ui/report"
)

// theories are what a report says of the lanes of a snapshot.
func theories(t *testing.T, snap *engine.Snapshot) []theory.Result {
	t.Helper()
	var all []theory.Result
	for _, l := range report.Of(report.Outcome{Snapshot: snap}).Lanes {
		r, ok := l.Theory.(theory.Result)
		if !ok {
			t.Fatalf("%T, want a theory", l.Theory)
		}
		all = append(all, r)
	}
	return all
}

const queue = `
duet: 1
load: {rate: 100/s}
handlers: [{name: charge, service: {mean: 8ms}}]
lanes: [{model: message, workers: 1}, {model: event, publishers: 2}]
`

func TestTheoryIsThatOfEachLane(t *testing.T) {
	snap := snapshot(decode(t, queue))
	got := theories(t, snap)
	// M/M/1 at a load of 0.8: the mean wait is 0.8 / 0.2 services.
	if r := got[0]; r.Model != "M/M/1" || !r.Applies || r.WaitMean < 0.0319 || r.WaitMean > 0.0321 {
		t.Errorf("message is %+v", r)
	}
	if r := got[1]; r.Model != "M/M/2" || !r.Applies || r.Utilisation != 0.4 {
		t.Errorf("event is %+v", r)
	}
}

func TestTheoryOfWhatChangedIsRefused(t *testing.T) {
	snap := snapshot(decode(t, queue))
	snap.Changes = 1
	for _, r := range theories(t, snap) {
		if r.Applies || !strings.HasPrefix(r.Why, "no steady state") || r.WaitMean == r.WaitMean {
			t.Errorf("%+v, want a refusal", r)
		}
	}
}

func TestTheoryOfARecordingKnowsItsRate(t *testing.T) {
	s := decode(t, strings.Replace(queue, "rate: 100/s", "arrivals: trace, trace: {file: none.csv}", 1))
	snap := snapshot(s)
	snap.Lanes[0].Whole.Arrivals = 62.5
	if r := theories(t, snap)[0]; r.Applies || r.Rho != 0.5 || r.Why != "no closed form: arrivals are a recording" {
		t.Errorf("%+v, want a refusal that knows the load", r)
	}
}

package report_test

import (
	"strings"
	"testing"
	"time"

	"duet/engine"
	"duet/engine/diagnose"
	"duet/ui/report"
)

// watched looks at a run twice a second: blocked says when its producers stand.
func watched(t *testing.T, seconds int, stopped func(at float64) bool) []report.Finding {
	t.Helper()
	var log report.Log
	snap := snapshot(decode(t, shop))
	for i := range 2 * seconds {
		snap.At = time.Duration(i) * 500 * time.Millisecond
		snap.Lanes[0].Stopped = stopped(snap.At.Seconds())
		snap.Lanes[0].Ledger.Waiting = int64(i % 10)
		log.Add(snap)
	}
	var found []report.Finding
	for _, f := range log.Findings() {
		if f.Kind == "stopped" || f.Severity == "good" {
			found = append(found, f)
		}
	}
	return found
}

func TestFindingsHaveSpans(t *testing.T) {
	found := watched(t, 30, func(at float64) bool { return at >= 5 && at < 8 || at >= 9 && at < 10 || at >= 20 && at < 22 })
	if len(found) != 2 {
		t.Fatalf("%+v, want two spans: a second's silence does not end one, ten do", found)
	}
	for i, want := range [][2]engine.Figure{{5, 9.5}, {20, 21.5}} {
		if f := found[i]; f.Lane != "message" || f.From != want[0] || f.To != want[1] || f.Severity != "warning" {
			t.Errorf("%+v, want message from %v to %v", f, want[0], want[1])
		}
	}
}

func TestAFindingIsToldAsItWasAtItsWorst(t *testing.T) {
	var log report.Log
	snap := snapshot(decode(t, shop))
	snap.Lanes[0].Stopped = true
	for i, waiting := range []int64{10, 500, 20} {
		snap.At = time.Duration(i) * time.Second
		snap.Lanes[0].Ledger.Waiting = waiting
		snap.Lanes[0].Recent.Backlog.Now = waiting
		log.Add(snap)
	}
	for _, f := range log.Findings() {
		if f.Kind == "stopped" {
			if !strings.Contains(f.Text, "500 items") {
				t.Errorf("%q, want that of the second look, when 500 waited", f.Text)
			}
			return
		}
	}
	t.Error("it was not found")
}

// What is lost or wasted is told as it was when most was, whatever waited; and a
// span is as severe as it ever was.
func TestAFindingIsToldWithItsLargestShare(t *testing.T) {
	var log report.Log
	snap := snapshot(decode(t, shop))
	for i, lost := range []int64{2, 40, 5} {
		snap.At = time.Duration(i) * time.Second
		snap.Lanes[0].Ledger.Waiting = int64(100 * i)
		snap.Lanes[0].Recent.Ledger = engine.Ledger{Offered: 1000, Lost: lost}
		log.Add(snap)
	}
	for _, f := range log.Findings() {
		if f.Kind == diagnose.Losing {
			if !strings.HasPrefix(f.Text, "40 items lost") || f.From != 0 || f.To != 2 || f.Severity != "bad" {
				t.Errorf("%+v, want that of the second look, over all three", f)
			}
			return
		}
	}
	t.Error("it was not found")
}

func TestNothingLookedAtHasNoFindings(t *testing.T) {
	var log report.Log
	if found := log.Findings(); len(found) != 0 {
		t.Errorf("%+v, want none", found)
	}
}

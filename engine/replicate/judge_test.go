package replicate_test

import (
	"testing"
	"time"

	"duet/engine"
	"duet/engine/replicate"
)

// measured are runs of the shop whose first lane had these mean latencies, in
// milliseconds, and whose second had 100.
func measured(t *testing.T, means ...int) []*engine.Snapshot {
	t.Helper()
	s := decode(t, shop)
	var snaps []*engine.Snapshot
	for i, ms := range means {
		snap := &engine.Snapshot{Scenario: s, Lanes: make([]engine.LaneSnapshot, 2)}
		for n, mean := range []int{ms, 100} {
			l := &snap.Lanes[n]
			l.Name = s.Lanes[n].Name
			if mean > 0 {
				l.Whole.Latency = engine.Summary{Count: 1, Mean: time.Duration(mean) * time.Millisecond}
			}
			l.Ledger = engine.Ledger{Done: 5, Dropped: int64(n * i)}
		}
		snaps = append(snaps, snap)
	}
	return snaps
}

func TestJudge(t *testing.T) {
	near, wide := []int{79, 80, 81, 80}, []int{20, 80, 140, 60}
	for _, c := range []struct {
		claim   string
		means   []int
		verdict replicate.Verdict
		note    string
	}{
		{"message.latency.mean < event.latency.mean", near, replicate.Holds, ""},
		{"message.latency.mean < event.latency.mean", wide, replicate.Unsure, "too near to call: more or longer runs would tell"},
		{"message.latency.mean < event.latency.mean", wide[:1], replicate.Holds, ""}, // one run decides alone
		{"message.latency.mean > event.latency.mean", near, replicate.Fails, ""},
		{"message.latency.mean within 5% of 80ms", near, replicate.Holds, ""},
		{"message.latency.mean within 1% of 80ms", near, replicate.Unsure, "too near to call: more or longer runs would tell"},
		{"message.latency.mean within 5% of 90ms", near, replicate.Fails, ""},
		{"message.done == 5", near, replicate.Holds, ""},
		{"event.dropped == 0", near, replicate.Fails, "not in every run"},
		{"event.dropped != 0", near, replicate.Fails, "not in every run"},
		{"message.dropped <= 0", near, replicate.Holds, ""},
		{"event.latency.mean <= 100ms", near, replicate.Holds, ""}, // alike in every run
		{"message.dropped < 0", near, replicate.Fails, ""},
		{"message.done > 1 and message.latency.mean < 50ms and event.done > 1", near, replicate.Fails, ""},
		{"message.latency.mean < 1s", []int{80, 0, 80}, replicate.Fails, "the left side is not defined: nothing was measured"},
		{
			"message.latency.mean < message.theory.latency_mean", near, replicate.Fails,
			"the right side is not defined: theory says nothing of message.latency_mean: nobody here knows any theory",
		},
	} {
		j, err := replicate.Judge(engine.Claim{Text: c.claim}, measured(t, c.means...), nil)
		if err != nil || j.Verdict != c.verdict || j.Note != c.note || j.Runs != len(c.means) {
			t.Errorf("%s of %v: %+v, %v; want %s", c.claim, c.means, j, err, c.verdict)
		}
	}
	if _, err := replicate.Judge(engine.Claim{Text: "mesage.done > 0"}, measured(t, 80), nil); err == nil {
		t.Error("a claim about a lane that is not there was judged")
	}
}

// TestJudgedSides are those of the comparison that decides.
func TestJudgedSides(t *testing.T) {
	j, err := replicate.Judge(engine.Claim{Text: "message.done > 1 and message.latency.mean < 50ms and event.done > 1"}, measured(t, 79, 80, 81), nil)
	if err != nil || j.Left.Mean < 0.0799 || j.Left.Mean > 0.0801 || j.Right.Mean < 0.0499 || j.Right.Mean > 0.0501 || j.Kind != engine.KindDuration || j.Left.CI95 == nil {
		t.Errorf("%+v, %v", j, err)
	}
}

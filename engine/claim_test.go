package engine

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

// measuredRun is a snapshot of a run of a scenario, with figures that are easy
// to tell apart.
func measuredRun(s *Scenario) *Snapshot {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	summary := func(mean int) Summary {
		return Summary{
			Count: 100, Mean: ms(mean), P50: ms(mean), P90: ms(2 * mean), P95: ms(3 * mean), P99: ms(4 * mean), P999: ms(5 * mean), Max: ms(6 * mean),
			CI95: &[2]time.Duration{ms(mean - 1), ms(mean + 1)},
		}
	}
	window := func(scale int) Window {
		return Window{
			Throughput: 100 * float64(scale), Utilisation: 0.5, Goodput: 90, PWait: 0.25, Blocked: 3 * time.Second,
			Depth: Gauge{Now: int64(7 * scale), Mean: 3.5, Max: 40}, Backlog: Gauge{Now: 2, Mean: 1.5, Max: 9}, InSystem: Gauge{Now: 8, Mean: 5, Max: 50},
			Latency: summary(50 * scale), Naive: summary(40), Wait: summary(30), Service: summary(20), Publish: summary(2), Lateness: summary(1),
			Order:  Disorder{Late: 5, MaxDisplacement: 3, KeyLate: 1},
			Ledger: Ledger{Offered: int64(1000 * scale), Done: int64(990 * scale), Failed: 10},
			Wasted: int64(21 * scale), Retries: int64(22 * scale),
		}
	}
	snap := &Snapshot{Mode: Real, Scenario: s}
	for i := range s.Lanes {
		lane := LaneSnapshot{
			Name: s.Lanes[i].Name, Model: s.Lanes[i].Model,
			Ledger: Ledger{
				Offered: 3000, Done: 2900, Failed: 40, Dropped: 20, Expired: 11, DeadLettered: 12, Lost: 4, Waiting: 6, InFlight: 7,
				Redelivered: 8, Duplicates: 9, Deduplicated: 14, Attempts: 3100, Skipped: 13,
			},
			Wasted: 210, Retries: 220,
			Recent: window(2), Whole: window(1), OldestWaiting: ms(1500), Goroutines: Gauge{Now: 5, Mean: 4.5, Max: 6},
		}
		for n := range s.Stretches() {
			lane.Parts = append(lane.Parts, window(3+n))
		}
		for _, name := range s.handlersOf(i) {
			lane.Handlers = append(lane.Handlers, HandlerSnapshot{
				Name: name, Ledger: Ledger{Offered: 3000, Done: 2950}, Workers: 4, Utilisation: 0.9, WholeUtilisation: 0.7,
				Depth: Gauge{Now: 1, Mean: 2.5, Max: 3}, Wait: summary(10), WholeWait: summary(11), Service: summary(12), WholeService: summary(13),
			})
		}
		for _, r := range s.Resources {
			lane.Resources = append(lane.Resources, ResourceSnapshot{
				Name: r.Name, Slots: r.Slots, InUse: Gauge{Now: 2, Mean: 1.5, Max: 4}, Waiting: Gauge{Now: 5, Mean: 4.5, Max: 9},
				Utilisation: 0.6, WholeUtilisation: 0.5, Wait: summary(14), WholeWait: summary(15),
			})
		}
		snap.Lanes = append(snap.Lanes, lane)
	}
	return snap
}

func TestClaimsAreChecked(t *testing.T) {
	s := decoded(t, shortest+`expect: [{claim: message.done > 0, during: 5s..10s}, {claim: message.done > 0, during: 10s..20s}]`)
	snap := measuredRun(s)
	for _, c := range []struct {
		text        string
		holds       bool
		left, right float64
	}{
		{"message.done == 2900", true, 2900, 2900},
		{"message.dropped + message.lost == 0", false, 24, 0},
		{"message.offered - message.done != 100", false, 100, 100},
		{"2 + 3 * 4 - 6 / 2 == 11", true, 11, 11},
		{"(2 + 3) * -4 < 0", true, -20, 0},
		{"message.latency.p99 <= 200ms", true, 0.2, 0.2},
		{"message.latency.p99 < 0.2s", false, 0.2, 0.2},
		{"message.throughput >= 6000/min", true, 100, 100},
		{"message.utilisation == 50%", true, 0.5, 0.5},
		{"message.in_system.mean within 5% of message.throughput * message.latency.mean", true, 5, 5},
		{"message.in_system.mean within 5% of 5.2", true, 5, 5.2},
		{"message.in_system.mean within 5% of 5.3", false, 5, 5.3},
		{"message.depth == 7", true, 7, 7},
		{"message.depth.max == 40", true, 40, 40},
		{"message.order.key_late < message.order.late", true, 1, 5},
		{"message.handlers.charge.wait.mean == 11ms", true, 0.011, 0.011},
		{"message.handlers.charge.utilisation == 70%", true, 0.7, 0.7},
		{"message.oldest_waiting > 1s", true, 1.5, 1},
		{"message.done > 1 and message.done > 2 and message.done > 3", true, 2900, 3},
		{"message.done > 1 and message.lost > 5 and message.done > 3", false, 4, 5},
		{"message.latency.ci95.0 < message.latency.mean", true, 0.049, 0.05},
		{"message.latency.mean > 0", true, 0.05, 0},
		{"message.wasted < message.retries", true, 210, 220},
		{"message.done/30s > 1/s", true, 2900.0 / 30, 1},
	} {
		v, err := Claim{Text: c.text}.Check(snap, nil)
		if err != nil || v.Holds != c.holds || math.Abs(float64(v.Left)-c.left) > 1e-9 || math.Abs(float64(v.Right)-c.right) > 1e-9 || v.Note != "" || v.Claim != c.text {
			t.Errorf("%s: %+v, %v", c.text, v, err)
		}
	}
}

func TestClaimsDuringAPartOfTheRun(t *testing.T) {
	s := decoded(t, shortest+`expect: [{claim: message.done == 2970, during: 5s..10s}, {claim: message.throughput == 400/s, during: 10s..20s}, {claim: message.wasted == 63, during: 5s..10s}, {claim: message.retries == 88, during: 10s..20s}]`)
	if got := s.Stretches(); len(got) != 2 || got[1] != [2]time.Duration{10 * time.Second, 20 * time.Second} {
		t.Fatalf("stretches: %v", got)
	}
	snap := measuredRun(s)
	for _, c := range s.Expect {
		if v, err := c.Check(snap, nil); err != nil || !v.Holds {
			t.Errorf("%+v, %v", v, err)
		}
	}
	if _, err := (Claim{Text: "message.done > 0", During: &[2]time.Duration{0, time.Second}}).Check(snap, nil); err == nil {
		t.Error("a part that the run kept nothing of was checked")
	}
}

func TestWhatIsNotDefinedDoesNotHold(t *testing.T) {
	s := decoded(t, shortest)
	snap := measuredRun(s)
	snap.Lanes[0].Whole.Latency = Summary{}
	for text, note := range map[string]string{
		"message.latency.p99 > 5s":                      "the left side is not defined: nothing was measured",
		"message.latency.p99 != 5s":                     "the left side is not defined: nothing was measured",
		"1s < message.latency.ci95.1":                   "the right side is not defined: nothing was measured",
		"message.latency.p99 == message.latency.mean":   "neither side is defined: nothing was measured",
		"message.done / (message.lost - 4) > 0":         "the left side is not defined: nothing was measured",
		"message.latency.mean within 5% of 5s":          "the left side is not defined: nothing was measured",
		"message.done > 1 and message.latency.p99 > 5s": "the left side is not defined: nothing was measured",
	} {
		v, err := Claim{Text: text}.Check(snap, nil)
		if err != nil || v.Holds || v.Note != note {
			t.Errorf("%s: %+v, %v; want the note %q", text, v, err, note)
		}
		if _, err := json.Marshal(v); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestFiguresOfWhatIsGoneAreNotDefined(t *testing.T) {
	s := decoded(t, shortest)
	snap := measuredRun(s)
	snap.Lanes[0].Handlers = nil
	snap.Lanes = snap.Lanes[:1]
	for _, text := range []string{"event.done > 0", "message.handlers.charge.done > 0", "event.handlers.charge.done > 0"} {
		if v, err := (Claim{Text: text}).Check(snap, nil); err != nil || v.Holds || v.Note == "" {
			t.Errorf("%s: %+v, %v", text, v, err)
		}
	}
}

func TestClaimsAreOfTheLanesOwnHandlers(t *testing.T) {
	s := decoded(t, everything)
	_, err := ParseExpr("event.handlers.email.done > 0", s)
	if want := `lane event has no handler "email"; allowed: charge`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestClaimsApplyToTheirMode(t *testing.T) {
	if !(Claim{}).AppliesTo(Real) || !(Claim{In: Real}).AppliesTo(Real) || (Claim{In: Virtual}).AppliesTo(Real) {
		t.Error("a claim is held against the wrong runs")
	}
}

func TestConditionsSeeTheMoment(t *testing.T) {
	s := decoded(t, shortest)
	snap := measuredRun(s)
	for text, want := range map[string]bool{
		"message.depth > 13":                              true,
		"message.depth > 14":                              false,
		"message.done == 2900":                            true,
		"message.latency.p99 == 400ms":                    true,
		"message.handlers.charge.utilisation == 90%":      true,
		"message.handlers.charge.wait.mean == 10ms":       true,
		"event.throughput > 199/s and event.backlog == 2": true,
	} {
		c, err := ParseCondition(text, s)
		if err != nil || c.Holds(snap) != want {
			t.Errorf("%s: %v, %v", text, !want, err)
		}
	}
}

func TestConditionsAllocateNothing(t *testing.T) {
	s := decoded(t, shortest)
	snap := measuredRun(s)
	c, err := ParseCondition("message.depth + 2 > 50 * event.handlers.charge.wait.p99 / 1s and message.latency.p99 within 5% of 3s", s)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { c.Holds(snap) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCondition(b *testing.B) {
	s := decoded(b, shortest)
	snap := measuredRun(s)
	c, err := ParseCondition("message.depth > 50 and event.handlers.charge.wait.p99 > 2s", s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Holds(snap)
	}
}

// TestFiguresAreTheMetrics holds that a claim reads under a path what the JSON
// has there, and that there is no figure in one that the other lacks.
func TestFiguresAreTheMetrics(t *testing.T) {
	s := decoded(t, shortest+"resources: [{name: db}]")
	snap := measuredRun(s)
	lane := jsonOf(t, FiguresOf(&snap.Lanes[0], &snap.Lanes[0].Whole))
	handler := lane["handlers"].([]any)[0].(map[string]any)
	resource := lane["resources"].([]any)[0].(map[string]any)
	for _, name := range []string{"name", "model", "handlers", "resources", "theory"} {
		delete(lane, name)
		delete(handler, name)
		delete(resource, name)
	}
	known := map[string]bool{}
	for path, want := range flattened("message", lane) {
		known[path] = true
		readsAs(t, s, snap, path, want)
	}
	for path, want := range flattened("message.handlers.charge", handler) {
		known[path] = true
		readsAs(t, s, snap, path, want)
	}
	for path, want := range flattened("message.resources.db", resource) {
		known[path] = true
		readsAs(t, s, snap, path, want)
	}
	for name := range resourceMetrics {
		if path := "message.resources.db." + name; !known[path] && !known[path+".now"] {
			t.Errorf("%s is not in the JSON", path)
		}
	}
	for name := range laneMetrics {
		if path := "message." + name; !known[path] && !known[path+".now"] {
			t.Errorf("%s is not in the JSON", path)
		}
	}
	for name := range handlerMetrics {
		if path := "message.handlers.charge." + name; !known[path] && !known[path+".now"] {
			t.Errorf("%s is not in the JSON", path)
		}
	}
}

func jsonOf(t *testing.T, v any) (object map[string]any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &object)
	}
	if err != nil {
		t.Fatal(err)
	}
	return object
}

func readsAs(t *testing.T, s *Scenario, snap *Snapshot, path string, want any) {
	t.Helper()
	expr, err := ParseExpr(path, s)
	if err != nil {
		t.Error(err)
		return
	}
	got := expr.root.number.eval(scene{snapshot: snap, part: -1})
	if want == nil && !math.IsNaN(got) || want != nil && got != want {
		t.Errorf("%s is %v in the JSON and %v in a claim", path, want, got)
	}
}

// flattened are the leaves of a JSON value by path.
func flattened(path string, value any) map[string]any {
	leaves := map[string]any{}
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			for p, leaf := range flattened(path+"."+key, v) {
				leaves[p] = leaf
			}
		}
	case []any:
		for i, v := range value {
			leaves[path+"."+string(rune('0'+i))] = v
		}
	default:
		leaves[path] = value
	}
	return leaves
}

func TestFiguresOfAPartCountThePart(t *testing.T) {
	s := decoded(t, shortest+`expect: [{claim: message.done > 0, during: 5s..10s}]`)
	lane := &measuredRun(s).Lanes[0]
	if f := FiguresOf(lane, &lane.Parts[0]); f.Done != 2970 || f.Latency.Mean != 0.15 {
		t.Errorf("%+v", f)
	}
	if f := FiguresOf(lane, nil); f.Done != 2900 || f.Latency.Mean != 0.05 {
		t.Errorf("%+v", f)
	}
}

func TestUndefinedFiguresAreNull(t *testing.T) {
	text, err := json.Marshal(FiguresOf(&LaneSnapshot{Name: "message"}, nil))
	if err != nil || !strings.Contains(string(text), `"latency":{"count":0,"mean":null,"ci95":null,"p50":null`) || !strings.Contains(string(text), `"theory":null`) {
		t.Errorf("%s, %v", text, err)
	}
	var back LaneFigures
	if err := json.Unmarshal(text, &back); err != nil || !math.IsNaN(float64(back.Latency.P99)) {
		t.Errorf("%v, %v", back.Latency.P99, err)
	}
}

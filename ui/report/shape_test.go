package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"duet/ui/report"
)

// promised is the JSON that programs may count on: a 0 stands for a number (or
// null where nothing was measured), a "" for a text. Nothing of it may ever
// change.
const promised = `{
  "duet": 1, "scenario": "", "mode": "", "seed": 0, "seconds": 0, "warmup_seconds": 0,
  "lanes": [LANE], "expect": [VERDICT],
  "cases": [{"name": "", "seed": 0, "seconds": 0, "lanes": [LANE], "expect": [VERDICT]}],
  "machine": {"go": "", "gomaxprocs": 0, "os": ""}
}`

const promisedLane = `{
  "name": "", "model": "",
  LEDGER, "redelivered": 0, "duplicates": 0, "skipped": 0, "attempts": 0, "wasted": 0,
  "throughput": 0, "goodput": 0, "utilisation": 0, "p_wait": 0, "oldest_waiting": 0, "blocked_seconds": 0,
  "depth": {"mean": 0, "max": 0}, "backlog": {"mean": 0, "max": 0}, "in_system": {"mean": 0}, "goroutines": {"max": 0},
  "latency": {SUMMARY, "ci95": [0, 0]}, "latency_naive": {SUMMARY}, "wait": {SUMMARY}, "service": {SUMMARY},
  "publish": {SUMMARY}, "pacer_lateness": {SUMMARY},
  "order": {"late": 0, "max_displacement": 0, "key_late": 0, "nested_late": 0},
  "handlers": [{"name": "", LEDGER, "workers": 0, "utilisation": 0, "depth": {"mean": 0, "max": 0}, "wait": {SUMMARY}, "service": {SUMMARY}}],
  "theory": {"model": "", "method": "", "applies": true, "why": "", "rho": 0, "utilisation": 0, "throughput": 0, "wait_mean": 0, "latency_mean": 0,
    "p_wait": 0, "loss": 0, "in_system": 0, "depth": 0, "growth": 0}
}`

const (
	promisedLedger  = `"offered": 0, "done": 0, "failed": 0, "dropped": 0, "expired": 0, "dead_lettered": 0, "waiting": 0, "in_flight": 0, "lost": 0`
	promisedSummary = `"mean": 0, "p50": 0, "p90": 0, "p95": 0, "p99": 0, "p999": 0, "max": 0`
	promisedVerdict = `{"claim": "", "holds": true, "left": 0, "right": 0}`
)

func TestJSONHasWhatIsPromised(t *testing.T) {
	template := strings.NewReplacer("LANE", promisedLane, "VERDICT", promisedVerdict).Replace(promised)
	template = strings.NewReplacer("LEDGER", promisedLedger, "SUMMARY", promisedSummary).Replace(template)
	var want, got any
	if err := json.Unmarshal([]byte(template), &want); err != nil {
		t.Fatal(err)
	}
	r := report.Of(report.Outcome{Snapshot: snapshot(decode(t, shop)), Findings: findings})
	if err := json.Unmarshal(document(t, r), &got); err != nil {
		t.Fatal(err)
	}
	for _, difference := range compare("", want, got) {
		t.Error(difference)
	}
}

// compare says where got lacks what want has. The elements of a list are all
// like the only one wanted.
func compare(path string, want, got any) (differences []string) {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, want an object", path, got)}
		}
		for name, value := range want {
			if _, ok := object[name]; !ok {
				differences = append(differences, fmt.Sprintf("%s.%s is missing", path, name))
				continue
			}
			differences = append(differences, compare(path+"."+name, value, object[name])...)
		}
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) == 0 {
			return []string{fmt.Sprintf("%s is %v, want a list with something in it", path, got)}
		}
		for i, element := range list {
			differences = append(differences, compare(fmt.Sprintf("%s[%d]", path, i), want[0], element)...)
		}
	default:
		if got != nil && fmt.Sprintf("%T", got) != fmt.Sprintf("%T", want) || want == nil && got != nil {
			return []string{fmt.Sprintf("%s is %v (%T), want %T", path, got, got, want)}
		}
	}
	return differences
}

func TestCompareFindsWhatIsMissing(t *testing.T) {
	want := map[string]any{"a": []any{map[string]any{"b": 0.0}}, "c": ""}
	got := map[string]any{"a": []any{map[string]any{"b": 1.0}, map[string]any{}}, "c": 1.0}
	if n := len(compare("", want, got)); n != 2 {
		t.Errorf("%d differences, want 2: a[1].b and c", n)
	}
}

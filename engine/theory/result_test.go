package theory

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
)

// The names in reports are promised, and what is not known is null.
func TestResultAsJSON(t *testing.T) {
	text, err := json.Marshal(MG1(80, 0.010, 4))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	names := []string{
		"applies", "depth", "full_after", "growth", "in_system", "latency", "latency_at_least", "latency_at_most",
		"latency_mean", "loss", "method", "model", "p_wait", "rho", "throughput", "utilisation", "wait", "wait_mean", "why",
	}
	if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, names) {
		t.Errorf("the names are %q, want %q", have, names)
	}
	if got["model"] != "M/G/1" || got["applies"] != true || got["throughput"] != 80.0 {
		t.Errorf("%s", text)
	}
	for _, name := range []string{"latency", "wait", "full_after", "latency_at_most"} {
		if got[name] != nil {
			t.Errorf("%s is %v, want null", name, got[name])
		}
	}
	text, err = json.Marshal(MM1(80, 0.010).Latency)
	if err != nil {
		t.Fatal(err)
	}
	var q map[string]float64
	if err := json.Unmarshal(text, &q); err != nil {
		t.Fatal(err)
	}
	if have := slices.Sorted(maps.Keys(q)); !slices.Equal(have, []string{"p50", "p90", "p95", "p99", "p999"}) {
		t.Errorf("the quantiles are %q", have)
	}
}

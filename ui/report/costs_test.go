package report_test

import (
	"encoding/json"
	"strings"
	"testing"

	"duet/engine"
	"duet/engine/budget"
	"duet/ui/report"
)

func costs() *report.Costs {
	return report.OfCosts([]budget.Figure{
		budget.AtMost("message path, 1 to 4", 2.456, "x", 1.4),
		budget.AtMost("message path, allocations an item", 0.0002, "", 0.05),
		budget.AtLeast("simulation", 15.26, "M/s", 15),
		budget.AtMost("latency, p99", 123.4, "µs", 500),
	}, true, engine.Machine{Go: "go1", Cores: 2, OS: "os", Arch: "arch"})
}

func TestTextOfCosts(t *testing.T) {
	var b strings.Builder
	if err := costs().WriteText(&b, false); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		"message path, 1 to 4 2.46x at most 1.4x not met", "message path, allocations an item 0 at most 0.05 met",
		"simulation 15.3 M/s at least 15 M/s met", "latency, p99 123 µs at most 500 µs met",
		"3 of 4 budgets met.", "Interrupted", "go1, 2 processors, os/arch",
	} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), row) {
			t.Errorf("no %q in\n%s", row, b.String())
		}
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestJSONOfCosts(t *testing.T) {
	var b strings.Builder
	if err := costs().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	first := got["figures"].([]any)[0].(map[string]any)
	if got["duet"] != 1.0 || got["interrupted"] != true || first["value"] != 2.456 || first["budget"] != 1.4 || first["met"] != false || first["at_least"] != false {
		t.Errorf("%s", b.String())
	}
}

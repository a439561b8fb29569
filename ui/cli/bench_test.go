package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"duet/engine/budget"
	"duet/ui/report"
)

// taking is a measurement that gives a figure, or does not.
func taking(name string, err error) budget.Measurement {
	return budget.Measurement{Name: name, Take: func(context.Context) ([]budget.Figure, error) {
		return []budget.Figure{budget.AtMost(name, 2, "x", 1)}, err
	}}
}

func benched(t *testing.T, all []budget.Measurement, args ...string) (s *stage, code int) {
	s = newStage()
	s.measurements = func() []budget.Measurement { return all }
	return s, s.main(t.Context(), append([]string{"bench"}, args...))
}

func TestBench(t *testing.T) {
	s, code := benched(t, []budget.Measurement{taking("path", nil), taking("picture", nil)}, "--format", "json")
	var r report.Costs
	if err := json.Unmarshal(s.out.Bytes(), &r); err != nil || code != exitFine {
		t.Fatalf("exit code %d, %v, %s", code, err, s.errs.String())
	}
	if len(r.Figures) != 2 || r.Figures[1].Name != "picture" || r.Figures[1].Met || r.Interrupted || r.Machine.Cores == 0 {
		t.Errorf("%+v", r)
	}
	if s, code := benched(t, []budget.Measurement{taking("path", nil)}); code != exitFine || !strings.Contains(s.out.String(), "not met") {
		t.Errorf("exit code %d, %s", code, s.out.String())
	}
}

// TestBenchReportsWhatItHas: a measurement that fails ends it, and what was measured
// before is told.
func TestBenchReportsWhatItHas(t *testing.T) {
	s, code := benched(t, []budget.Measurement{taking("path", nil), taking("picture", errors.New("no screen"))})
	if code != exitRun || !strings.Contains(s.errs.String(), "picture: no screen") || !strings.Contains(s.out.String(), "Interrupted") {
		t.Errorf("exit code %d, %s, %s", code, s.errs.String(), s.out.String())
	}
	s, code = benched(t, []budget.Measurement{taking("path", errors.New("no memory"))})
	if code != exitRun || s.out.Len() > 0 {
		t.Errorf("exit code %d, %s", code, s.out.String())
	}
}

func TestBenchTakesNoNames(t *testing.T) {
	if s, code := benched(t, nil, "duality"); code != exitInput || !strings.Contains(s.errs.String(), `"duality"`) {
		t.Errorf("exit code %d, %s", code, s.errs.String())
	}
}

package theory

import (
	"math"
	"reflect"
	"testing"

	"duet/engine"
)

// want holds that got is want, to within a part of it.
func want[F ~float64](t *testing.T, what string, got F, want, within float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= within*math.Abs(want)) {
		t.Errorf("%s is %.10g, want %.10g", what, float64(got), want)
	}
}

// exactly is for what differs by rounding only.
const exactly = 1e-9

// known reports whether a figure says something.
func known(f engine.Figure) bool { return !math.IsNaN(float64(f)) }

// scenario decodes a scenario.
func scenario(t testing.TB, src string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("test.yaml", []byte("duet: 1\n"+src))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// figures visits all figures of a result.
func figures(r *Result, visit func(name string, f float64)) {
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(name, v.Elem())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Float64:
			visit(name, v.Float())
		}
	}
	walk("", reflect.ValueOf(r))
}

// fataler is what testing.TB and rapid.T have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sound holds what must be true of every result, whatever was asked.
func sound(t fataler, r Result) {
	t.Helper()
	if r.Applies != (r.Why == "") || r.Method == "" {
		t.Fatalf("applies %v, why %q, method %q", r.Applies, r.Why, r.Method)
	}
	figures(&r, func(name string, f float64) {
		if math.IsInf(f, 0) || f < 0 {
			t.Fatalf("%s is %g: %+v", name, f, r)
		}
	})
	for name, f := range map[string]engine.Figure{"utilisation": r.Utilisation, "loss": r.Loss, "chance to wait": r.PWait} {
		if f > 1+exactly {
			t.Fatalf("%s is %g: %+v", name, float64(f), r)
		}
	}
	for _, q := range []*Quantiles{r.Wait, r.Latency} {
		if q != nil && !(q.P50 <= q.P90 && q.P90 <= q.P95 && q.P95 <= q.P99 && q.P99 <= q.P999) {
			t.Fatalf("quantiles are not ascending: %+v", *q)
		}
		if q != nil && (q.At(0.5) != float64(q.P50) || q.At(0.99) != float64(q.P99)) {
			t.Fatalf("half are below %g, not %+v", q.At(0.5), *q)
		}
	}
	if !r.Applies || math.IsNaN(float64(r.LatencyMean)) {
		return
	}
	if l := float64(r.Throughput * r.LatencyMean); math.Abs(l-float64(r.InSystem)) > 1e-6*l+1e-290 {
		t.Fatalf("Little's law: %g in the system, and throughput times latency is %g: %+v", float64(r.InSystem), l, r)
	}
	if lq := float64(r.Throughput * r.WaitMean); math.Abs(lq-float64(r.Depth)) > 1e-6*lq+1e-12 {
		t.Fatalf("Little's law: %g waiting, and throughput times wait is %g: %+v", float64(r.Depth), lq, r)
	}
}

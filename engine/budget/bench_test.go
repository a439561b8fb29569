package budget

import "testing"

// BenchmarkEngine reports every figure of the engine that has a budget.
func BenchmarkEngine(b *testing.B) { Benchmark(b, Engine()) }

// BenchmarkPath takes each path by itself, for profiles of it.
func BenchmarkPath(b *testing.B) {
	for _, p := range ways() {
		b.Run(p.name, func(b *testing.B) {
			var t Timing
			for b.Loop() {
				if err := t.round(&p.duet); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(t.Best(), "best-ns/item")
		})
	}
}

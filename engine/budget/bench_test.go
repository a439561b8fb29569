package budget

import "testing"

// BenchmarkEngine reports every figure of the engine that has a budget.
func BenchmarkEngine(b *testing.B) { Benchmark(b, Engine()) }

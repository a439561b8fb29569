package budget

import (
	"strings"
	"testing"
)

// BenchmarkEngine reports every figure of the engine that has a budget, and the
// budgets. Times are those of the machine at that moment: take the best of several
// runs on a calm one.
func BenchmarkEngine(b *testing.B) {
	for _, m := range Engine() {
		b.Run(strings.ReplaceAll(m.Name, " ", "_"), func(b *testing.B) {
			var figures []Figure
			for b.Loop() {
				var err error
				if figures, err = m.Take(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			for _, f := range figures {
				unit := strings.ReplaceAll(strings.TrimSpace(f.Name[min(len(m.Name), len(f.Name)):]+" "+f.Unit), " ", "_")
				b.ReportMetric(f.Value, strings.TrimPrefix(unit, ",_"))
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

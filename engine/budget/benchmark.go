package budget

import (
	"strings"
	"testing"
)

// Benchmark takes measurements as benchmarks, and reports their figures. Times are
// those of the machine at that moment: take the best of several runs on a calm one.
func Benchmark(b *testing.B, all []Measurement) {
	for _, m := range all {
		b.Run(m.Name, func(b *testing.B) {
			var figures []Figure
			for b.Loop() {
				var err error
				if figures, err = m.Take(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			for _, f := range figures {
				b.ReportMetric(f.Value, f.metric(m.Name))
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// metric is the figure's name below that of its measurement, with its unit, as the
// testing package has units.
func (f *Figure) metric(below string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(f.Name, below), ", ")
	return strings.ReplaceAll(strings.TrimSpace(name+" "+f.Unit), " ", "_")
}

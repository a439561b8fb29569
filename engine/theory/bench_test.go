package theory

import (
	"fmt"
	"testing"
)

func BenchmarkErlangB(b *testing.B) {
	for _, servers := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprint(servers), func(b *testing.B) {
			for b.Loop() {
				ErlangB(servers, float64(servers))
			}
		})
	}
}

func BenchmarkForLane(b *testing.B) {
	for name, src := range map[string]string{
		"one_worker":      one("{model: message, workers: 1}"),
		"four_workers":    one("{model: message}"),
		"100000_workers":  loaded("rate: 900000/s", "{model: message, workers: 100000}"),
		"1000_partitions": loaded("rate: 900/s, keys: {count: 100000, skew: 0.5}", "{model: message, workers: 1000, queue: {partitions: 1000}}"),
		"fan_out":         with("{name: a}, {name: b, service: {mean: 3ms}}, {name: c}", "{model: event, dispatch: goroutine}"),
	} {
		s := scenario(b, src)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ForLane(s, 0, 0)
			}
		})
	}
}

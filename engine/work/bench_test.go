package work

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"duet/engine/clock"
)

// BenchmarkCapacity says by how much workers whose queue is never empty miss
// the number of items that their demand allows.
func BenchmarkCapacity(b *testing.B) {
	for _, workers := range []int{8, 64} {
		for _, demand := range []time.Duration{100 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 10 * time.Millisecond} {
			b.Run(fmt.Sprintf("workers=%d/%v", workers, demand), func(b *testing.B) {
				var sum float64
				for b.Loop() {
					sum += capacityError(workers, demand)
				}
				b.ReportMetric(100*sum/float64(b.N), "%missed")
			})
		}
	}
}

// capacityError lets workers work for half a second each, once all have
// begun, and returns what part of the capacity the slowest missed.
func capacityError(workers int, demand time.Duration) float64 {
	lane := clock.NewLane()
	items := int(time.Second / 2 / demand)
	took := make([]time.Duration, workers)
	var begun, ended sync.WaitGroup
	begun.Add(workers)
	for i := range workers {
		ended.Go(func() {
			w := NewWaiter(lane, PrecisionFor(workers))
			begun.Done()
			begun.Wait()
			start := lane.Now()
			for range items {
				_ = w.Do(context.Background(), demand)
			}
			took[i] = lane.Now() - start
		})
	}
	ended.Wait()
	return float64(slices.Max(took))/float64(time.Duration(items)*demand) - 1
}

// BenchmarkDoNothing is what a handler without demand costs.
func BenchmarkDoNothing(b *testing.B) {
	lane := clock.NewLane()
	w := NewWaiter(lane, clock.Precise)
	b.Run("wait", func(b *testing.B) {
		for b.Loop() {
			_ = w.Do(context.Background(), 0)
		}
	})
	b.Run("cpu", func(b *testing.B) {
		for b.Loop() {
			_ = Burn(context.Background(), lane, 0)
		}
	})
}

// BenchmarkBurn takes as long as is demanded on a machine that does nothing
// else.
func BenchmarkBurn(b *testing.B) {
	Calibrate()
	lane := clock.NewLane()
	for _, demand := range []time.Duration{time.Microsecond, 10 * time.Microsecond, 100 * time.Microsecond, time.Millisecond} {
		b.Run(demand.String(), func(b *testing.B) {
			for b.Loop() {
				_ = Burn(context.Background(), lane, demand)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(demand), "of-demand")
		})
	}
}

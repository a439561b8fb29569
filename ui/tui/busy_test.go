package tui

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/engine/live"
)

// frames is a terminal that notes when something was written to it.
type frames struct {
	mu sync.Mutex
	at []time.Time
}

func (f *frames) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = append(f.at, time.Now())
	return len(p), nil
}

// BenchmarkFramesWhileBusy is how far apart pictures are while real lanes burn more than
// two cores, or have thousands of workers: on a machine that does nothing else none is to
// last longer than two intervals.
func BenchmarkFramesWhileBusy(b *testing.B) {
	for _, c := range []struct {
		name, text string
		interval   time.Duration
	}{
		{"cpu_items", "load: {rate: 20/s}\nhandlers: [{name: render, work: cpu, service: {mean: 200ms}}]\nlanes: [{model: message, workers: 8}, {model: event, publishers: 4}]", lively},
		{"cpu", "load: {rate: 400/s}\nhandlers: [{name: resize, work: cpu, service: {mean: 10ms}}]\nlanes: [{model: message, workers: 8}, {model: event, publishers: 4}]", dense},
		{"10000_workers", "load: {rate: 2000/s, keys: {count: 100000}}\nhandlers: [{name: call, service: {mean: 1s}}]\nlanes: [{model: message, workers: 10000, queue: {capacity: 1000000}}]", dense},
	} {
		b.Run(c.name, func(b *testing.B) {
			var gaps []time.Duration
			for b.Loop() {
				gaps = append(gaps, gapsOf(b, decode(b, c.text))...)
			}
			slices.Sort(gaps)
			for _, part := range [...]int{500, 990, 999} {
				b.ReportMetric(float64(gaps[len(gaps)*part/1000])/1e6, fmt.Sprintf("p%v-ms", float64(part)/10))
			}
			b.ReportMetric(float64(gaps[len(gaps)-1])/1e6, "max-ms")
			b.ReportMetric(float64(2*c.interval)/1e6, "limit-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// gapsOf plays a scenario for some seconds, and returns how far apart its pictures were
// once it had begun.
func gapsOf(b *testing.B, s *engine.Scenario) (gaps []time.Duration) {
	b.Helper()
	run, err := live.New(s, live.Options{Endless: true})
	if err != nil {
		b.Fatal(err)
	}
	terminal := &frames{}
	input, keyboard := io.Pipe()
	go func() {
		time.Sleep(5 * time.Second)
		_, _ = keyboard.Write([]byte("q"))
		keyboard.Close()
	}()
	err = Watch(b.Context(), run, tea.WithInput(input), tea.WithOutput(terminal), tea.WithoutSignalHandler(), tea.WithWindowSize(120, 36),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
	if err != nil {
		b.Fatal(err)
	}
	begun := terminal.at[0].Add(time.Second)
	for i := 1; i < len(terminal.at)-1; i++ {
		if terminal.at[i-1].After(begun) {
			gaps = append(gaps, terminal.at[i].Sub(terminal.at[i-1]))
		}
	}
	return gaps
}

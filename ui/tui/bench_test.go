package tui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"duet/engine"
)

// full is a screen of 200 by 60 with both lanes full: the picture that the
// budget is for.
func full(tb testing.TB) *model {
	snap := atWork(decode(tb, append(sale, "lanes:", "  - {model: message, workers: 4}", "  - {model: event, publishers: 4}")...))
	m := picture(tb, snap, 200, 60)
	m.run = &fakeRun{snap: snap, series: recorded(2, 80)}
	return m
}

// BenchmarkFrame makes one picture: sampling, drawing, encoding.
func BenchmarkFrame(b *testing.B) {
	m := full(b)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second / 60)
		m.scene.snap.At += time.Second / 60
		m.build(now)
	}
	b.ReportMetric(float64(len(m.view.Content)), "bytes/frame")
}

// BenchmarkSample takes a snapshot and what hangs on it.
func BenchmarkSample(b *testing.B) {
	m := full(b)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second / 60)
		m.sample(now)
	}
}

// BenchmarkKey turns a knob, from the key to the picture.
func BenchmarkKey(b *testing.B) {
	m := full(b)
	keys := [2]tea.KeyPressMsg{keyPress("+"), keyPress("-")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.pace.last = time.Time{}
		m.Update(keys[i%2])
		m.Update(appliedMsg{run: m.run})
	}
}

// The picture costs the string and next to nothing besides.
func TestFrameAllocations(t *testing.T) {
	m := full(t)
	m.build(time.Time{})
	allocations := testing.AllocsPerRun(20, func() {
		m.scene.snap.At += time.Second / 60
		m.build(time.Time{})
	})
	if allocations > 10 {
		t.Errorf("a picture costs %v allocations, want 10 at most", allocations)
	}
}

var _ engine.Run = (*fakeRun)(nil)

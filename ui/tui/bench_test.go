package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"duet/engine"
	"duet/engine/virtual"
)

// full is a screen of 200 by 60 with both lanes full, a forecast, a ghost and
// items on their way: the picture that the budget is for.
func full(tb testing.TB) *model {
	snap := atWork(decode(tb, append(sale, "lanes:", "  - {model: message, workers: 4}", "  - {model: event, publishers: 4}")...))
	m := picture(tb, snap, 200, 60)
	m.run = &fakeRun{snap: snap, series: recorded(2, 80)}
	f, left := foretold(snap), recorded(2, 60)
	left.From = 30 * time.Second
	m.scene.forecasting, m.scene.forecast = true, &f
	m.scene.ghost.take(&left)
	for i := range 500 {
		for lane := range m.scene.traffic {
			e := engine.Entry{At: snap.At - time.Duration(500-i)*ms, Seq: int64(i), Handler: -1, What: engine.Accepted}
			m.scene.traffic[lane].add(&e, true)
			e.Handler, e.What = int16(i%3), engine.Done
			m.scene.traffic[lane].add(&e, true)
		}
	}
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

// BenchmarkFrameCrowd makes one picture of 10,000 workers beside 1,000 publishers.
func BenchmarkFrameCrowd(b *testing.B) {
	snap := atWork(decode(b, append(sale[:5:5], "lanes:", "  - {model: message, workers: 10000}", "  - {model: event, publishers: 1000}")...))
	m := picture(b, snap, 200, 60)
	b.ReportAllocs()
	for b.Loop() {
		m.scene.snap.At += time.Second / 60
		m.build(time.Time{})
	}
}

// BenchmarkFrameItems makes one picture of single items on their way.
func BenchmarkFrameItems(b *testing.B) {
	m := withItems(b, 200, 60)
	b.ReportAllocs()
	for b.Loop() {
		m.build(time.Time{})
	}
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

// BenchmarkWire is what goes to the terminal for a picture: of a simulation in
// which both lanes have all hands full, so that everything moves.
func BenchmarkWire(b *testing.B) {
	p := benchProgramOf(b, func(s *engine.Scenario, _ bool) (engine.Run, error) {
		return virtual.New(s, virtual.Options{Endless: true})
	},
		decode(b, append(sale, "lanes:", "  - {model: message, workers: 8}", "  - {model: event, publishers: 8}")...))
	p.seen(b, "Flash sale")
	time.Sleep(time.Second)
	p.out.forget()
	began := time.Now()
	for b.Loop() {
		time.Sleep(lively)
	}
	b.ReportMetric(float64(len(p.out.written()))/(float64(time.Since(began))/float64(lively)), "bytes/frame")
	p.program.Quit()
	<-p.ended
}

// benchProgramOf plays a scenario in real time, on 200 by 60.
func benchProgramOf(b *testing.B, newRun func(*engine.Scenario, bool) (engine.Run, error), s *engine.Scenario) *playing {
	p := &playing{ended: make(chan error, 1)}
	ready := make(chan struct{})
	o := Options{Scenario: s, NewRun: newRun, Program: []tea.ProgramOption{
		tea.WithInput(nil), tea.WithOutput(&p.out), tea.WithoutSignalHandler(), tea.WithWindowSize(200, 60),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
		func(program *tea.Program) { p.program = program; close(ready) },
	}}
	go func() { p.ended <- Play(b.Context(), o) }()
	<-ready
	return p
}

// seen waits until a text was written to the terminal.
func (p *playing) seen(b *testing.B, text string) {
	for end := time.Now().Add(5 * time.Second); !strings.Contains(p.out.written(), text); {
		if time.Now().After(end) {
			b.Fatalf("no %q on the terminal", text)
		}
		time.Sleep(100 * time.Microsecond)
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

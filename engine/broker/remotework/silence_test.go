package remotework

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// expect is what must have happened.
func (g *playground) expect(t *testing.T, story string, left int64, hellos, byes int) {
	t.Helper()
	if got := g.story(); got != story {
		t.Errorf("what happened: %s; want %s", got, story)
	}
	if got := g.left(); got != left {
		t.Errorf("%d are left, want %d", got, left)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.hellos != hellos || g.byes != byes {
		t.Errorf("it came %d times and said bye %d times, want %d and %d", g.hellos, g.byes, hellos, byes)
	}
}

// TestTheEndIsNotHeldUp by what is in hand, whatever that waits for: the playground has
// booked it.
func TestTheEndIsNotHeldUp(t *testing.T) {
	for name, c := range map[string]struct {
		asked bool
		begun string
		act   func(*playground)
	}{
		"by a clock that stands still": {false, "begins", func(g *playground) {
			g.post(func(l *Letter) {
				l.Settings = g.settings()
				l.Settings.Paused = true
			})
		}},
		"by long work":                    {false, "begins", func(*playground) {}},
		"by a question without an answer": {true, "asks", func(*playground) {}},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := play(t, func(g *playground) { g.before, g.asked, g.takes = true, c.asked, time.Hour }, func(g *playground, _ func()) {
				g.send(1, 1)
				time.Sleep(handling)
				c.act(g)
				time.Sleep(time.Second)
				g.over()
			})
			if got := g.story(); err != nil || !strings.HasPrefix(got, c.begun) {
				t.Errorf("what happened: %s; it ends with %v", got, err)
			}
		})
	}
}

// TestOfASilentPlayground what is acknowledged is done while there may be somebody to
// hear of it, and the rest is given back.
func TestOfASilentPlayground(t *testing.T) {
	for name, c := range map[string]struct {
		asked bool
		takes time.Duration
		story string
		left  int64
	}{
		"work that ends soon":          {false, 20 * time.Second, "begins ends", 0},
		"work that does not":           {false, time.Hour, "begins lets", 0},
		"a question without an answer": {true, time.Second, "asks", 1},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := play(t, func(g *playground) { g.before, g.asked, g.takes = true, c.asked, c.takes }, func(g *playground, _ func()) {
				g.send(1, 1)
				time.Sleep(5 * time.Second)
				g.hush()
			})
			if !errors.Is(err, ErrSilent) { // the second time
				t.Errorf("it ends with %v", err)
			}
			g.expect(t, c.story, c.left, 2, 1)
		})
	}
}

// TestOneWhoIsForgotten finds that out by its queue, and comes anew.
func TestOneWhoIsForgotten(t *testing.T) {
	g, err := play(t, func(*playground) {}, func(g *playground, _ func()) {
		g.mu.Lock()
		letters := Letters("run", "lane", g.from)
		g.mu.Unlock()
		if err := g.server.Delete(g.Context(), letters); err != nil {
			g.Fatal(err)
		}
		time.Sleep(3 * beat)
		g.send(1, 1)
		time.Sleep(beat)
		g.over()
	})
	if err != nil {
		t.Errorf("it ends with %v", err)
	}
	g.expect(t, "begins ends", 0, 2, 1)
}

// TestAfterSilenceThereMayBeAnotherHandOver than the one that was worked for.
func TestAfterSilenceThereMayBeAnotherHandOver(t *testing.T) {
	g, err := play(t, func(g *playground) {
		g.hears = func(g *playground, line string) {
			if !strings.Contains(line, "asks it again") {
				return
			}
			synctest.Wait() // until it has heard the goodbye
			if err := g.server.Delete(g.Context(), Reports("run", "lane", 1)); err != nil {
				g.Error(err)
			}
			g.mu.Lock()
			g.mute = false
			g.mu.Unlock()
			g.open(2)
		}
	}, func(g *playground, _ func()) {
		g.hush()
		time.Sleep(20 * time.Second)
		g.send(1, 1)
		time.Sleep(beat)
		g.over()
	})
	if err != nil {
		t.Errorf("it ends with %v", err)
	}
	g.expect(t, "begins ends", 0, 2, 1)
}

// TestNothingIsAcknowledgedThatNobodyKnowsOf: who dies before the broker has the report
// leaves the message where it is.
func TestNothingIsAcknowledgedThatNobodyKnowsOf(t *testing.T) {
	g, err := play(t, func(g *playground) { g.before = true }, func(g *playground, _ func()) {
		g.server.Slow(time.Second)
		go g.send(1, 1)
		time.Sleep(handling / 2)
		if n := g.left(); n != 1 {
			g.Errorf("%d are left before anybody knows of it", n)
		}
		time.Sleep(5 * time.Second)
		g.server.Slow(0)
		g.over()
	})
	if err != nil {
		t.Errorf("it ends with %v", err)
	}
	g.expect(t, "begins ends", 0, 1, 0)
}

// TestWhoLeavesGivesBackWhatComesAgain, and does the rest, also where that has changed
// since it was begun.
func TestWhoLeavesGivesBackWhatComesAgain(t *testing.T) {
	for before, story := range map[bool]string{true: "begins ends", false: "begins lets"} {
		g, err := play(t, func(g *playground) { g.before, g.takes = before, 5*time.Second }, func(g *playground, leave func()) {
			g.send(1, 1)
			time.Sleep(time.Second)
			g.post(func(l *Letter) {
				l.Settings = g.settings()
				l.Settings.AckAfter = before
			})
			time.Sleep(time.Second)
			leave()
		})
		if err != nil {
			t.Errorf("it ends with %v", err)
		}
		left := map[bool]int64{true: 0, false: 1}[before]
		g.expect(t, story, left, 1, 1)
		if e := g.events[0]; e.Acked != before {
			t.Errorf("acknowledged before %v, and it says %+v", before, e)
		}
	}
}

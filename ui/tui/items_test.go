package tui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"duet/engine"
	"duet/engine/virtual"
	"duet/ui/internal/grid"
)

// tale is what the journal of a lane says at a moment, told without traffic.
type tale struct {
	handovers []engine.Entry         // the latest first
	ends      map[int][]engine.Entry // by handler, likewise
	open      map[int64]bool         // items handed over and not ended
	legs      map[[2]int64]engine.Entry
}

func tell(journal []engine.Entry, lane int, at time.Duration) tale {
	s := tale{ends: map[int][]engine.Entry{}, open: map[int64]bool{}, legs: map[[2]int64]engine.Entry{}}
	for _, e := range journal {
		if int(e.Lane) != lane || e.At > at {
			continue
		}
		if e.Handler < 0 {
			switch e.What {
			case engine.Accepted:
				s.open[e.Seq] = true
				s.handovers = append(s.handovers, e)
			case engine.Dropped:
				s.handovers = append(s.handovers, e)
				delete(s.open, e.Seq)
			case engine.Arrived:
			default:
				delete(s.open, e.Seq)
			}
			continue
		}
		s.legs[[2]int64{e.Seq, int64(e.Handler)}] = e
		if e.What != engine.Started {
			s.ends[int(e.Handler)] = append(s.ends[int(e.Handler)], e)
		}
	}
	slices.Reverse(s.handovers)
	for _, ends := range s.ends {
		slices.Reverse(ends)
	}
	return s
}

// waiting are the items that wait for a handler, with whether nobody has begun
// them.
func (s *tale) waiting(handler, handlers int) (retried, begun, untouched []int64) {
	for seq := range s.open {
		e, known := s.legs[[2]int64{seq, int64(handler)}]
		touched := false
		for h := range handlers {
			_, any := s.legs[[2]int64{seq, int64(h)}]
			touched = touched || any
		}
		switch {
		case known && e.What == engine.Retried:
			retried = append(retried, seq)
		case !known && touched:
			begun = append(begun, seq)
		case !known:
			untouched = append(untouched, seq)
		}
	}
	return retried, begun, untouched
}

// signs are the runes of a stretch of the screen that are not blank.
func signs(g *grid.Grid, x, y, w int) string {
	var b strings.Builder
	for i := range w {
		if r := g.At(x+i, y).Rune; r != ' ' && r != g.Glyphs.Dot {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// compare holds the picture of a lane's way against the journal.
func compare(t *testing.T, m *model, lane int, journal []engine.Entry) {
	t.Helper()
	s := &m.scene
	l, r, v := &s.snap.Lanes[lane], s.layout.lanes[lane].Inset(1), s.wayOf(lane, s.layout.flow.W)
	say, cell, handlers := tell(journal, lane, s.snap.At), s.cellTime(), len(l.Handlers)
	road := signs(m.grid, r.X+v.verb, r.Y, v.road)
	var want strings.Builder
	var onRoad int
	for _, e := range say.handovers {
		if (s.snap.At-e.At)/cell >= time.Duration(v.road) {
			break
		}
		sign := '•'
		if e.What == engine.Dropped {
			sign = '▾'
		} else if _, _, untouched := say.waiting(0, handlers); slices.Contains(untouched, e.Seq) {
			sign = '●'
			onRoad++
		}
		want.WriteRune(sign)
	}
	// Of those that came at nearly one moment, the oldest may have been pushed off.
	if n := len([]rune(road)); !strings.HasPrefix(want.String(), road) || len([]rune(want.String())) > n+2 {
		t.Fatalf("%s at %v, speed %v: the road shows %q, the journal says %q", l.Name, s.snap.At, s.snap.Speed, road, want.String())
	}
	for h := range l.Handlers {
		x := r.X + v.verb + v.road + 1 + v.name
		got := signs(m.grid, x, r.Y+h, v.wait)
		retried, begun, untouched := say.waiting(h, handlers)
		waits, running := len(begun)+len(untouched)-onRoad, 0
		for _, e := range say.legs {
			if e.What == engine.Started && int(e.Handler) == h {
				running++
			}
		}
		again := len(retried)
		if !s.queues(lane) {
			waits, again = running, 0
		}
		if n := strings.Count(got, "●"); n != waits || strings.Count(got, "↺") != again {
			t.Fatalf("%s at %v, speed %v: %s shows %q, the journal says that %d wait or run and %d were put back",
				l.Name, s.snap.At, s.snap.Speed, l.Handlers[h].Name, got, waits, again)
		}
		if hands := signs(m.grid, x+v.wait+v.figures, r.Y+h, v.hands); v.hands > 0 && strings.Count(hands, "●") != running {
			t.Fatalf("%s at %v: in the hands for %s is %q, the journal says %d", l.Name, s.snap.At, l.Handlers[h].Name, hands, running)
		}
		compareOut(t, m, l, signs(m.grid, x+v.wait+v.figures+v.hands, r.Y+h, v.out), say.ends[h], cell*time.Duration(v.out))
	}
}

// compareOut holds a road out against the ends that the journal tells, the
// latest first. Of those that came at nearly one moment, the oldest may have
// been pushed off its end.
func compareOut(t *testing.T, m *model, l *engine.LaneSnapshot, got string, ends []engine.Entry, within time.Duration) {
	t.Helper()
	var want, again int
	ahead := []rune(strings.ReplaceAll(got, "↺", ""))
	for _, e := range ends {
		if m.scene.snap.At-e.At >= within {
			break
		}
		if e.What == engine.Retried {
			again++
			continue
		}
		if sign, _ := m.scene.mark(m.grid.Glyphs, e.What, l.Model); want < len(ahead) && sign != ahead[want] {
			t.Fatalf("%s at %v: the road out shows %q, the journal says %v as number %d", l.Name, m.scene.snap.At, got, e.What, want)
		}
		want++
	}
	if shown := len(ahead); shown > want || shown < want-2 || strings.Count(got, "↺") > again || strings.Count(got, "↺") < again-2 {
		t.Fatalf("%s at %v: the road out shows %q, the journal says %d ends and %d put back", l.Name, m.scene.snap.At, got, want, again)
	}
}

// What is drawn of the items is what the journal of a simulation says: running,
// in slow motion, paused, step by step, and of an earlier moment.
func TestItemsAreWhatTheJournalSays(t *testing.T) {
	for name, lanes := range map[string][]string{
		"queue and inline": {
			"  - {model: message, workers: 1, queue: {capacity: 5, when_full: drop_newest}, ack: after, attempts: 2}",
			"  - {model: event, publishers: 2}",
		},
		"buffered and goroutines": {
			"  - {name: buffered, model: event, dispatch: buffered, queue: {capacity: 4, when_full: drop_oldest}}",
			"  - {name: goroutines, model: event, dispatch: goroutine, limit: 100}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bench{t: t}
				o := b.options(decode(t, append([]string{
					"load: {rate: 14/s, arrivals: constant}", "handlers:",
					"  - {name: charge, fail: 15%, service: {mean: 70ms}}", "  - {name: mail, service: {dist: uniform, mean: 25ms}}", "lanes:",
				}, lanes...)...), nil)
				o.Virtual = true
				o.NewVirtual = func(s *engine.Scenario, _ bool) (engine.Run, error) {
					return virtual.New(s, virtual.Options{Endless: true})
				}
				b.m = newModel(o)
				b.m.pace.tick = noTick
				defer b.m.runs.end()
				b.m.grid.Resize(200, 60)
				b.do(b.m.start(b.m.piece))
				look := func(times int, every time.Duration) {
					t.Helper()
					for range times {
						time.Sleep(every)
						b.frame()
						journal := b.m.run.Journal(nil, 0)
						for lane := range b.m.scene.snap.Lanes {
							compare(t, b.m, lane, journal)
						}
					}
				}
				look(180, time.Second/60)
				b.press("<", "<", "<") // x0.1
				look(100, time.Second/20)
				b.press("space")
				look(2, time.Second)
				for range 4 {
					b.press(".")
					look(3, 2*time.Second)
				}
				b.press("[", "[")
				look(2, time.Second)
				b.press("]", "]", "esc", "space", ">", ">", ">")
				look(60, time.Second/60)
			})
		})
	}
}

// Everything that can happen to an item has a sign of its own, also in ASCII.
func TestSignsDiffer(t *testing.T) {
	s := picture(t, scenes["busy"](t), 80, 24).scene
	for _, glyphs := range []*grid.Glyphs{&grid.Unicode, &grid.ASCII} {
		seen := map[rune]engine.Happening{glyphs.Pass: 0}
		for what := engine.Started; what <= engine.Skipped; what++ {
			sign, _ := s.mark(glyphs, what, engine.Message)
			if other, taken := seen[sign]; taken {
				t.Errorf("%q stands for %v and %v", sign, other, what)
			}
			seen[sign] = what
		}
	}
}

// withItems shows a few items of a scripted journal on the way.
func withItems(t testing.TB, w, h int) *model {
	snap := atWork(decode(t, append([]string{"title: Small shop", "load: {rate: 20/s}"}, append(sale[3:len(sale):len(sale)],
		"lanes:", "  - {model: message, workers: 2, ack: after, attempts: 3}", "  - {model: event, publishers: 2}")...)...))
	for i := range snap.Lanes {
		for j := range snap.Lanes[i].Handlers {
			snap.Lanes[i].Handlers[j].Depth.Now = 4
		}
	}
	m := picture(t, snap, w, h)
	say := func(lane int, seq int64, ago time.Duration, handler int16, what engine.Happening) {
		e := engine.Entry{At: snap.At - ago, Seq: seq, Key: int32(seq % 5), Lane: int16(lane), Handler: handler, Worker: 1, Attempt: 1, What: what}
		m.scene.traffic[lane].add(&e, true)
	}
	for lane := range snap.Lanes {
		for seq := range int64(9) {
			ago := time.Duration(9-seq) * 60 * ms
			say(lane, seq, ago, -1, engine.Arrived)
			say(lane, seq, ago, -1, engine.Accepted)
		}
		endings := []engine.Happening{engine.Done, engine.Failed, engine.Retried, engine.DeadLettered, engine.Dropped, engine.Lost, engine.Expired, engine.Skipped}
		for i, what := range endings {
			say(lane, int64(i), time.Duration(len(endings)-i)*30*ms, int16(i%3), what)
		}
		say(lane, 2, 15*ms, 0, engine.Started)
		say(lane, 20, 100*ms, -1, engine.Arrived)
		say(lane, 20, 100*ms, -1, engine.Dropped)
	}
	return m
}

func TestItems(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) { golden.RequireEqual(t, text(t, withItems(t, size.w, size.h))) })
	}
	for name, prepare := range map[string]func(m *model){
		"ascii":   func(m *model) { m.useASCII() },
		"by key":  func(m *model) { m.scene.byKey = true },
		"paused":  func(m *model) { m.scene.snap.Paused = true },
		"reduced": func(m *model) { m.scene.motionless = true },
		"dense":   func(m *model) { m.scene.snap.Rate = 800 },
	} {
		t.Run(name, func(t *testing.T) {
			m := withItems(t, 200, 60)
			prepare(m)
			got := strings.Split(text(t, m), "\n")
			golden.RequireEqual(t, strings.Join(got[4:10], "\n")+"\n")
		})
	}
}

// What is remembered of items is bounded, whatever does not end.
func TestTrafficIsBounded(t *testing.T) {
	k := newTraffic(2)
	for seq := range int64(3 * mostItems) {
		e := engine.Entry{At: time.Duration(seq), Seq: seq, Handler: -1, What: engine.Arrived}
		k.add(&e, true)
		if seq%2 == 0 {
			e.What = engine.Done
			k.add(&e, true)
		}
	}
	if n := len(k.items); n > mostItems || n < mostItems/2 {
		t.Errorf("%d items are remembered", n)
	}
	if len(k.place) != len(k.items) || len(k.legs) != 2*len(k.items) {
		t.Errorf("%d places and %d deliveries of %d items", len(k.place), len(k.legs), len(k.items))
	}
	if !slices.IsSortedFunc(k.items, func(a, b sight) int { return cmp.Compare(a.seq, b.seq) }) {
		t.Error("items got out of order")
	}
	for i := range k.items {
		if k.place[k.items[i].seq] != i {
			t.Fatalf("item %d is sought at %d and is at %d", k.items[i].seq, k.place[k.items[i].seq], i)
		}
	}
}

// An end that is told before the hand-over, as real producers do, ends the item.
func TestHandOverToldLate(t *testing.T) {
	k := newTraffic(1)
	for _, e := range []engine.Entry{
		{Seq: 1, Handler: -1, What: engine.Arrived},
		{Seq: 1, Handler: 0, What: engine.Started},
		{Seq: 1, Handler: 0, What: engine.Done},
		{Seq: 1, Handler: -1, What: engine.Done},
		{Seq: 1, Handler: -1, What: engine.Accepted},
	} {
		k.add(&e, true)
	}
	if _, waits := k.waiting(0, 0); waits || k.untouched(0) {
		t.Errorf("%+v is taken to be on its way", k.items[0])
	}
}

// Items are seen one by one as far as eyes and the journal can follow.
func TestSingleItems(t *testing.T) {
	for _, c := range []struct {
		rate, speed float64
		paused      bool
		want        bool
	}{
		{30, 1, false, true},
		{31, 1, false, false},
		{300, 0.1, false, true},
		{30, 2, false, false},
		{900, 1, true, true},
		{1001, 1, true, false},
		{5, math.Inf(1), false, false},
	} {
		s := &scene{snap: engine.Snapshot{Rate: c.rate, Speed: c.speed, Paused: c.paused}}
		if s.single() != c.want {
			t.Errorf("%+v: %v", c, s.single())
		}
	}
}

// Where items went badly is red, and nothing before or after it.
func TestDrawDense(t *testing.T) {
	s := &scene{theme: newTheme(colorprofile.TrueColor, true), snap: engine.Snapshot{At: time.Second, Speed: 1}}
	var k track
	for x, what := range []engine.Happening{engine.Done, engine.Failed, engine.Done, engine.Lost, engine.Done} {
		at := s.snap.At - s.cellTime()*time.Duration(4-x) - s.cellTime()/2 // the oldest first
		k.add(&engine.Entry{At: at, What: what})
	}
	g := grid.New(8, 1)
	s.drawDense(stretch{g: g, w: 8}, &k, s.theme.good)
	for x, want := range []grid.Style{s.theme.good, s.theme.bad, s.theme.good, s.theme.bad, s.theme.good} {
		if got := g.At(x, 0).Style; got != want {
			t.Errorf("cell %d is %+v, want %+v", x, got, want)
		}
	}
}

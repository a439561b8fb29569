package tui

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever the figures and texts are, overlays fill the screen exactly, and no
// escape sequence gets through.
func TestOverlaysOfNonsense(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\x1b[31mred", "日本語 の テスト", strings.Repeat("word ", 80), strings.Repeat("x", 300), "a\nb\r\nc\td"}))
		number := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, -1, math.MaxInt64, math.MinInt64}))
		share := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}))

		s := asked(t)
		s.Title, s.Story = texts.Draw(rt, "title"), texts.Draw(rt, "story")
		s.Ask.Question, s.Ask.Because = texts.Draw(rt, "question"), texts.Draw(rt, "because")
		s.Ask.Choices = rapid.SliceOfN(texts, 2, 12).Draw(rt, "choices")
		s.Ask.Answer = s.Ask.Choices[0]
		snap := atWork(s)
		for i := range snap.Lanes {
			l := &snap.Lanes[i]
			l.Name = texts.Draw(rt, "name")
			l.Ledger.Offered, l.Ledger.Lost, l.Recent.Depth.Now = number.Draw(rt, "offered"), number.Draw(rt, "lost"), number.Draw(rt, "depth")
			l.Recent.Arrivals, l.Recent.Utilisation, l.Recent.PWait = share.Draw(rt, "rate"), share.Draw(rt, "busy"), share.Draw(rt, "waits")
			l.Recent.Publish.Mean, l.OldestWaiting = time.Duration(number.Draw(rt, "publish")), time.Duration(number.Draw(rt, "oldest"))
			l.Handlers[0].Name = texts.Draw(rt, "handler")
		}
		w, h := rapid.IntRange(minWidth, 220).Draw(rt, "w"), rapid.IntRange(minHeight, 70).Draw(rt, "h")
		m := picture(t, snap, w, h)
		m.presets = []Preset{{Name: "one", Title: s.Title, Group: texts.Draw(rt, "group"), Story: s.Story, Ask: s.Ask}}
		m.memory.Bets = map[string]string{"one": s.Ask.Answer}
		m.wager = wager{of: s, choice: rapid.IntRange(-1, len(s.Ask.Choices)-1).Draw(rt, "bet")}
		list, broken := newPicker(m), newPicker(m)
		list.opened["one"] = s
		broken.err = errors.New(texts.Draw(rt, "error"))
		o := rapid.SampledFrom([]overlay{
			&question{selected: len(s.Ask.Choices) - 1},
			&answer{},
			&comparison{whole: true, scroll: scroll{top: 7, rows: 100}},
			&helpBox{words: true, scroll: scroll{top: 20, rows: 100}},
			&tour{step: 1},
			&tour{step: 3},
			list,
			broken,
		}).Draw(rt, "overlay")
		m.overlay = o
		m.build(time.Time{})
		exact(rt, m)
		if strings.Contains(m.grid.String(), "\x1b") {
			rt.Errorf("%T lets an escape sequence through", o)
		}
	})
}

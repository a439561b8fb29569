package sweep_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"duet/engine"
	"duet/engine/sweep"
)

const shop = `
load: {rate: 50/s}
duration: 10s
handlers: [{name: charge}, {name: mail}]
lanes:
  - {model: message, queue: {partitions: 16}}
  - {model: event}
`

func decode(t testing.TB, text string) *engine.Scenario {
	t.Helper()
	s, err := engine.Decode("shop.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAxis(t *testing.T) {
	s := decode(t, shop)
	for _, c := range []struct{ text, want string }{
		{"load.rate=20/s..200/s:10", "20/s 40/s 60/s 80/s 100/s 120/s 140/s 160/s 180/s 200/s"},
		{"load.rate=1/s..1000/s:4:log", "1/s 10/s 100/s 1000/s"},
		{"load.rate=20/s..21/s:4", "20/s 20.3333/s 20.6667/s 21/s"},
		{"load.rate=600/min,20/s", "10/s 20/s"},
		{"load.rate=0/s..30000/s:4", "0/s 10000/s 20000/s 30000/s"},
		{"lanes.message.workers=1..4", "1 2 3 4"},
		{"lanes.message.workers=1,2,4..16:4", "1 2 4 8 12 16"},
		{"lanes.message.workers=1..8:4:log", "1 2 4 8"},
		{"lanes.message.workers=1..3:10", "1 2 3"},
		{"handlers.charge.service.mean=1ms..10ms:4", "1ms 4ms 7ms 10ms"},
		{"handlers.charge.service.mean=0s..1s:4", "0s 333.3ms 666.7ms 1s"},
		{"handlers.charge.fail=0%..10%:3", "0% 5% 10%"},
		{"handlers.charge.fail=1%", "1%"},
		{"load.keys.skew=0..1.5:4", "0 0.5 1 1.5"},
		{"handlers.charge.service.dist=constant,exponential", "constant exponential"},
		{"lanes.message.handlers=apart,[charge, mail],together", "apart [charge, mail] together"},
		{"lanes.message.recover=true,false", "true false"},
		{"lanes.message.subscriptions.mail.workers=1..2", "1 2"},
		{"seed=1..3", "1 2 3"},
	} {
		a, err := sweep.ParseAxis(c.text, s)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := strings.Join(a.Values, " "); got != c.want {
			t.Errorf("%s is %s, want %s", c.text, got, c.want)
		}
		if a.Log != strings.HasSuffix(c.text, "log") {
			t.Errorf("%s is spaced by ratio: %v", c.text, a.Log)
		}
		if _, err := sweep.NewGrid(s, []sweep.Axis{a}); err != nil {
			t.Errorf("%s makes no grid: %v", c.text, err)
		}
	}
}

func TestNumbersOfAnAxis(t *testing.T) {
	for text, want := range map[string][]float64{
		"load.rate=600/min,20/s":                   {10, 20},
		"handlers.charge.service.mean=500ms..2s:2": {0.5, 2},
		"handlers.charge.fail=1%,50%":              {0.01, 0.5},
		"lanes.event.publishers=1..3":              {1, 2, 3},
		"lanes.event.dispatch=inline,goroutine":    nil,
	} {
		a, err := sweep.ParseAxis(text, decode(t, shop))
		if err != nil || !slices.Equal(a.Numbers, want) {
			t.Errorf("%s: %v, %v, want %v", text, a.Numbers, err, want)
		}
	}
}

func TestWrongAxis(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", `"": a path and values are needed, such as load.rate=20/s..200/s:10 or lanes.message.workers=1,2,4`},
		{"load.rate", `"load.rate": a path and values are needed`},
		{"load.rate=", `"load.rate=": a path and values are needed`},
		{"=1,2", `"=1,2": a path and values are needed`},
		{"lod.rate=1/s", `lod.rate: there is no such setting; `},
		{"lanes.event.workers=1,2", `lanes.event.workers: this belongs to the message model`},
		{"load.rate=20,30", `load.rate is "20": a unit is missing; write 20/s or 20/min`},
		{"load.rate=fast", `load.rate is "fast": a rate such as 120/s or 6000/min is needed`},
		{"load.rate=20..200:10", `load.rate=20..200:10: 20: a unit is missing; write 20/s or 20/min`},
		{"load.rate=20/s..200:10", `load.rate=20/s..200:10: 200: a unit is missing`},
		{"load.rate=20/s..", `a rate such as 120/s or 6000/min is needed`},
		{"load.rate=..", `a rate such as 120/s`},
		{"load.rate=20/s..200/s", `load.rate=20/s..200/s: how many values is missing, such as 20/s..200/s:10`},
		{"load.rate=20/s..200/s:1", `a number of values from 2 to 1000 is needed after the colon`},
		{"load.rate=20/s..200/s:1001", `a number of values from 2 to 1000`},
		{"load.rate=20/s..200/s:", `a number of values from 2 to 1000`},
		{"load.rate=20/s..200/s:x", `a number of values from 2 to 1000`},
		{"load.rate=200/s..20/s:10", `the smaller one first is needed, such as 20/s..200/s:10`},
		{"load.rate=20/s..20/s:2", `the smaller one first`},
		{"load.rate=20/s..200/s:10:lin", `after the number of values there may be log, and nothing else`},
		{"load.rate=0/s..200/s:10:log", `spaced by ratio a range begins above 0`},
		{"load.rate=20/s,1200/min", `load.rate is 20/s twice`},
		{"lanes.message.workers=1,2,", `lanes.message.workers is "": a plain number is needed`},
		{"lanes.message.workers=one", `lanes.message.workers is "one": a plain number is needed`},
		{"lanes.message.workers=-1..3", `-1: a plain number is needed`},
		{"lanes.message.workers=1..2000", `lanes.message.workers has more than 1000 values`},
		{"lanes.message.workers=1..100000", `lanes.message.workers has more than 1000 values`},
		{"lanes.event.dispatch=inline,inline", `lanes.event.dispatch is inline twice`},
		{"handlers.charge.service.mean=1ms..2:3", `2: a unit is missing; write 2ms or 2s`},
	} {
		_, err := sweep.ParseAxis(c.text, decode(t, shop))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v, want %s", c.text, err, c.says)
		}
	}
}

// TestRangesAreRanges: so many values, from end to end, each above the one
// before.
func TestRangesAreRanges(t *testing.T) {
	s := decode(t, shop)
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Float64Range(0.001, 1000).Draw(t, "first")
		last := first * rapid.Float64Range(1.01, 1000).Draw(t, "ratio")
		text := "load.rate=" + engine.Rate(first).String() + ".." + engine.Rate(last).String() + ":" + rapid.SampledFrom([]string{"2", "3", "10", "100"}).Draw(t, "count")
		if rapid.Bool().Draw(t, "log") {
			text += ":log"
		}
		a, err := sweep.ParseAxis(text, s)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if a.Numbers[0] != first || a.Numbers[len(a.Numbers)-1] != last {
			t.Errorf("%s goes from %v to %v", text, a.Numbers[0], a.Numbers[len(a.Numbers)-1])
		}
		for i := 1; i < len(a.Numbers); i++ {
			if a.Numbers[i] <= a.Numbers[i-1] {
				t.Errorf("%s: %v comes after %v", text, a.Numbers[i], a.Numbers[i-1])
			}
		}
	})
}

func FuzzAxis(f *testing.F) {
	for _, text := range []string{
		"load.rate=20/s..200/s:10", "load.rate=1/s..9/s:3:log", "lanes.message.workers=1,2,4..16:4",
		"lanes.message.handlers=[charge, mail],apart", "handlers.charge.service.mean=1ns..2ns:9", "seed=0..9223372036854775807:3",
	} {
		f.Add(text)
	}
	s := decode(f, shop)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := sweep.ParseAxis(text, s)
		if err != nil {
			return
		}
		if len(a.Values) == 0 || len(a.Values) > sweep.MaxValues || a.Numbers != nil && len(a.Numbers) != len(a.Values) {
			t.Errorf("%q: %d values and %d numbers", text, len(a.Values), len(a.Numbers))
		}
		if _, err := sweep.NewGrid(s, []sweep.Axis{a}); err == nil {
			for _, value := range a.Values {
				if _, err := s.With(a.Path, value); err != nil {
					t.Errorf("%q: a point with %s: %v", text, value, err)
				}
			}
		}
	})
}

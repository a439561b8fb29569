package workload

import (
	"math"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"duet/engine"
)

func TestConstantIsExact(t *testing.T) {
	for _, rate := range []float64{1, 3, 1000, 44_100, 1e6} {
		c := stream(t, scenario(engine.Load{Rate: engine.Rate(rate), Arrivals: engine.Constant})).Cursor()
		for i, it := range take(c, 10_000) {
			if want := time.Duration(math.Round(float64(i+1) * 1e9 / rate)); it.At != want {
				t.Fatalf("at %v/s item %d comes at %v, want %v", rate, it.Seq, it.At, want)
			}
		}
	}
}

// TestConstantIsExactAfterADay puts a cursor at the end of a day of a million a
// second, with a part of a gap left over from a change.
func TestConstantIsExactAfterADay(t *testing.T) {
	c := stream(t, scenario(engine.Load{Rate: 1e6, Arrivals: engine.Constant})).Cursor()
	const day = 86_400_000_000
	c.position = position{due: units{whole: day, part: 0.1}, seq: day - 1}
	c.place()
	for i, it := range take(c, 1_000_000) {
		if want := 24*time.Hour + time.Duration(i)*time.Microsecond + 100*time.Nanosecond; it.At != want || it.Seq != int64(day+i) {
			t.Fatalf("item %d comes at %v, want item %d at %v", it.Seq, it.At, day+i, want)
		}
	}
}

func TestUnitsDoNotDrift(t *testing.T) {
	const n, gap = 10_000_000, 0.1
	u := units{whole: 1 << 40}
	for range n {
		u = u.plus(gap)
	}
	if off := float64(u.whole-1<<40) + u.part - n*gap; math.Abs(off) > 1e-8 {
		t.Errorf("%d gaps of %v are off by %v", n, gap, off)
	}
	rapid.Check(t, func(t *rapid.T) {
		u := units{whole: rapid.Int64Range(0, 1e12).Draw(t, "whole"), part: rapid.Float64Range(0, 0.999).Draw(t, "part")}
		d := rapid.Float64Range(0, 1e6).Draw(t, "d")
		back := u.plus(d).plus(-d)
		if off := float64(back.whole-u.whole) + back.part - u.part; math.Abs(off) > 1e-9 || back.part < 0 || back.part > 1 {
			t.Fatalf("%+v and %v more and less is %+v", u, d, back)
		}
	})
}

func TestPoissonFits(t *testing.T) {
	const rate = 250.
	g := gaps(take(stream(t, scenario(engine.Load{Rate: rate, Arrivals: engine.Poisson})).Cursor(), 200_000))
	fits(t, g, distuv.Exponential{Rate: rate}.CDF)
	moments(t, g, 1/rate, 1/(rate*rate), 9/(rate*rate*rate*rate))
	for _, lag := range []int{1, 2, 5, 100} {
		uncorrelated(t, "gaps", g[lag:], g[:len(g)-lag])
	}
}

// TestPoissonCountsFit: the items of an interval have Poisson's law, with the
// variance equal to the mean.
func TestPoissonCountsFit(t *testing.T) {
	const intervals, mean = 20_000, 5.
	c := stream(t, scenario(engine.Load{Rate: mean, Arrivals: engine.Poisson})).Cursor()
	law := distuv.Poisson{Lambda: mean}
	counts, expected := make([]float64, 14), make([]float64, 14) // the last has all from 13 on
	var sample []float64
	var before int64
	for second := range intervals {
		count := c.Count(time.Duration(second+1) * time.Second)
		sample = append(sample, float64(count-before))
		counts[min(count-before, 13)]++
		before = count
	}
	for k := range 13 {
		expected[k] = intervals * law.Prob(float64(k))
	}
	expected[13] = intervals * (1 - law.CDF(12))
	fitsCounts(t, counts, expected)
	moments(t, sample, mean, mean, mean+3*mean*mean)
}

func TestBursts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := engine.BurstShape{Size: rapid.IntRange(1, 100).Draw(t, "size"), Duty: engine.Share(rapid.Float64Range(0, 1).Draw(t, "duty"))}
		rate := rapid.Float64Range(1, 1e5).Draw(t, "rate")
		st, err := New(scenario(engine.Load{Rate: engine.Rate(rate), Arrivals: engine.Bursts, Bursts: &shape}))
		if err != nil {
			t.Fatal(err)
		}
		period := float64(shape.Size) / rate * 1e9
		items := take(st.Cursor(), 5*shape.Size)
		for group := range slices.Chunk(items, shape.Size) {
			number := (group[0].Seq - 1) / int64(shape.Size)
			if off := float64(group[0].At) - float64(number)*period; math.Abs(off) > 1.1 {
				t.Fatalf("group %d begins %v ns late", number, off)
			}
			spread := float64(group[len(group)-1].At - group[0].At)
			want := period * float64(shape.Duty) * float64(shape.Size-1) / float64(shape.Size)
			if math.Abs(spread-want) > 2.1 {
				t.Fatalf("group %d takes %v ns, want %v", number, spread, want)
			}
		}
	})
}

// TestBurstsKeepTheMean checks mean and variance of the gaps against what size
// and duty say, over whole groups.
func TestBurstsKeepTheMean(t *testing.T) {
	const size, duty, rate = 40, 0.25, 100.
	l := engine.Load{Rate: rate, Arrivals: engine.Bursts, Bursts: &engine.BurstShape{Size: size, Duty: duty}}
	g := gaps(take(stream(t, scenario(l)).Cursor(), size*1000+1))[1:]
	outer := size - (size-1)*duty
	var mean, square float64
	for _, x := range g {
		mean += x * rate / float64(len(g))
		square += x * x * rate * rate / float64(len(g))
	}
	if want := ((size-1)*duty*duty + outer*outer) / size; math.Abs(mean-1) > 1e-6 || math.Abs(square-want) > 1e-4 {
		t.Errorf("gaps have mean %v and mean square %v, want 1 and %v", mean, square, want)
	}
}

package figure

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1: "1ns", 999: "999ns", 1000: "1.00µs", 1250: "1.25µs", 9994: "9.99µs", 9996: "10.0µs", 99_960: "100µs",
		999_499: "999µs", 999_500: "1.00ms", 12_345_678: "12.3ms", 999_499_999: "999ms", 999_500_000: "1.00s",
		2500 * time.Millisecond: "2.50s", 59_949 * time.Millisecond: "59.9s", 59_950 * time.Millisecond: "1m00s",
		125 * time.Second: "2m05s", time.Hour - 501*time.Millisecond: "59m59s", time.Hour - 500*time.Millisecond: "1h00m",
		187 * time.Minute: "3h07m", 24*time.Hour - 31*time.Second: "23h59m", 24*time.Hour - 30*time.Second: "1d00h",
		292 * time.Hour: "12d04h", 150 * 24 * time.Hour: "150d", 1000 * 24 * time.Hour: ">999d", math.MaxInt64: ">999d",
		-1250: "-1.25µs", math.MinInt64: "->999d",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%d) = %q, want %q", int64(d), got, want)
		}
	}
}

func TestCountRatePercent(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1234: "1,234", 9999: "9,999", 10_000: "10.0k", 12_345: "12.3k", 999_499: "999k", 999_500: "1.00M",
		4_560_000: "4.56M", math.MaxInt64: "9.22E", -5: "-5", math.MinInt64: "-9.22E",
	} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	for x, want := range map[float64]string{
		0: "0", 0.001: "<0.01", 0.25: "0.25", 12.5: "12.5", 120: "120", 999.4: "999", 999.5: "1,000", 1250: "1,250", 9999.5: "10.0k",
		1e6: "1.00M", 1e30: ">999E", math.Inf(1): ">999E", -2: "-2.00",
	} {
		if got := Rate(x); got != want {
			t.Errorf("Rate(%v) = %q, want %q", x, got, want)
		}
	}
	for x, want := range map[float64]string{
		0: "0%", 0.00001: "<.01%", 0.0025: "0.25%", 0.125: "12.5%", 0.9994: "99.9%", 0.9996: "100%", 1: "100%", 3: "300%", 1e9: ">9999%",
		-0.5: "-50.0%",
	} {
		if got := Percent(x); got != want {
			t.Errorf("Percent(%v) = %q, want %q", x, got, want)
		}
	}
	for name, write := range map[string]func(float64) string{"Seconds": Seconds, "Rate": Rate, "Percent": Percent} {
		if got := write(math.NaN()); got != None {
			t.Errorf("%s(NaN) = %q, want %q", name, got, None)
		}
	}
	if got := Seconds(0.0125); got != "12.5ms" {
		t.Errorf("Seconds(0.0125) = %q", got)
	}
}

// units are what the letters and signs of a figure stand for.
var units = map[string]float64{
	"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400, "%": 0.01,
}

// value reads a figure back.
func value(t *rapid.T, s string) float64 {
	sum := 0.0
	for s = strings.ReplaceAll(s, ",", ""); s != ""; {
		digits := strings.IndexFunc(s+"x", func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		rest := strings.TrimLeftFunc(s[digits:], func(r rune) bool { return r < '0' || r > '9' })
		n, err := strconv.ParseFloat(s[:digits], 64)
		unit, known := units[s[digits:len(s)-len(rest)]]
		if err != nil || !known {
			t.Fatalf("cannot read %q", s)
		}
		sum, s = sum+n*unit, rest
	}

	return sum
}

// checkFigure fails unless the figure is narrow, and true to three digits or to
// the least that its last place can say.
func checkFigure(t *rapid.T, figure string, want, least float64) {
	if n := utf8.RuneCountInString(figure); n > 6 {
		t.Fatalf("%q for %v is %d cells wide", figure, want, n)
	}
	if strings.ContainsAny(figure, "<>") {
		return // as stated in the tables
	}
	if got := value(t, figure); math.Abs(got-want) > max(want*0.00501, least) {
		t.Fatalf("%q for %v is %v", figure, want, got)
	}
}

// lastPlace is how many seconds a figure of two units may be off.
func lastPlace(d time.Duration) float64 {
	switch {
	case d < 59*time.Second:
		return 0
	case d < 59*time.Minute:
		return 0.501
	case d < 23*time.Hour:
		return 30.5
	case d < 99*24*time.Hour:
		return 1801
	default:
		return 86401
	}
}

func TestFiguresAreNarrowAndTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Pow(10, rapid.Float64Range(-12, 21).Draw(t, "exponent"))
		checkFigure(t, Rate(x), x, 0.00501)
		checkFigure(t, Percent(x), x, 0.0000501)
		d := time.Duration(min(x*1e9, math.MaxInt64/2))
		checkFigure(t, Duration(d), d.Seconds(), lastPlace(d))
		checkFigure(t, Seconds(x), x, 0.501e-9+lastPlace(d))
		n := int64(min(x, math.MaxInt64/2))
		checkFigure(t, Count(n), float64(n), 0)
	})
}

func FuzzNoFigureIsWide(f *testing.F) {
	f.Add(int64(math.MinInt64), math.Inf(-1))
	f.Add(int64(999_500), 9.995)
	f.Fuzz(func(t *testing.T, n int64, x float64) {
		for _, s := range []string{Duration(time.Duration(n)), Count(n), Seconds(x), Rate(x), Percent(x)} {
			if utf8.RuneCountInString(strings.TrimPrefix(s, "-")) > 6 {
				t.Errorf("%q for %d or %v is too wide", s, n, x)
			}
		}
	})
}

func TestFiguresCostNoMemory(t *testing.T) {
	cells := 0
	n := testing.AllocsPerRun(100, func() {
		cells += len(Duration(12_345_678)) + len(Count(123_456)) + len(Rate(99.5)) + len(Percent(0.93)) + len(Seconds(0.5))
	})
	if n != 0 {
		t.Errorf("%v allocations for five figures (%d bytes)", n, cells)
	}
}

func BenchmarkDuration(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if len(Duration(12_345_678)) == 0 {
			b.Fatal("empty")
		}
	}
}

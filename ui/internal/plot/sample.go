package plot

import "math"

// Series is a stretch of values at a fixed step, oldest first. It is spread
// over the whole width of a chart: pad it with NaN where there is no history.
type Series struct {
	Data []float32
	// First is the number of Data[0] since the recording began. With it, a
	// value stays with its neighbours when the stretch moves on, and the
	// picture slides instead of shimmering. Leave it 0 for a stretch that
	// does not move.
	First int
}

// Column is the column of a chart width cells wide in which Data[i] is drawn;
// -1 when that is outside.
func (s Series) Column(i, width int) int {
	if i < 0 || i >= len(s.Data) || width <= 0 {
		return -1
	}

	return s.spread(width).place(i)
}

// spread places the values of a stretch in columns. The borders between columns
// fall on fixed numbers of the recording, and the last value in the last column.
type spread struct{ columns, values, phase, shift int }

func (s Series) spread(columns int) spread {
	p := spread{columns: columns, values: len(s.Data)}
	if p.values > 0 {
		p.phase = s.First%p.values + p.values
		p.shift = (p.phase+p.values-1)*columns/p.values - (columns - 1)
	}

	return p
}

func (p spread) place(i int) int { return max((p.phase+i)*p.columns/p.values-p.shift, 0) }

// Sample is what a column shows of the values that fall into it: M4, the four
// that make a line through the column the same as through all of them
// (Jugel, Jerzak, Hackenbroich, Markl: "M4: a visualization-oriented time
// series data aggregation", VLDB 2014). All are NaN where there is a gap.
type Sample struct{ First, Min, Max, Last float32 }

var gap = Sample{First: nan, Min: nan, Max: nan, Last: nan}

var nan = float32(math.NaN())

func (s Sample) isGap() bool { return s.Min != s.Min }

// add takes one more value into the column.
func (s *Sample) add(v float32) {
	switch {
	case v != v:
	case s.isGap():
		*s = Sample{First: v, Min: v, Max: v, Last: v}
	default:
		s.Min, s.Max, s.Last = min(s.Min, v), max(s.Max, v), v
	}
}

// reader gives the columns of a series that have values, from left to right.
type reader struct {
	data   []float32
	spread spread
	at     int // index of the first value not yet read
	place  int // and its column
}

func read(s Series, columns int) reader {
	r := reader{data: s.Data, spread: s.spread(columns)}
	if columns <= 0 || len(s.Data) == 0 {
		r.data = nil
	} else {
		r.place = r.spread.place(0)
	}

	return r
}

// next returns the next column that values fall into, and what it shows.
func (r *reader) next() (x int, s Sample, ok bool) {
	if r.at >= len(r.data) {
		return 0, gap, false
	}
	s, x = gap, r.place
	for r.place == x {
		s.add(r.data[r.at])
		r.at++
		if r.at == len(r.data) {
			break
		}
		r.place = r.spread.place(r.at)
	}

	return x, s, true
}

// Downsample fills each column of dst with what it shows of s. Columns that no
// value falls into are gaps.
func Downsample(dst []Sample, s Series) {
	for i := range dst {
		dst[i] = gap
	}
	r := read(s, len(dst))
	for {
		x, sample, ok := r.next()
		if !ok {
			return
		}
		dst[x] = sample
	}
}

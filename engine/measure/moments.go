package measure

// RecordSince counts the durations from several moments until now, all in nanoseconds:
// for less than as many calls of Record, above all where those one after another are much
// alike. Only one goroutine may record at a time.
func (h *Histogram) RecordSince(now int64, at []int64) {
	d := since(now, at)
	if d.longest > h.max.Load() {
		h.max.Store(d.longest)
	}
	h.sum.Store(h.sum.Load() + d.sum)
	for len(at) > 0 {
		n := d.alike(now, at)
		b := h.bucket(clamp(now - at[0]))
		b.Store(b.Load() + uint64(n))
		at = at[n:]
	}
}

// RecordSince is that of [Histogram], for any number of writers at once.
func (s *Shared) RecordSince(now int64, at []int64) {
	d := since(now, at)
	raise(&s.max, d.longest)
	s.sum.Add(d.sum)
	for len(at) > 0 {
		n := d.alike(now, at)
		s.bucket(clamp(now - at[0])).Add(uint64(n))
		at = at[n:]
	}
}

// durations are what can be known of several as they are counted.
type durations struct {
	sum               uint64
	shortest, longest int64
}

// since are the durations from several moments until now.
func since(now int64, at []int64) durations {
	if len(at) == 0 {
		return durations{}
	}
	first, last, sum := at[0], at[0], uint64(0)
	for _, t := range at {
		sum += uint64(t)
		first, last = min(first, t), max(last, t)
	}
	if last <= now && now-first <= maxValue {
		return durations{uint64(now)*uint64(len(at)) - sum, now - last, now - first}
	}
	sum = 0
	for _, t := range at {
		sum += uint64(clamp(now - t))
	}
	return durations{sum, now - last, clamp(now - first)}
}

// alike is how many durations from the first on fall into the same bucket. What is
// recorded together often does, and then costs one access to it. What is to be clamped
// counts as another.
func (d *durations) alike(now int64, at []int64) int {
	lowest, highest := bucketBounds(bucketOf(clamp(now - at[0])))
	if lowest <= d.shortest && d.longest <= highest {
		return len(at)
	}
	for i, t := range at[1:] {
		if ns := now - t; ns < lowest || ns > highest {
			return i + 1
		}
	}
	return len(at)
}

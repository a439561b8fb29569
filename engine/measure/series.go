package measure

import (
	"slices"
	"time"

	"duet/engine"
)

// FillSeries fills dst with the stretch from from to to of tracks that were
// pushed at the same times, at the finest resolution that still reaches back to
// from. The first step is the one that from lies in, or the oldest that is
// kept; the last is the one that to lies in, or the newest that is over.
// Offered is that of the first track. The slices of dst are reused.
func FillSeries(dst *engine.Series, tracks []*Track, from, to time.Duration) {
	dst.Offered = dst.Offered[:0]
	dst.Lanes = slices.Grow(dst.Lanes[:0], len(tracks))[:len(tracks)]
	if len(tracks) == 0 {
		dst.Step, dst.From = TrackStep, 0
		return
	}
	from = max(from, 0)
	l := tracks[0].levelFrom(from)
	step := levels[l].step
	begin, end := int64(from/step), int64((to+step-1)/step)
	for _, t := range tracks {
		begin, end = max(begin, t.levels[l].first()), min(end, t.levels[l].n)
	}
	dst.Step, dst.From = step, time.Duration(begin)*step
	for i := begin; i < end; i++ {
		dst.Offered = append(dst.Offered, tracks[0].levels[l].at(i).Offered)
	}
	for i, t := range tracks {
		t.levels[l].fill(&dst.Lanes[i], begin, end)
	}
}

// levelFrom is the finest level that reaches back to from, or to where the track
// begins; if none does, the coarsest.
func (t *Track) levelFrom(from time.Duration) int {
	from = max(from, t.began)
	for i := range t.levels {
		if time.Duration(t.levels[i].first())*levels[i].step <= from {
			return i
		}
	}
	return len(t.levels) - 1
}

// fill copies the steps from begin to before end.
func (l *level) fill(dst *engine.LaneSeries, begin, end int64) {
	columns := [...]*[]float32{
		&dst.Depth, &dst.DepthMax, &dst.Backlog, &dst.BacklogMax, &dst.InFlight,
		&dst.Done, &dst.Bad, &dst.P50, &dst.P99,
	}
	for _, c := range columns {
		*c = slices.Grow((*c)[:0], int(max(end-begin, 0)))
	}
	for i := begin; i < end; i++ {
		p := l.at(i)
		dst.Depth = append(dst.Depth, p.Depth)
		dst.DepthMax = append(dst.DepthMax, p.DepthMax)
		dst.Backlog = append(dst.Backlog, p.Backlog)
		dst.BacklogMax = append(dst.BacklogMax, p.BacklogMax)
		dst.InFlight = append(dst.InFlight, p.InFlight)
		dst.Done = append(dst.Done, p.Done)
		dst.Bad = append(dst.Bad, p.Bad)
		dst.P50 = append(dst.P50, p.P50)
		dst.P99 = append(dst.P99, p.P99)
	}
}

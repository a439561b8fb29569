package virtual

import "slices"

// checkpoints are those of a run, by time. There is one every few seconds, and older
// ones are further apart: so that their number grows with the logarithm of the time
// only, and what they take in all stays within a limit.
type checkpoints struct{ all []*checkpoint }

// checkpointStep is how far apart the latest checkpoints are, and checkpointsAlike
// how many there are of each distance. All but the first and the latest take no more
// than checkpointBytes.
const (
	checkpointStep   = 40 * figureStep
	checkpointsAlike = 5
	checkpointBytes  = 64 << 20
)

// add keeps one more, unless there are later ones, and thins out those that have
// become old.
func (c *checkpoints) add(m *machine) {
	if n := len(c.all); n > 0 && c.all[n-1].at >= m.now {
		return
	}
	x := m.save()
	c.all = append(c.all, x)
	first := c.all[0].at
	for step := checkpointStep; ; step *= 2 {
		// Of those that are at least so many steps old, every second step goes.
		limit := x.at - checkpointsAlike*step
		if limit <= 0 {
			break
		}
		c.all = slices.DeleteFunc(c.all, func(y *checkpoint) bool { return y.at > first && y.at <= limit && y.at%(2*step) != 0 })
	}
	c.shed(checkpointBytes)
}

// shed gives up some until the others take no more than a limit: always the one
// without which the gap, for how long ago it is, is the least.
func (c *checkpoints) shed(limit int64) {
	for len(c.all) > 2 && c.between() > limit {
		now, worst, least := c.all[len(c.all)-1].at, 0, 0.0
		for i := 1; i < len(c.all)-1; i++ {
			from, to := c.all[i-1].at, c.all[i+1].at
			if gap := float64(to-from) / float64(now-from); worst == 0 || gap < least {
				worst, least = i, gap
			}
		}
		c.all = slices.Delete(c.all, worst, worst+1)
	}
}

// between is how many bytes those take that lie between the first and the latest.
func (c *checkpoints) between() (bytes int64) {
	for i := 1; i < len(c.all)-1; i++ {
		bytes += c.all[i].bytes
	}
	return bytes
}

// before is the latest one at or before a time.
func (c *checkpoints) before(at int64) *checkpoint {
	for _, x := range slices.Backward(c.all) {
		if x.at <= at {
			return x
		}
	}
	return c.all[0]
}

// cut forgets those after a time.
func (c *checkpoints) cut(after int64) {
	c.all = slices.DeleteFunc(c.all, func(x *checkpoint) bool { return x.at > after })
}

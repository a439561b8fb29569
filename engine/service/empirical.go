package service

import (
	"errors"
	"fmt"
	"sort"

	"duet/engine"
)

// empirical is the law of a file of measured times: their own mean, or the one
// that is set, to which they are scaled.
func empirical(s engine.Service) (Law, error) {
	if s.Times == nil {
		return Law{}, errors.New("dist is empirical, which needs a file of measured times")
	}
	measured, err := s.Times.Sample()
	if err != nil {
		return Law{}, fmt.Errorf("file: %w", err)
	}
	mean := measured.Mean
	if s.Mean != 0 {
		mean = float64(s.Mean)
	}
	law := known(mean, measured.SCV, sample{measured})
	law.Values = sample{measured}.values()
	return law, nil
}

// sample is measured times of which each is as likely as any other.
type sample struct{ *engine.Sample }

// Quantile and Survival are as [Law] has them.
func (s sample) Quantile(p float64) float64 {
	n := len(s.Times)
	return float64(s.Times[min(int(p*float64(n)), n-1)]) / s.Mean
}

func (s sample) Survival(x float64) float64 {
	n := len(s.Times)
	return float64(n-s.after(x)) / float64(n)
}

// after is how many are not longer than x.
func (s sample) after(x float64) int {
	return sort.Search(len(s.Times), func(i int) bool { return float64(s.Times[i])/s.Mean > x })
}

// few is how many different times are few.
const few = 50

// values are the different times, nil if there are more than a few.
func (s sample) values() []float64 {
	var all []float64
	for i := 0; i < len(s.Times); {
		if len(all) == few {
			return nil
		}
		x := float64(s.Times[i]) / s.Mean
		all = append(all, x)
		i = s.after(x)
	}
	return all
}

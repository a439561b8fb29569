package virtual

import "duet/engine"

// order finds which items finished after one with a higher sequence number.
type order struct {
	highest int64
	byKey   []int64 // the highest of each key
	totals  engine.Disorder
	peak    int64 // displacement since the last reading
}

// grow makes room for keys 0 to keys-1.
func (o *order) grow(keys int) {
	for len(o.byKey) < keys {
		o.byKey = append(o.byKey, 0)
	}
}

func (o *order) finished(seq int64, key int32) {
	if displacement := o.highest - seq; displacement > 0 {
		o.totals.Late++
		o.peak = max(o.peak, displacement)
		o.totals.MaxDisplacement = max(o.totals.MaxDisplacement, displacement)
	} else {
		o.highest = seq
	}
	if int(key) >= len(o.byKey) {
		o.grow(int(key) + 1) // of an item from before there were fewer keys
	}
	if o.byKey[key] > seq {
		o.totals.KeyLate++
	} else {
		o.byKey[key] = seq
	}
}

package workload

import "math/bits"

// Purpose names what a random number is drawn for. Every purpose, handler and
// attempt has a sub-stream of its own, so that no draw shifts another.
type Purpose uint8

// The purposes. Callers of [Stream.Draw] draw for the exported ones. A new one
// comes last, for the numbers drawn for the others follow from their place.
const (
	Failing   Purpose = iota + 1 // whether handling returns an error
	Panicking                    // whether handling panics
	Jitter                       // the random part of a queue's backoff
	gapping                      // the gap before an item
	keying                       // an item's key
	serving                      // an item's demand
	Returning                    // the random part of a client's backoff
	beginning                    // where a stream begins that begins in the middle
	classing                     // an item's class
	Selecting                    // which class a worker takes that selects, where several have something
)

// substream is the start of one sequence of random numbers: number n of it is
// a pure function of the start and n.
type substream uint64

// golden is the odd number nearest to 2^64 over the golden ratio, the step of
// the generator SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
// number generators", OOPSLA 2014).
const golden = 0x9e3779b97f4a7c15

// newSubstream returns the sequence for a purpose, a handler's index and an
// attempt. Seeds, purposes, handlers and attempts that differ in one bit lead
// to starts that differ in half of theirs.
func newSubstream(seed uint64, p Purpose, handler, attempt int) substream {
	what := uint64(p) | uint64(uint32(handler))<<8 | bits.RotateLeft64(uint64(attempt), 40)
	return substream(mix(mix(seed+golden) + what*golden))
}

// uniform returns number n of the sequence, in the open interval (0, 1). It
// is an odd multiple of 2^-53: the mirrored value 1-u is exact, so that
// quantile functions see both tails equally well.
func (s substream) uniform(n int64) float64 {
	return (float64(mix(uint64(s)+uint64(n)*golden)>>12) + 0.5) * 0x1p-52
}

// uniforms fills dst with number n of the sequence and those that follow it.
func (s substream) uniforms(n int64, dst []float64) {
	for i := range dst {
		dst[i] = s.uniform(n + int64(i))
	}
}

// mix is the finaliser of SplitMix64: a bijection in which every bit of x
// changes every bit of the result with a chance of one half.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

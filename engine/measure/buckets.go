package measure

import "math/bits"

// Values fall into log-linear buckets: each power of two (an octave) is divided
// into 64 buckets of equal width, so that the middle of a bucket is within
// 1/128 (0.8 %) of every value in it. Below 128 ns a bucket is one nanosecond.
const (
	octaveBits = 6
	perOctave  = 1 << octaveBits
	valueBits  = 46
	octaves    = valueBits - octaveBits + 1 // the lowest holds 0 to 63
	buckets    = octaves * perOctave

	// maxValue, 19.5 hours, is where values saturate.
	maxValue = 1<<valueBits - 1
)

// clamp brings ns into the range that has buckets.
func clamp(ns int64) int64 { return min(max(ns, 0), maxValue) }

// bucketOf is the bucket of a clamped value.
func bucketOf(ns int64) int {
	shift := bits.Len64(uint64(ns)|perOctave) - octaveBits - 1
	return shift<<octaveBits + int(ns>>shift)
}

// bucketBounds are the lowest and the highest value of a bucket.
func bucketBounds(bucket int) (lowest, highest int64) {
	shift := max(bucket>>octaveBits-1, 0)
	lowest = int64(bucket-shift<<octaveBits) << shift
	return lowest, lowest + 1<<shift - 1
}

package engine

// Rate is a number of items a second. In files it carries its unit: 120/s,
// 6000/min, 0.5/s.
type Rate float64

// Share is a part of a whole, 0 to 1. In files it is written in percent: 1%,
// 0.5%.
type Share float64

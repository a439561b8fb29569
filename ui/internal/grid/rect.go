package grid

// Rect is a rectangle of cells: its left column, top row, width and height. One
// of negative width or height is empty.
type Rect struct{ X, Y, W, H int }

// Empty reports whether r has no cell.
func (r Rect) Empty() bool { return r.W <= 0 || r.H <= 0 }

// Contains reports whether the cell at column x, row y is in r.
func (r Rect) Contains(x, y int) bool {
	return x >= r.X && x-r.X < r.W && y >= r.Y && y-r.Y < r.H
}

// Intersect is the part that r and o share; the zero Rect when there is none.
func (r Rect) Intersect(o Rect) Rect {
	x, w := overlap(r.X, r.W, o.X, o.W)
	y, h := overlap(r.Y, r.H, o.Y, o.H)
	if w <= 0 || h <= 0 {
		return Rect{}
	}

	return Rect{X: x, Y: y, W: w, H: h}
}

// overlap returns where two stretches begin to overlap and for how long. It
// adds no start to the first length, which may be any number.
func overlap(a, na, b, nb int) (int, int) {
	if na <= 0 || nb <= 0 || a >= b+nb {
		return 0, 0
	}
	if a < b {
		na -= b - a
		a = b
	}

	return a, min(na, b+nb-a)
}

// Inset is r without n cells on every side.
func (r Rect) Inset(n int) Rect {
	return Rect{X: r.X + n, Y: r.Y + n, W: max(r.W-2*n, 0), H: max(r.H-2*n, 0)}
}

// SplitTop cuts the first n rows off r; fewer when r has fewer.
func (r Rect) SplitTop(n int) (top, rest Rect) {
	n = min(max(n, 0), max(r.H, 0))
	top, rest = r, r
	top.H = n
	rest.Y += n
	rest.H -= n

	return top, rest
}

// SplitBottom cuts the last n rows off r.
func (r Rect) SplitBottom(n int) (bottom, rest Rect) {
	n = min(max(n, 0), max(r.H, 0))
	rest, bottom = r.SplitTop(r.H - n)

	return bottom, rest
}

// SplitLeft cuts the first n columns off r; fewer when r has fewer.
func (r Rect) SplitLeft(n int) (left, rest Rect) {
	n = min(max(n, 0), max(r.W, 0))
	left, rest = r, r
	left.W = n
	rest.X += n
	rest.W -= n

	return left, rest
}

// SplitRight cuts the last n columns off r.
func (r Rect) SplitRight(n int) (right, rest Rect) {
	n = min(max(n, 0), max(r.W, 0))
	rest, right = r.SplitLeft(r.W - n)

	return right, rest
}

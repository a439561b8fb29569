package virtual

// ring is a double-ended queue in one slice, whose length is a power of two.
type ring[T any] struct {
	slots   []T
	first   int
	waiting int
}

func (r *ring[T]) len() int { return r.waiting }

// at is the i-th from the front.
func (r *ring[T]) at(i int) *T { return &r.slots[(r.first+i)&(len(r.slots)-1)] }

func (r *ring[T]) push(v T) { *r.room() = v }

// room makes room at the back for what is to be written there.
func (r *ring[T]) room() *T {
	if r.waiting == len(r.slots) {
		r.grow()
	}
	r.waiting++
	return r.at(r.waiting - 1)
}

func (r *ring[T]) pushFront(v T) {
	if r.waiting == len(r.slots) {
		r.grow()
	}
	r.waiting++
	r.first = (r.first - 1) & (len(r.slots) - 1)
	*r.at(0) = v
}

// pop takes the front out of a ring that is not empty.
func (r *ring[T]) pop() T {
	v := *r.at(0)
	r.skip()
	return v
}

// skip takes the front out of a ring that is not empty, for who has read it.
func (r *ring[T]) skip() {
	r.first = (r.first + 1) & (len(r.slots) - 1)
	r.waiting--
	if r.waiting == 0 && len(r.slots) > spacious {
		*r = ring[T]{}
	}
}

// spacious is a ring that gives its room back when it is empty: it was flooded.
const spacious = 1 << 12

// popBack takes the back out of a ring that is not empty.
func (r *ring[T]) popBack() T {
	v := *r.at(r.waiting - 1)
	r.waiting--
	return v
}

// remove takes the i-th from the front out.
func (r *ring[T]) remove(i int) {
	for ; i+1 < r.waiting; i++ {
		*r.at(i) = *r.at(i + 1)
	}
	r.waiting--
}

// grow makes a full ring larger.
//
//go:noinline // so that push is inlined
func (r *ring[T]) grow() {
	next := make([]T, max(8, 2*len(r.slots)))
	n := copy(next, r.slots[r.first:])
	copy(next[n:], r.slots[:r.first])
	r.slots, r.first = next, 0
}

// drop takes a value out, wherever it is.
func drop[T comparable](r *ring[T], v T) {
	for i := range r.len() {
		if *r.at(i) == v {
			r.remove(i)
			return
		}
	}
}

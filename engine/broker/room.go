package broker

import "context"

// Room is how many deliveries a worker may still ask its broker for, so that with those
// it has it never holds more than its prefetch. It may be used from any goroutine.
type Room chan struct{}

// NewRoom is room for so many.
func NewRoom(n int) Room {
	r := make(Room, n)
	r.Free(n)
	return r
}

// Take waits until there is any room, and takes as much of it as there is, but for what
// is beyond most. 0: ctx is done.
func (r Room) Take(ctx context.Context, most int) (n int) {
	select {
	case <-ctx.Done():
		return 0
	case <-r:
	}
	for n = 1; n < most; n++ {
		select {
		case <-r:
		default:
			return n
		}
	}
	return n
}

// Free gives back room that was taken. It does not block.
func (r Room) Free(n int) {
	for range n {
		r <- struct{}{}
	}
}

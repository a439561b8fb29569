package rabbitmq

import (
	"slices"
	"strconv"
	"sync"
)

// dealer deals the partitions of a queue out to the readers of this process, as evenly
// as can be, and moves as few as it can. That nobody reads one that somebody in another
// process reads is the server's doing: of all consumers of a partition it serves the
// one that came first, until that goes.
type dealer struct {
	mu      sync.Mutex
	readers []*reader // in the order they came
	holders []*reader // who reads a partition
	wanted  []*reader // who is to
	dealt   int64     // how often anything was moved
}

// tag is what the server knows the consumer of a partition by.
func tag(part int) string { return strconv.Itoa(part) }

// watch notes a reader that reads all there is.
func (d *dealer) watch(r *reader) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readers = append(d.readers, r)
}

// join gives a reader its share.
func (d *dealer) join(r *reader) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readers = append(d.readers, r)
	d.deal()
}

// leave takes everything from a reader, whose connection is over.
func (d *dealer) leave(r *reader) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readers = slices.DeleteFunc(d.readers, func(x *reader) bool { return x == r })
	if r.worker.queue.options.Partitions == 0 {
		return
	}
	for i := range d.holders {
		if d.holders[i] == r {
			d.holders[i] = nil
		}
	}
	d.deal()
}

// deal decides who is to read what, and tells the readers. The caller holds mu.
func (d *dealer) deal() {
	quota := make(map[*reader]int)
	for i, r := range d.readers {
		quota[r] = len(d.wanted) / len(d.readers)
		if i < len(d.wanted)%len(d.readers) {
			quota[r]++
		}
	}
	moved := false
	for i, r := range d.wanted {
		if quota[r] > 0 {
			quota[r]--
		} else {
			d.wanted[i] = nil
		}
	}
	for i := range d.wanted {
		for _, r := range d.readers {
			if d.wanted[i] == nil && quota[r] > 0 {
				quota[r]--
				d.wanted[i], moved = r, true
			}
		}
	}
	if moved {
		d.dealt++
	}
	for _, r := range d.readers {
		r.kick()
	}
}

// follow has a reader read what it is to read, and nothing else. A partition that it
// is to give up it reads no more, and passes on when all that it holds of it is
// settled: else two would have messages of one key in hand.
func (r *reader) follow() error {
	d := &r.worker.queue.dealer
	for part := range r.reads {
		begin, stop := d.task(r, part)
		if stop && r.reads[part] {
			if err := r.channel.Cancel(tag(part), false); err != nil {
				return err
			}
			r.reads[part] = false
		}
		if stop {
			d.pass(r, part)
		}
		if begin && !r.reads[part] && r.idle(part) {
			if err := r.consume(part); err != nil {
				return err
			}
		}
	}
	return nil
}

// task says what a reader has to do about a partition. What nobody reads is given to
// whom it is meant for.
func (d *dealer) task(r *reader, part int) (begin, stop bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wanted[part] == r && d.holders[part] == nil {
		d.holders[part] = r
	}
	mine := d.holders[part] == r
	return mine && d.wanted[part] == r, mine && d.wanted[part] != r
}

// pass gives a partition up of which a reader holds nothing any more.
func (d *dealer) pass(r *reader, part int) {
	if !r.idle(part) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.holders[part] = nil
	if next := d.wanted[part]; next != nil {
		next.kick()
	}
}

// held says how many messages of each partition are in the hands of this process, and
// who reads it.
func (d *dealer) held() (held []int, holders []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	held, holders = make([]int, len(d.holders)), make([]string, len(d.holders))
	for i, r := range d.holders {
		if r != nil {
			holders[i] = r.worker.name
		}
	}
	for _, r := range d.readers {
		r.mu.Lock()
		for i, n := range r.parts {
			held[i] += n
		}
		r.mu.Unlock()
	}
	return held, holders
}

// times is how often partitions were dealt out.
func (d *dealer) times() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dealt
}

package jetstream

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"duet/engine/broker"
)

// dealer deals the partitions of a queue out to all workers that it knows of, in this
// process and in others. Which worker reads what follows from who there is, so that all
// processes come to the same by themselves. If for a moment they do not, or somebody is
// not known yet, no harm is done: it is the server that has no more than one message of
// a partition out at a time.
type dealer struct {
	mu      sync.Mutex
	workers []member // here and elsewhere
	holders []member // of each partition; empty: nobody
	dealt   int64    // how often anything was moved
}

// member is a worker that partitions can be dealt to.
type member struct {
	Name string `json:"name"`
	// Since is when it came, in nanoseconds by the clock of its own machine, so that who
	// comes takes a place behind the others. Nothing else is made of it.
	Since int64 `json:"since"`

	process string  // that it is in
	worker  *worker // nil: it is in another process
}

// join gives a worker of this process its share.
func (d *dealer) join(m member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.workers = append(d.workers, m)
	d.deal()
}

// leave takes everything from a worker.
func (d *dealer) leave(w *worker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.workers = slices.DeleteFunc(d.workers, func(m member) bool { return m.worker == w })
	d.deal()
}

// replace sets which workers another process has.
func (d *dealer) replace(process string, by []member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.workers = slices.DeleteFunc(d.workers, func(m member) bool { return m.process == process })
	for _, m := range by {
		m.process = process
		d.workers = append(d.workers, m)
	}
	d.deal()
}

// deal decides who is to read what, and tells the workers of this process. The caller
// holds mu.
func (d *dealer) deal() {
	slices.SortFunc(d.workers, func(a, b member) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.process, b.process), cmp.Compare(a.Name, b.Name))
	})
	moved := false
	for i := range d.holders {
		var next member
		if n := len(d.workers); n > 0 {
			next = d.workers[i%n]
		}
		if d.holders[i] != next {
			d.holders[i], moved = next, true
		}
	}
	if !moved {
		return
	}
	d.dealt++
	for _, m := range d.workers {
		if m.worker != nil {
			m.worker.kick()
		}
	}
}

// share is which partitions a worker is to read.
func (d *dealer) share(w *worker) (parts []int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.holders {
		if d.holders[i].worker == w {
			parts = append(parts, i)
		}
	}
	return parts
}

// ours are the workers of this process.
func (d *dealer) ours() (all []member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.workers {
		if m.worker != nil {
			all = append(all, m)
		}
	}
	return all
}

// told is who reads each partition, and how often they were dealt out.
func (d *dealer) told() (holders []string, dealt int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.holders {
		holders = append(holders, d.holders[i].Name)
	}
	return holders, d.dealt
}

// follow has the worker read the partitions that are dealt to it.
func (w *worker) follow() {
	for {
		for _, part := range w.queue.dealer.share(w) {
			if w.begins(part) {
				w.running.Go(func() { w.read(part) })
			}
		}
		select {
		case <-w.ctx.Done():
			return
		case <-w.turn:
		}
	}
}

// begins notes that the worker reads a partition, unless it does already.
func (w *worker) begins(part int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.reads[part] {
		return false
	}
	w.reads[part] = true
	return true
}

// ends notes that it reads it no longer. Meanwhile it may have been dealt to it again.
func (w *worker) ends(part int) {
	w.mu.Lock()
	delete(w.reads, part)
	w.mu.Unlock()
	w.kick()
}

// kick has the worker look which partitions it is to read.
func (w *worker) kick() {
	select {
	case w.turn <- struct{}{}:
	default:
	}
}

// lookAgain is how soon a worker asks again for a message of a partition in which there
// was none, where it may not ask for one of each at the same time.
const lookAgain = 10 * time.Millisecond

// read asks for the messages of a partition, one after another, for as long as it is
// dealt to the worker.
func (w *worker) read(part int) {
	defer w.ends(part)
	from := w.join(part)
	for from != nil {
		share := w.queue.dealer.share(w)
		if !slices.Contains(share, part) || w.room.Take(w.ctx, 1) == 0 {
			return
		}
		var got []*held
		scarce := len(share) > cap(w.room)
		if scarce {
			got = w.look(from)
		} else {
			got = w.ask(from, 1)
		}
		switch {
		case len(got) > 0:
			select {
			case <-got[0].over:
			case <-w.ctx.Done():
			}
		case scarce:
			w.room.Free(1) // for another partition
			broker.Wait(w.ctx, lookAgain)
		default:
			w.room.Free(1)
		}
	}
}

package kafka

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"duet/engine/broker"
)

// describeEvery is how often the broker is asked at most who holds what.
const describeEvery = 500 * time.Millisecond

// group is what the broker has said of the consumer group.
type group struct {
	at      time.Time
	holders map[int32]string    // partition to name
	members map[string]struct{} // their ids
}

// Depth implements [broker.Queue]. Lag is the broker's: what is in the log and was not
// committed. What is in flight is counted here, as the broker does not know it; with
// workers of others in the group it is not known.
func (q *queue) Depth(ctx context.Context) (d broker.Depth, err error) {
	if _, ok := q.server.watch.up(); !ok {
		return d, broker.ErrDown
	}
	commits, err := q.server.admin.FetchOffsets(ctx, q.topic)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return d, q.wrong(err)
	}
	ends, err := q.ends(ctx)
	if err != nil {
		return d, err
	}
	var starts kadm.ListedOffsets
	if len(commits[q.topic]) < int(q.partitions) { // of some nothing was committed yet
		if starts, err = q.server.admin.ListStartOffsets(ctx, q.topic); err != nil {
			return d, q.wrong(err)
		}
	}
	who := q.describe(ctx)
	flying, others := q.flying(who)
	d.Partitions = make([]broker.Partition, q.partitions)
	for p := range q.partitions {
		end := ends[q.topic][p].Offset
		from := starts[q.topic][p].Offset
		c, ok := commits.Lookup(q.topic, p)
		if c.Err != nil {
			return d, q.wrong(c.Err)
		}
		if ok && c.At >= 0 {
			from = c.At
		}
		lag := max(0, end-from)
		d.Partitions[p] = broker.Partition{Lag: lag, Holder: who.holders[p]}
		d.InFlight += flying[p]
		d.Ready += max(0, lag-flying[p])
	}
	if others {
		d.InFlight = -1
	}
	d.Dead = ends[q.topic+dead][0].Offset
	d.Rebalances = q.rebalances()
	return d, nil
}

// ends are the ends of all partitions, and of that of the dead letters.
func (q *queue) ends(ctx context.Context) (kadm.ListedOffsets, error) {
	ends, err := q.server.admin.ListEndOffsets(ctx, q.topic, q.topic+dead)
	if err == nil {
		err = ends.Error()
	}
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return nil, broker.ErrGone
	case err != nil:
		return nil, q.wrong(err)
	case len(ends[q.topic]) != int(q.partitions) || len(ends[q.topic+dead]) != 1:
		return nil, q.wrong(kerr.LeaderNotAvailable)
	}
	return ends, nil
}

// describe is what is known of the group. It is asked for again when it is old.
func (q *queue) describe(ctx context.Context) group {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now := time.Now(); now.Sub(q.group.at) >= describeEvery { //nolint:forbidigo // a broker lives in wall time
		q.group.at = now
		if all, err := q.server.admin.DescribeGroups(ctx, q.topic); err == nil {
			q.group.read(all[q.topic])
		}
	}
	return q.group
}

// read takes over what the broker says.
func (g *group) read(d kadm.DescribedGroup) {
	g.holders, g.members = make(map[int32]string), make(map[string]struct{})
	for _, m := range d.Members {
		g.members[m.MemberID] = struct{}{}
		assigned, ok := m.Assigned.AsConsumer()
		if !ok {
			continue
		}
		for _, t := range assigned.Topics {
			if t.Topic != d.Group {
				continue
			}
			for _, p := range t.Partitions {
				g.holders[p] = m.ClientID
			}
		}
	}
}

// flying is how many deliveries of each partition are in flight in this process, and
// whether there are other workers in the group.
func (q *queue) flying(who group) (n map[int32]int64, others bool) {
	n = make(map[int32]int64)
	left := maps.Clone(who.members)
	q.mu.Lock()
	defer q.mu.Unlock()
	for w := range q.workers {
		w.flying(n)
		delete(left, w.member())
	}
	return n, len(left) > 0
}

// rebalances is how often the group has dealt out its partitions, by its own count.
func (q *queue) rebalances() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(q.generation)
}

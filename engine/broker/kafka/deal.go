package kafka

import "github.com/twmb/franz-go/pkg/kgo"

// dealt deals records with a key out by it, as all clients of Kafka do, and the others
// in turn.
type dealt struct{ keyed, turn kgo.Partitioner }

func newDealt() dealt { return dealt{kgo.StickyKeyPartitioner(nil), kgo.RoundRobinPartitioner()} }

// ForTopic implements [kgo.Partitioner].
func (d dealt) ForTopic(topic string) kgo.TopicPartitioner {
	return dealtTopic{d.keyed.ForTopic(topic), d.turn.ForTopic(topic)}
}

type dealtTopic struct{ keyed, turn kgo.TopicPartitioner }

func (d dealtTopic) of(r *kgo.Record) kgo.TopicPartitioner {
	if r.Key != nil {
		return d.keyed
	}
	return d.turn
}

// RequiresConsistency implements [kgo.TopicPartitioner].
func (d dealtTopic) RequiresConsistency(r *kgo.Record) bool { return d.of(r).RequiresConsistency(r) }

// Partition implements [kgo.TopicPartitioner].
func (d dealtTopic) Partition(r *kgo.Record, n int) int { return d.of(r).Partition(r, n) }

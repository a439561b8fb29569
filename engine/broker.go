package engine

import "fmt"

// checkBroker holds a lane whose queue is in a broker to what no broker can do. What
// only some can is found out when the queue is made.
func (s *Scenario) checkBroker(i int) *problem {
	q := &s.Lanes[i].Queue
	at := func(field string) string { return fmt.Sprintf("lanes.%d.queue.%s", i, field) }
	switch {
	case !q.Remote() && q.URL != "":
		return &problem{path: at("url"), need: "this belongs to a broker, and the queue is a channel: say which with broker: jetstream"}
	case !q.Remote():
		return nil
	case q.URL == "":
		return &problem{path: at("broker"), found: string(q.Broker), need: "its url is needed, such as " + brokerURLs[q.Broker]}
	case Embedded(q.URL) && q.Broker != JetStream:
		return &problem{path: at("url"), found: q.URL, need: "only jetstream is embedded; " + string(q.Broker) + " needs the url of a server"}
	case len(s.Lanes[i].Pools) > 0:
		return &problem{path: fmt.Sprintf("lanes.%d.pools", i), need: "a queue in a broker has all classes in one; pools do not go with it"}
	case q.Order != FIFO:
		return &problem{path: at("order"), found: string(q.Order), need: "a broker delivers what came first; only fifo goes with it"}
	case q.WhenFull == DropOldest:
		return &problem{path: at("when_full"), found: string(q.WhenFull), need: "nothing can be taken back out of a broker; block and drop_newest go with it"}
	case q.Capacity == 0 && q.Broker.Bounded():
		return &problem{path: at("capacity"), found: "0", need: "through a broker nothing goes hand to hand; 1 or more is needed"}
	case q.Visibility > 0:
		return &problem{path: at("visibility"), found: FormatDuration(q.Visibility), need: "a broker finds out by itself whether a worker is alive, and what one holds stays with it; 0s is needed"}
	default:
		return nil
	}
}

// BrokerSchemes are the schemes of brokers' urls, and who speaks them.
var BrokerSchemes = map[string]Broker{"nats": JetStream, "tls": JetStream, "kafka": Kafka, "kafkas": Kafka, "amqp": RabbitMQ, "amqps": RabbitMQ}

// brokerURLs are what urls of brokers look like.
var brokerURLs = map[Broker]string{
	JetStream: InMemory + " or nats://localhost:4222", Kafka: "kafka://localhost:9092", RabbitMQ: "amqp://localhost:5672",
}

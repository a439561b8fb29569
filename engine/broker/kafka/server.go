// Package kafka has queues in Apache Kafka, and in what speaks its protocol: a topic
// for each queue, and a consumer group in which each worker is a member.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"duet/engine/broker"
)

// The schemes of addresses: without TLS, and with it.
const (
	scheme    = "kafka"
	schemeTLS = "kafkas"
)

const (
	port    = "9092"          // where brokers listen
	opening = 2 * time.Second // how long one may take to answer the first time
	answer  = 2 * time.Second // how long it may take to answer, beyond what the request itself gives it

	// A worker that was not heard of for so long is dead, unless the broker wants
	// more. The other one is what brokers want at least by default.
	session, usualSession = 3 * time.Second, 6 * time.Second
)

// Server is a connection to a Kafka cluster.
type Server struct {
	at      broker.Address
	login   sasl.Mechanism // nil: none
	client  *kgo.Client    // publishes with confirms, and asks
	admin   *kadm.Client
	session time.Duration
	watch   *watch

	mu     sync.Mutex
	hasty  *kgo.Client // publishes without confirms; nil: nobody has asked for it
	closed bool
}

var _ broker.Server = (*Server)(nil)

// Connect connects to a cluster by one of its brokers. A login is proven in the
// strongest way that the broker takes: SCRAM-SHA-512, SCRAM-SHA-256, or PLAIN.
func Connect(ctx context.Context, at broker.Address) (*Server, error) {
	if at.Scheme != scheme && at.Scheme != schemeTLS {
		return nil, fmt.Errorf("%s: a Kafka broker has the scheme %s or, with TLS, %s", at.Shown(), scheme, schemeTLS)
	}
	s := &Server{at: at, session: session, watch: newWatch(at)}
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	err := s.enter(ctx)
	if err == nil {
		if err = s.ask(ctx); err != nil {
			s.client.Close()
		}
	}
	if err != nil {
		return nil, s.wrong(err)
	}
	s.watch.start(s.client)
	return s, nil
}

// enter opens the connection, and finds out which login the broker takes.
func (s *Server) enter(ctx context.Context) (most error) {
	for _, s.login = range logins(s.at) {
		client, err := kgo.NewClient(append(s.options(scheme, newLink(s.at)),
			kgo.WithHooks(s.watch), kgo.RecordPartitioner(newDealt()),
		)...)
		if err != nil {
			return err
		}
		tried := client.Ping(ctx)
		if tried == nil {
			s.client, s.admin = client, kadm.NewClient(client)
			return nil
		}
		client.Close()
		if most == nil || errors.Is(tried, kerr.SaslAuthenticationFailed) {
			most = tried // a login that it knows, and refuses, says most
		}
		if !atLogin(tried) {
			break
		}
	}
	return most
}

// logins are the ways to prove a login, the strongest first; nil: without any.
func logins(at broker.Address) []sasl.Mechanism {
	if at.User == "" {
		return []sasl.Mechanism{nil}
	}
	secret := scram.Auth{User: at.User, Pass: at.Password}
	return []sasl.Mechanism{
		secret.AsSha512Mechanism(), secret.AsSha256Mechanism(), plain.Auth{User: at.User, Pass: at.Password}.AsMechanism(),
	}
}

// options are those of all clients. A client makes good what its connections lose, and
// nothing is kept for long to be sent some time.
func (s *Server) options(name string, l *link) []kgo.Opt {
	host := s.at.Host
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(host, port)
	}
	o := []kgo.Opt{
		kgo.SeedBrokers(host), kgo.ClientID(name), kgo.Dialer(l.dial), kgo.DisableClientMetrics(), kgo.AlwaysRetryEOF(),
		kgo.RequestTimeoutOverhead(answer), kgo.RetryBackoffFn(broker.Backoff), kgo.MetadataMinAge(leastAge),
		kgo.ProducerLinger(0), kgo.RecordDeliveryTimeout(answer), kgo.UnknownTopicRetries(1), kgo.ProducerBatchCompression(kgo.NoCompression()),
	}
	if s.login != nil {
		o = append(o, kgo.SASL(s.login))
	}
	return o
}

// leastAge is that of what is known of topics, before it is asked for again.
const leastAge = 100 * time.Millisecond

// ask finds out how soon the broker lets a silent worker be dead. This goes to where
// the broker says that it is, which need not be where it was found. One that may
// not say is taken to be like others.
func (s *Server) ask(ctx context.Context) error {
	brokers, err := s.admin.ListBrokers(ctx)
	if err != nil {
		return err
	}
	s.session = usualSession
	for _, b := range brokers.NodeIDs() {
		configs, err := s.admin.DescribeBrokerConfigs(ctx, b)
		if _, secret := errors.AsType[*kadm.AuthError](err); secret {
			return nil
		} else if err != nil {
			return err
		}
		for _, c := range configs {
			for _, config := range c.Configs {
				if config.Key != "group.min.session.timeout.ms" || config.Value == nil {
					continue
				}
				if ms, err := strconv.Atoi(*config.Value); err == nil {
					s.session = max(session, time.Duration(ms)*time.Millisecond)
				}
			}
		}
		break // all of a cluster are alike
	}
	return nil
}

// producer is the client that publishes.
func (s *Server) producer(unconfirmed bool) (*kgo.Client, error) {
	if !unconfirmed {
		return s.client, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hasty != nil || s.closed {
		return s.hasty, nil
	}
	var err error
	s.hasty, err = kgo.NewClient(append(s.options(scheme, newLink(s.at)),
		kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite(), kgo.RecordPartitioner(newDealt()),
	)...)
	return s.hasty, err
}

// State implements [broker.Server].
func (s *Server) State() broker.State { return s.watch.now() }

// Capabilities implements [broker.Server].
func (s *Server) Capabilities() broker.Capabilities {
	return broker.Capabilities{
		Partitions: true, DeadLetters: true, Durable: true,
		Back:  "after " + s.session.String() + " of silence, and as soon as the group has dealt its partitions out again",
		Retry: "at the tail: it is published once more",
		Cannot: []string{
			"refuse what is too much: a log takes all", "keep order without partitions", "say that a crashed worker had it before",
			"give work to more workers than there are partitions",
		},
	}
}

// Address implements [broker.Server].
func (s *Server) Address() string { return s.at.Shown() }

// Close implements [broker.Server].
func (s *Server) Close() {
	s.mu.Lock()
	hasty := s.hasty
	s.hasty, s.closed = nil, true
	s.mu.Unlock()
	s.watch.stop()
	if hasty != nil {
		hasty.Close()
	}
	s.client.Close()
}

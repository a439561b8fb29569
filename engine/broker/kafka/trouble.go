package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"

	"duet/engine/broker"
)

// atLogin tells whether another way to prove the login may fare better.
func atLogin(err error) bool {
	return errors.Is(err, kerr.SaslAuthenticationFailed) || errors.Is(err, kerr.UnsupportedSaslMechanism) || errors.Is(err, io.EOF)
}

// wrong is an error in a sentence, without a secret.
func (s *Server) wrong(err error) error {
	return fmt.Errorf("%s: %s", s.at.Shown(), sentence(s.at, err))
}

// sentence says what an error means where the library does not, or not shortly. There
// is no secret in it.
func sentence(at broker.Address, err error) string {
	var (
		plain tls.RecordHeaderError
		late  net.Error
		dial  *net.OpError
	)
	if untrusted, ok := broker.Untrusted(err); ok {
		return untrusted
	}
	switch {
	case errors.Is(err, kerr.SaslAuthenticationFailed):
		return "the login was refused: check user and password"
	case errors.Is(err, kerr.UnsupportedSaslMechanism), errors.Is(err, kerr.IllegalSaslState):
		return "it takes no login, or none by SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN"
	case errors.Is(err, kerr.TopicAuthorizationFailed), errors.Is(err, kerr.GroupAuthorizationFailed), errors.Is(err, kerr.ClusterAuthorizationFailed):
		return "the login has no permission: it needs to create, delete, read and write topics that begin with " + broker.Prefix + "., and their consumer groups"
	case errors.Is(err, kerr.InvalidSessionTimeout):
		return "it does not let workers be dead as soon as is asked for: see its group.min.session.timeout.ms"
	case strings.Contains(err.Error(), "response size"): // the library has no error of its own for what it cannot read
		return "what answers there is not Kafka, or it wants TLS: check port and scheme"
	case errors.As(err, &plain):
		return "it does not speak TLS there: check port and scheme, which is " + scheme + " without TLS"
	case errors.Is(err, io.EOF) && at.Scheme == schemeTLS:
		return "it closed the connection at once: check port and scheme, which is " + scheme + " without TLS, and user and password"
	case errors.Is(err, io.EOF) && at.User != "":
		return "it closed the connection at login: check user and password, and whether it wants TLS, which is scheme " + schemeTLS
	case errors.Is(err, io.EOF):
		return "it closed the connection at once: it may want a login, or TLS, which is scheme " + schemeTLS + ", or be no Kafka"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return "no answer: is it a Kafka broker, is the scheme right, which is " + schemeTLS + " with TLS, and can it be reached where it says that it is (advertised.listeners)?"
	case errors.As(err, &dial):
		return at.HideText(dial.Error())
	default:
		return at.HideText(err.Error())
	}
}

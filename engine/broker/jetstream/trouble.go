package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// sentence says what an error means where the library does not, or not shortly. There
// is no secret in it.
func (s *Server) sentence(err error) string {
	if untrusted, ok := broker.Untrusted(err); ok {
		return untrusted
	}
	who := fmt.Sprintf("user %q", s.user)
	if s.token {
		who = "who has this token"
	}
	switch {
	case errors.Is(err, nats.ErrAuthorization) && s.token:
		return "the token is refused; a user needs a password as well"
	case errors.Is(err, nats.ErrAuthorization) && s.user == "":
		return "it wants a login"
	case errors.Is(err, nats.ErrAuthorization):
		return fmt.Sprintf("the login of %s is refused: check user and password", who)
	case errors.Is(err, nats.ErrPermissionViolation):
		return fmt.Sprintf("%s may not do this: it needs to publish to $JS.API.>, $JS.ACK.> and %s.>, and to subscribe to _INBOX.> and %[2]s.> (%s)",
			who, broker.Prefix, s.hide(strings.TrimPrefix(err.Error(), nats.ErrPermissionViolation.Error()+": ")))
	case errors.Is(err, nats.ErrSecureConnWanted):
		return "it does not speak TLS there: the scheme is nats without"
	case errors.Is(err, nats.ErrNoServers):
		return "nobody is there"
	case errors.Is(err, jetstream.ErrStreamNameAlreadyInUse):
		return "there is one of this name with other settings, left over from an earlier run: duet broker clean removes it"
	case errors.Is(err, nats.ErrTimeout), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "no answer: is it a NATS server, and can it be reached?"
	default:
		return s.hide(err.Error())
	}
}

// denied is told of what the server says by itself: above all that the login may not do
// something. It does not say what it was asked for: whoever waits for an answer over the
// same connection is told.
func (s *Server) denied(over *nats.Conn, _ *nats.Subscription, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Trouble = s.sentence(err)
	if !errors.Is(err, nats.ErrPermissionViolation) || over != s.conn {
		return
	}
	if strings.Contains(err.Error(), `Publish to "`+broker.Prefix+".") { // until there is another connection: the server makes one when rights change
		s.state.Blocked = s.state.Trouble
	}
	for _, tell := range s.waiting {
		tell(err)
	}
}

// permitted does something that would wait in vain for an answer if the login may not do
// it: then it ends at once.
func (s *Server) permitted(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.mu.Lock()
	if s.waiting == nil {
		s.waiting = make(map[context.Context]context.CancelCauseFunc)
	}
	s.waiting[ctx] = cancel
	s.mu.Unlock()
	err := do(ctx)
	s.mu.Lock()
	delete(s.waiting, ctx)
	s.mu.Unlock()
	if why := context.Cause(ctx); err != nil && errors.Is(why, nats.ErrPermissionViolation) {
		return why
	}
	return err
}

// prove finds out whether the login may publish to the queue, take from it, settle what
// it has taken, and hear of workers elsewhere: nobody would say so later. What is sent
// changes nothing: the stream is not that long, no message has such a number, and there
// is nobody to be answered. It has a connection of its own, on which nothing else is
// refused.
func (q *queue) prove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	conn, err := q.server.dial(q.subject)
	if err != nil {
		return err
	}
	defer conn.Close()
	publish := nats.NewMsg(q.line(0))
	publish.Header.Set(jetstream.ExpectedLastSeqHeader, never)
	take := nats.NewMsg("$JS.API.CONSUMER.MSG.NEXT." + q.stream + "." + q.consumer(0))
	settle := nats.NewMsg("$JS.ACK." + q.stream + "." + q.consumer(0) + ".1." + never + ".1.1.0")
	settle.Data = []byte("+WPI") // in work, still
	for _, m := range []*nats.Msg{publish, take, settle} {
		if err := conn.PublishMsg(m); err != nil {
			return err
		}
	}
	if _, err := conn.SubscribeSync(q.subject + presentSubject); err != nil {
		return err
	}
	if err := conn.FlushWithContext(ctx); err != nil {
		return err
	}
	return conn.LastError()
}

// never is a number that no message ever has.
const never = "1000000000000000"

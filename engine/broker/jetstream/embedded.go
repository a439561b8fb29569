package jetstream

import (
	"errors"
	"net"
	"os"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"duet/engine/broker"
)

// embedded is a server in this process, and the connection to it.
type embedded struct {
	*Server
	inner *inner
}

var _ broker.Mortal = (*embedded)(nil)

// Embedded starts a server in this process, which nobody else can reach, and
// connects to it. On disk it keeps what it holds in a temporary folder, when it
// crashes as well; else in memory. All is gone when it is closed.
func Embedded(onDisk bool) (broker.Mortal, error) {
	folder, err := os.MkdirTemp("", "duet-jetstream-")
	if err != nil {
		return nil, err
	}
	e := &embedded{inner: &inner{folder: folder}, Server: &Server{
		storage: jetstream.MemoryStorage, address: "embedded", hide: strings.Clone,
	}}
	if onDisk {
		e.storage, e.address = jetstream.FileStorage, "embedded on disk"
	}
	e.stop = e.inner.end
	e.dial = func(name string) (*nats.Conn, error) {
		return nats.Connect("", append(e.options(name), nats.InProcessServer(e.inner))...)
	}
	if err := e.inner.start(); err != nil {
		e.inner.end()
		return nil, err
	}
	if err := e.connect(); err != nil {
		e.inner.end()
		return nil, err
	}
	return e, nil
}

// Crash implements [broker.Mortal]. The server is shut down: it has no process of its
// own that could be killed.
func (e *embedded) Crash() { e.inner.crash() }

// Restart implements [broker.Mortal].
func (e *embedded) Restart() error { return e.inner.start() }

// inner is the server itself, of which there is none while it has crashed.
type inner struct {
	folder string

	mu     sync.Mutex
	server *server.Server
	ended  bool
}

// start starts a server on the folder, unless there is one.
func (i *inner) start() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.server != nil || i.ended {
		return nil
	}
	s, err := server.NewServer(&server.Options{
		JetStream: true, StoreDir: i.folder, DontListen: true, NoSigs: true, NoLog: true, ServerName: "duet",
	})
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(ready) {
		s.Shutdown()
		s.WaitForShutdown()
		return errors.New("the embedded JetStream server did not start")
	}
	i.server = s
	return nil
}

func (i *inner) crash() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.server == nil {
		return
	}
	i.server.Shutdown()
	i.server.WaitForShutdown()
	i.server = nil
}

// end ends the server for good.
func (i *inner) end() {
	i.crash()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ended = true
	_ = os.RemoveAll(i.folder) // what stays is in the temporary folder
}

// InProcessConn is how a client connects to it.
func (i *inner) InProcessConn() (net.Conn, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.server == nil {
		return nil, errors.New("the server has crashed")
	}
	return i.server.InProcessConn()
}

//go:build unix

package rabbitmq

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxy passes connections on to a server, and can cut them.
type proxy struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns []net.Conn
	down  bool
	ended sync.WaitGroup
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, to: to}
	p.ended.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.cut(true)
		p.ended.Wait()
	})
	return p
}

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		p.mu.Lock()
		if err != nil || p.down {
			_ = in.Close()
			if out != nil {
				_ = out.Close()
			}
		} else {
			p.conns = append(p.conns, in, out)
			p.ended.Go(func() { pass(in, out) })
			p.ended.Go(func() { pass(out, in) })
		}
		p.mu.Unlock()
	}
}

func pass(from, to net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

// cut cuts all connections. While it is down it makes no new ones.
func (p *proxy) cut(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

//go:build unix

package rabbitmq

import (
	"crypto/tls"
	"strings"
	"testing"

	"duet/engine/broker/conformance"
	"duet/engine/broker/rabbitmq/rabbittest"
)

// encrypted listens with a certificate, and passes what it decrypts on to a server.
func encrypted(t *testing.T, c tls.Certificate, to string) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12})
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
	return l.Addr().String()
}

func TestEncrypted(t *testing.T) {
	t.Parallel()
	at := address(t, rabbittest.Find(t).URL())
	plain := at.Host
	at.Scheme, at.Host = "amqps", encrypted(t, conformance.Trusted(), plain)
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if !s.State().Connected || !strings.HasPrefix(s.Address(), "amqps://") {
		t.Errorf("%s: %+v", s.Address(), s.State())
	}
	s.Close()
	stranger, _, err := conformance.Certify()
	if err != nil {
		t.Fatal(err)
	}
	at.Host = encrypted(t, stranger, plain)
	if _, err := Connect(t.Context(), at); err == nil || !strings.Contains(err.Error(), "cannot be encrypted") || !strings.Contains(err.Error(), "SSL_CERT_FILE") {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
}

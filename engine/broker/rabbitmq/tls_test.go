//go:build unix

package rabbitmq

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"duet/engine/broker/rabbitmq/rabbittest"
)

// trusted is a certificate for 127.0.0.1 that this test binary's roots vouch for.
var trusted tls.Certificate

// certify makes a certificate for 127.0.0.1 that vouches for itself.
func certify() (c tls.Certificate, text []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	c = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return c, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), err
}

// trust has the roots of this process vouch for a certificate, as a person does it.
func trust(folder string) (err error) {
	var text []byte
	if trusted, text, err = certify(); err != nil {
		return err
	}
	file := folder + "/roots.pem"
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	return os.Setenv("SSL_CERT_FILE", file)
}

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
	at.Scheme, at.Host = "amqps", encrypted(t, trusted, plain)
	s, err := Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if !s.State().Connected || !strings.HasPrefix(s.Address(), "amqps://") {
		t.Errorf("%s: %+v", s.Address(), s.State())
	}
	s.Close()
	stranger, _, err := certify()
	if err != nil {
		t.Fatal(err)
	}
	at.Host = encrypted(t, stranger, plain)
	if _, err := Connect(t.Context(), at); err == nil || !strings.Contains(err.Error(), "cannot be encrypted") || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
}

package conformance

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
	"path/filepath"
	"time"
)

// Certify makes a certificate for 127.0.0.1 that vouches for itself, and its text. Nobody
// trusts it.
func Certify() (c tls.Certificate, text []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, //nolint:forbidigo // a certificate lives in wall time
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	c = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return c, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), err
}

// Encrypted runs tests in a process that trusts one certificate, which is [Trusted]. It
// does so as a person has it done: by a file, and SSL_CERT_FILE.
type Encrypted struct{ Tests interface{ Run() int } }

var trusted tls.Certificate

// Trusted is a certificate for 127.0.0.1 that is trusted by what [Encrypted] runs.
func Trusted() tls.Certificate { return trusted }

// Run runs the tests.
func (e Encrypted) Run() int {
	folder, err := os.MkdirTemp("", "duet-roots-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // what stays is in the temporary folder
	var text []byte
	if trusted, text, err = Certify(); err == nil {
		file := filepath.Join(folder, "roots.pem")
		if err = os.WriteFile(file, text, 0o600); err == nil {
			err = os.Setenv("SSL_CERT_FILE", file)
		}
	}
	if err != nil {
		panic(err)
	}
	return e.Tests.Run()
}

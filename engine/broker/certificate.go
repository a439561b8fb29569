package broker

import (
	"crypto/tls"
	"errors"
)

// Untrusted says of an error that a server has not proven who it is, and what can be
// done. False: it is about something else.
func Untrusted(err error) (sentence string, ok bool) {
	why, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok {
		return "", false
	}
	return "the connection cannot be encrypted, as the certificate there does not prove who it is (" + why.Err.Error() +
		"); SSL_CERT_FILE names a file of authorities to trust", true
}

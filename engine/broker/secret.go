package broker

import (
	"cmp"
	"errors"
	"net/url"
	"strings"
)

// The variables of the environment that hold a login which an address leaves out.
const (
	UserVariable     = "DUET_BROKER_USER"
	PasswordVariable = "DUET_BROKER_PASSWORD" //nolint:gosec // the name of one
)

// Address is where a broker is, with the login that it wants. It has no String: what
// may be shown is [Address.Shown].
type Address struct {
	Scheme, Host   string // Host with its port, if it was given
	Path           string // without the leading slash: a virtual host
	User, Password string
}

// ParseAddress reads an address. A login that it does not have comes from the
// environment. Errors never contain what was read: there may be a secret in it.
func ParseAddress(text string, env func(string) string) (Address, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return Address{}, errors.New("the broker's url needs a scheme and a host, such as nats://localhost:4222; signs in a password that mean something in a url are written as %40 and the like")
	}
	a := Address{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimPrefix(u.Path, "/"), User: u.User.Username()}
	a.Password, _ = u.User.Password()
	if a.User == "" {
		a.User, a.Password = env(UserVariable), cmp.Or(a.Password, env(PasswordVariable))
	} else if a.Password == "" {
		a.Password = env(PasswordVariable)
	}
	return a, nil
}

// Shown is the address without its login.
func (a Address) Shown() string { return a.Scheme + "://" + a.Host }

// Hide is an error with the login taken out of its text, whatever the library has
// put into it.
func (a Address) Hide(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(a.HideText(err.Error()))
}

// HideText takes the login out of a text.
func (a Address) HideText(text string) string {
	for _, secret := range []string{a.Password, url.QueryEscape(a.Password), url.PathEscape(a.Password)} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

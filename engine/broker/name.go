package broker

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// Prefix is what the names of all that duet creates in a broker begin with.
const Prefix = "duet"

// Name is that of a queue: of a run, a lane and a handler. Each part is of small
// letters, digits and _.
type Name struct{ Run, Lane, Handler string }

// NewRun draws the name of a run.
func NewRun() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// IsPart tells whether a text can be a part of a name.
func IsPart(text string) bool {
	return text != "" && len(text) <= 64 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// String is the name with dots.
func (n Name) String() string { return n.Join(".") }

// Join is the name with something else between its parts, for brokers in which
// a dot means something.
func (n Name) Join(sep string) string {
	return strings.Join([]string{Prefix, n.Run, n.Lane, n.Handler}, sep)
}

// ParseName reads what [Name.Join] has made with the same sign. False: it is not the
// name of a queue of duet's.
func ParseName(text, sep string) (n Name, ok bool) {
	parts := strings.Split(text, sep)
	if len(parts) != 4 || parts[0] != Prefix {
		return n, false
	}
	return Name{Run: parts[1], Lane: parts[2], Handler: parts[3]}, true
}

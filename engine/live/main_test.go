package live

import (
	"testing"

	"go.uber.org/goleak"

	"duet/engine/broker/conformance"
)

// raced: the race detector makes all so slow that what is to answer in seconds may not.
var raced bool

func TestMain(m *testing.M) {
	if !raced {
		conformance.AtOnce()
	}
	goleak.VerifyTestMain(m)
}

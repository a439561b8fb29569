package channel

import (
	"testing"

	"go.uber.org/goleak"

	"duet/engine/broker/conformance"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	goleak.VerifyTestMain(m)
}

func TestConformance(t *testing.T) { conformance.Test(t, New()) }

func TestCut(t *testing.T) {
	s := New()
	conformance.Cut(t, s, func() { s.Cut(false) }, s.Restore)
}

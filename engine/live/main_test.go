package live

import (
	"testing"

	"go.uber.org/goleak"

	"duet/engine/broker/conformance"
)

func TestMain(m *testing.M) {
	conformance.AtOnce()
	goleak.VerifyTestMain(m)
}

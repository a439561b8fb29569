package live

import (
	"fmt"

	"duet/engine"
	"duet/engine/script"
)

// unready says what of a lane's settings only simulated runs carry out so far.
func unready(spec *engine.Lane) error {
	what := ""
	switch q := &spec.Queue; {
	case spec.Model == engine.Message && q.Order != engine.FIFO:
		what = "queue.order: " + string(q.Order)
	case script.Pooled(spec):
		what = "pools"
	case q.DropExpired:
		what = "queue.drop_expired"
	default:
		return nil
	}
	return fmt.Errorf("%s: only simulated runs know this so far (--virtual): %w", what, engine.ErrUnsupported)
}

package script

import (
	"fmt"
	"slices"
	"strings"

	"duet/engine"
)

// With is a scenario after a change of a setting while it runs, or why that cannot
// be. Lanes have a say as well: see [Fits].
func With(s *engine.Scenario, c *engine.Change) (*engine.Scenario, error) {
	next, err := s.With(c.Path, c.Value)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains([]string{"seed", "duration", "warmup", "drain"}, c.Path):
		return nil, fmt.Errorf("%s: %w", c.Path, engine.ErrUnsupported)
	case (s.Load.Arrivals == engine.Trace) != (next.Load.Arrivals == engine.Trace):
		return nil, fmt.Errorf("load.arrivals to or from a trace: %w", engine.ErrUnsupported)
	case c.Lane != "" && c.Path != "load.rate":
		return nil, fmt.Errorf("only load.rate can differ between lanes, not %s", c.Path)
	}
	return next, nil
}

// Fits tells what is wrong with new settings of a lane that runs.
func Fits(old, spec *engine.Lane) error {
	if (old.PublishBy == ByKey || spec.PublishBy == ByKey) && (spec.Publishers != old.Publishers || spec.PublishBy != old.PublishBy) {
		return fmt.Errorf("lanes.%s: publishers and publish_by are fixed while the run goes on, because keys are pinned to publishers: %w",
			spec.Name, engine.ErrUnsupported)
	}
	return nil
}

// Reloads tells whether a change of a setting is one of what arrives or of what
// items demand.
func Reloads(path string) bool {
	return strings.HasPrefix(path, "load.") || strings.HasPrefix(path, "handlers.")
}

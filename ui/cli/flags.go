package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"duet/engine"
)

// seed is a flag for a scenario's seed, which knows whether it was given.
type seed struct {
	value uint64
	given bool
}

func (s *seed) String() string { return "" }
func (s *seed) Type() string   { return "number" }

func (s *seed) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > engine.MaxSeed {
		return fmt.Errorf("a whole number from 0 to %d is needed", uint64(engine.MaxSeed))
	}
	s.value, s.given = n, true
	return nil
}

// or is the seed, or another where none was given.
func (s *seed) or(standard uint64) uint64 {
	if s.given {
		return s.value
	}
	return standard
}

// length is a flag for a time above 0; 0 when it was not given.
type length time.Duration

func (l *length) String() string { return "" }
func (l *length) Type() string   { return "duration" }

func (l *length) Set(text string) error {
	d, err := engine.ParseDuration(text)
	if err != nil {
		return err
	}
	if d <= 0 {
		return errors.New("a duration above 0 is needed, such as 20s")
	}
	*l = length(d)
	return nil
}

// choice is a flag for one of some words.
type choice struct {
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.allowed, "|") }

func (c *choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		most, last := c.allowed[:len(c.allowed)-1], c.allowed[len(c.allowed)-1]
		if len(most) == 0 {
			return fmt.Errorf("%s is needed", last)
		}
		return fmt.Errorf("%s or %s is needed", strings.Join(most, ", "), last)
	}
	c.value = text
	return nil
}

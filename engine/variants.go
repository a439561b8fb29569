package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Variants are the scenarios that a headless run goes through: one for each
// case, with the case's settings applied, its name in Case, and its claims
// after the scenario's own. A scenario without cases is its own one variant.
// The scenario must have been decoded, which checks its cases.
func (s *Scenario) Variants() []*Scenario {
	if len(s.Cases) == 0 {
		return []*Scenario{s}
	}
	var variants []*Scenario
	for _, c := range s.Cases {
		if v, err := s.variant(c); err == nil {
			variants = append(variants, v)
		}
	}
	return variants
}

func (s *Scenario) variant(c Case) (*Scenario, error) {
	v, err := s.Clone().change(c.Set)
	if err != nil {
		return nil, err
	}
	v.Case, v.Cases = c.Name, nil
	v.Expect = slices.Concat(v.Expect, c.Expect)
	return v, nil
}

func (s *Scenario) checkCases() *problem {
	if len(s.Cases) == 0 {
		return nil
	}
	names := make([]string, len(s.Cases))
	for i, c := range s.Cases {
		names[i] = c.Name
	}
	if p := checkNames("cases", names, maxCases); p != nil {
		return p
	}
	for i, c := range s.Cases {
		at := "cases." + strconv.Itoa(i)
		v, err := s.variant(c)
		if err != nil {
			return settingProblem(at+".set", err)
		}
		if p := first(v.checkTimes, v.checkTimeline); p != nil {
			return &problem{path: at, need: "with these settings " + p.sentence(p.path)}
		}
		if p := v.checkClaims(c.Expect, at+".expect"); p != nil {
			return p
		}
	}
	return nil
}

// settingProblem puts the error of a setting where the setting is written.
func settingProblem(at string, err error) *problem {
	var input *InputError
	if !errors.As(err, &input) {
		return &problem{path: at, need: err.Error()}
	}
	return &problem{path: at + "." + input.Path, said: input.Msg}
}

// Steadied is the scenario as one of its [Steady] runs goes through it.
func (s *Scenario) Steadied() *Scenario {
	if s.Steady.Duration == 0 && s.Steady.Warmup == 0 {
		return s
	}
	long := s.Clone()
	long.Duration = cmp.Or(s.Steady.Duration, s.Duration)
	long.Warmup = cmp.Or(s.Steady.Warmup, s.Warmup)
	return long
}

// Stretches are the distinct parts of the run that claims speak of, in order
// of the claims. The Parts of a lane in a Snapshot follow it.
func (s *Scenario) Stretches() [][2]time.Duration {
	var all [][2]time.Duration
	for _, c := range s.Expect {
		if c.During != nil && !slices.Contains(all, *c.During) {
			all = append(all, *c.During)
		}
	}
	return all
}

// stretchText writes a part of a run as a file would.
func stretchText(d [2]time.Duration) string {
	return fmt.Sprintf("%s..%s", FormatDuration(d[0]), FormatDuration(d[1]))
}

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

// checkTimeline goes through the settings as a run will: in the order of time,
// and at one time in the order of their paths.
func (s *Scenario) checkTimeline() *problem {
	if p := bounded("timeline", len(s.Timeline)); p != nil {
		return p
	}
	order := make([]int, len(s.Timeline))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Timeline[a].At, s.Timeline[b].At) })
	now := s
	for _, i := range order {
		m, at := &s.Timeline[i], "timeline."+strconv.Itoa(i)
		if m.At > s.Duration && s.Duration > 0 {
			return &problem{path: at + ".at", found: FormatDuration(m.At), need: "the run ends at " + FormatDuration(s.Duration)}
		}
		if len(m.Set) == 0 && m.Fault == nil {
			return &problem{path: at, need: "a moment needs set or fault"}
		}
		next, err := now.apply(m)
		if err != nil {
			return settingProblem(at+".set", err)
		}
		now = next
		if m.Fault != nil {
			if p := now.checkFault(m.Fault, at+".fault"); p != nil {
				return p
			}
		}
	}
	return nil
}

// apply makes the settings of a moment, one after another.
func (s *Scenario) apply(m *Moment) (*Scenario, error) {
	for _, path := range sortedKeys(m.Set) {
		if _, r, err := s.find(path); err == nil && r.fixed {
			return nil, &InputError{Path: path, Msg: path + ": this cannot change while the run goes on"}
		}
		next, err := s.change(map[string]string{path: m.Set[path]})
		if err != nil {
			return nil, err
		}
		s = next
	}
	return s, nil
}

// settingProblem puts the error of a setting where the setting is written.
func settingProblem(at string, err error) *problem {
	var input *InputError
	if !errors.As(err, &input) {
		return &problem{path: at, need: err.Error()}
	}
	return &problem{path: at + "." + input.Path, said: input.Msg}
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

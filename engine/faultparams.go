package engine

import (
	"slices"
	"strings"
)

// FaultKinds are the kinds of fault, in the order of the documentation.
func FaultKinds() []FaultKind {
	kinds := make([]FaultKind, len(faultKinds))
	for i, name := range faultKinds {
		kinds[i] = FaultKind(name)
	}
	return kinds
}

// FaultTargets are what a kind of fault can hit in this scenario: its handlers,
// or the one thing that such a fault is about.
func (s *Scenario) FaultTargets(kind FaultKind) []string {
	switch only := faultTargets[kind]; {
	case only == nil:
		return s.handlerNames()
	case s.ownBroker(""):
		return slices.Clone(only)
	default:
		return slices.DeleteFunc(slices.Clone(only), func(target string) bool { return target == TargetBroker })
	}
}

// FaultParams describes what a fault of a kind can be given in this scenario
// besides its target. Their paths are names of a file's fields, such as for;
// lane is the first.
func (s *Scenario) FaultParams(kind FaultKind) []Param {
	params := []Param{{
		Path: "lane", Kind: KindChoice, Choices: append([]string{""}, s.laneNames()...), Help: "which one; if none, all where it makes sense",
	}}
	for _, name := range faultFields[kind] {
		if r := ruleFor("timeline.*.fault." + name); r != nil {
			p := s.param(r, r.path)
			p.Path = name
			params = append(params, p)
			continue
		}
		params = append(params, Param{
			Path: name, Kind: KindChoice, Choices: append([]string{""}, s.handlerNames()...), Help: "the handler whose worker it is; without, the first",
		})
	}
	return params
}

// Get reads a field of a fault as a file would have it; of a field that the kind
// does not have, nothing.
func (f *Fault) Get(name string) string {
	switch {
	case name == "lane":
		return f.Lane
	case !slices.Contains(faultFields[f.Kind], name):
		return ""
	}
	if r := ruleFor("timeline.*.fault." + name); r != nil {
		return r.text(f.part(name))
	}
	return f.part(name).String()
}

// Set gives a field of a fault a value, as a file would. The error is an
// [*InputError], and nothing has changed then; whether lanes and handlers of
// such names exist is seen by [Scenario.Complete].
func (f *Fault) Set(name, value string) error {
	allowed := append([]string{"lane"}, faultFields[f.Kind]...)
	if !slices.Contains(allowed, name) {
		return &InputError{Path: name, Msg: name + ": the fault " + string(f.Kind) + " has no such field; " + suggest(name, allowed)}
	}
	r := ruleFor("timeline.*.fault." + name)
	if r == nil {
		f.part(name).SetString(value)
		return nil
	}
	changed := *f
	if need := r.set(changed.part(name), value); need != "" {
		p := problem{path: name, found: shown(value), need: need}
		return &InputError{Path: name, Msg: p.sentence(name)}
	}
	*f = changed
	return nil
}

// String is the fault in a few words: what breaks, where, and how.
func (f *Fault) String() string {
	var b strings.Builder
	b.WriteString(string(f.Kind) + " " + f.Target)
	if f.Lane != "" {
		b.WriteString(" of " + f.Lane)
	}
	for _, name := range faultFields[f.Kind] {
		r, value := ruleFor("timeline.*.fault."+name), f.Get(name)
		switch {
		case r != nil && value == r.def || value == "":
		case name == "for":
			b.WriteString(" for " + value)
		default:
			b.WriteString(", " + name + " " + value)
		}
	}
	return b.String()
}

package engine

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// faultKinds are the kinds in the order of the documentation.
var faultKinds = []string{"crash", "stall", "slow", "fail", "panic", "stop", "start", "mend", "revive"}

// faultFields are the fields that a kind of fault takes besides lane.
var faultFields = map[FaultKind][]string{
	FaultCrash: {"handler", "worker", "count", "when", "restart"},
	FaultStall: {"for"},
	FaultSlow:  {"factor", "for"},
	FaultFail:  {"share", "for"},
	FaultPanic: {"share", "for"},
	FaultStop:  {"for"},
}

// faultTargets are what the kinds of fault hit that hit no handler.
var faultTargets = map[FaultKind][]string{
	FaultCrash: {"worker", TargetBroker}, FaultStop: {"producers"}, FaultStart: {"producers"}, FaultRevive: {"lane"},
}

// TargetBroker is what a crash hits that ends the broker in which a lane's queues are.
const TargetBroker = "broker"

// part is the Go field of a fault that a file calls name.
func (f *Fault) part(name string) reflect.Value {
	return reflect.ValueOf(f).Elem().FieldByName(strings.ToUpper(name[:1]) + name[1:])
}

// fault reads a fault. Its kind is the key of one of its entries.
func (d *decoder) fault(n *node, f *Fault, path string) error {
	if n.kind != mappingNode {
		return d.fail(n, "fault is %s: a kind with its target is needed, such as {stall: charge, for: 2s}", n.describe())
	}
	for _, e := range n.entries {
		if !slices.Contains(faultKinds, e.key) {
			continue
		}
		if f.Kind != "" {
			return d.fail(e.value, "a fault has one kind, and here are %s and %s", f.Kind, e.key)
		}
		f.Kind, f.Target = FaultKind(e.key), e.value.text
		d.places[path+".target"] = e.value
	}
	if f.Kind == "" {
		return d.fail(n, "the fault has no kind: one of %s is needed", list(faultKinds))
	}
	for _, e := range n.entries {
		if e.key == string(f.Kind) {
			continue
		}
		if err := d.faultPart(e, f, join(path, e.key)); err != nil {
			return err
		}
	}
	f.fill(func(name string) bool { return d.places[join(path, name)] != nil })
	return nil
}

func (d *decoder) faultPart(e entry, f *Fault, path string) error {
	allowed := append([]string{"lane"}, faultFields[f.Kind]...)
	if !slices.Contains(allowed, e.key) {
		return d.fail(&node{line: e.line, column: e.column}, "unknown field %s of the fault %s: %s",
			shown(e.key), f.Kind, suggest(e.key, allowed))
	}
	d.places[path] = e.value
	if r := ruleFor("timeline.*.fault." + e.key); r != nil {
		return d.setting(e.value, r, f.part(e.key), path)
	}
	f.part(e.key).SetString(e.value.text)
	return nil
}

// fill gives the fields of the fault's kind that are not given their defaults.
func (f *Fault) fill(given func(name string) bool) {
	for _, name := range faultFields[f.Kind] {
		if r := ruleFor("timeline.*.fault." + name); r != nil && r.def != "" && !given(name) {
			r.set(f.part(name), r.def)
		}
	}
}

// Complete checks a fault that was made in code rather than read from a file,
// and gives the fields that are zero their defaults. The error says what the
// fault needs in this scenario.
func (s *Scenario) Complete(f Fault) (Fault, error) {
	f.fill(func(name string) bool { return !f.part(name).IsZero() })
	if p := s.checkFault(&f, "fault"); p != nil {
		return Fault{}, &InputError{Path: p.path, Msg: p.sentence(subject(p.path))}
	}
	return f, nil
}

// checkFault finds what is wrong with a fault in this scenario.
func (s *Scenario) checkFault(f *Fault, path string) *problem {
	if !slices.Contains(faultKinds, string(f.Kind)) {
		return &problem{path: path + ".kind", found: shown(string(f.Kind)), need: list(faultKinds) + " is needed"}
	}
	targets := s.FaultTargets(f.Kind)
	if !slices.Contains(targets, f.Target) && (f.Kind != FaultCrash || f.Target != TargetBroker) {
		return &problem{path: path + ".target", found: shown(f.Target), need: list(targets) + " is needed"}
	}
	if f.Lane != "" && !slices.Contains(s.laneNames(), f.Lane) {
		return &problem{path: path + ".lane", found: shown(f.Lane), need: list(s.laneNames()) + " is needed"}
	}
	for _, name := range faultFields[f.Kind] {
		if r := ruleFor("timeline.*.fault." + name); r != nil {
			text, scratch := r.text(f.part(name)), *f
			if need := r.set(scratch.part(name), text); need != "" {
				return &problem{path: path + "." + name, found: text, need: need}
			}
		}
	}
	if f.Kind == FaultCrash {
		return s.checkCrash(f, path)
	}
	return nil
}

// checkBrokerCrash holds that there is a broker that duet has started itself, and can
// end.
func (s *Scenario) checkBrokerCrash(f *Fault, path string) *problem {
	for _, name := range []string{"handler", "worker", "when"} {
		if v := f.Get(name); v != "" && v != "0" && v != CrashDuring {
			return &problem{path: path + "." + name, found: v, need: "this is for workers, and the fault is of the broker"}
		}
	}
	if s.ownBroker(f.Lane) {
		return nil
	}
	return &problem{path: path + ".target", found: f.Target, need: "only a broker that duet has started itself can be crashed by it, and here is no queue in one with an embedded url"}
}

// ownBroker tells whether the queues of a lane, or with none given those of any, are in
// a broker that duet starts itself.
func (s *Scenario) ownBroker(lane string) bool {
	return slices.ContainsFunc(s.Lanes, func(l Lane) bool {
		return (lane == "" || lane == l.Name) && l.Queue.Remote() && Embedded(l.Queue.URL)
	})
}

// checkCrash holds that there is a worker to crash: an inline bus has none.
func (s *Scenario) checkCrash(f *Fault, path string) *problem {
	if f.Target == TargetBroker {
		return s.checkBrokerCrash(f, path)
	}
	if f.Handler != "" && !slices.Contains(s.handlerNames(), f.Handler) {
		return &problem{path: path + ".handler", found: shown(f.Handler), need: list(s.handlerNames()) + " is needed"}
	}
	var refusal string
	for i := range s.Lanes {
		l := &s.Lanes[i]
		if f.Lane != "" && f.Lane != l.Name {
			continue
		}
		if l.Model == Message || l.Dispatch == Buffered {
			return nil
		}
		refusal = fmt.Sprintf("lane %s has no worker to crash: with dispatch %s its observers run ", l.Name, l.Dispatch)
		if l.Dispatch == Inline {
			refusal += "in the publisher's goroutine; stall or panic a handler instead"
		} else {
			refusal += "in a goroutine for each call; stall or panic a handler instead"
		}
	}
	return &problem{path: path + ".target", found: "worker", need: refusal}
}

package engine_test

import (
	"strings"
	"testing"

	"duet/engine"
)

// Every kind of fault can be made of what FaultTargets and FaultParams say, and
// every field of it says what it was given.
func TestFaultParams(t *testing.T) {
	s, err := engine.Decode("shop.yaml", []byte("duet: 1\nload: {rate: 1/s}\nhandlers: [{name: charge}, {name: mail}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"lane": "message", "handler": "mail", "worker": "2", "count": "3", "when": "before_ack",
		"restart": "7s", "for": "4s", "factor": "2.5", "share": "30%",
	}
	seen := map[string]bool{}
	for _, kind := range engine.FaultKinds() {
		targets := s.FaultTargets(kind)
		if len(targets) == 0 {
			t.Errorf("%s has no target", kind)
			continue
		}
		for _, target := range targets {
			f, err := s.Complete(engine.Fault{Kind: kind, Target: target})
			if err != nil {
				t.Errorf("%s %s: %v", kind, target, err)
				continue
			}
			for _, p := range s.FaultParams(kind) {
				seen[p.Path] = true
				if p.Help == "" {
					t.Errorf("%s of %s has no help", p.Path, kind)
				}
				if err := f.Set(p.Path, values[p.Path]); err != nil || f.Get(p.Path) != values[p.Path] {
					t.Errorf("%s %s set to %s is %s, %v", kind, p.Path, values[p.Path], f.Get(p.Path), err)
				}
				before := f
				if err := f.Set(p.Path, "-7 parsecs"); p.Kind != engine.KindChoice && (err == nil || f != before) {
					t.Errorf("%s %s took nonsense: %v", kind, p.Path, err)
				}
				f = before
			}
			if _, err := s.Complete(f); err != nil {
				t.Errorf("%+v: %v", f, err)
			}
			for name, value := range values {
				if f.Get(name) != "" && !strings.Contains(f.String(), value) {
					t.Errorf("%q does not say that %s is %s", f.String(), name, value)
				}
			}
			if err := f.Set("colour", "red"); err == nil || !strings.Contains(err.Error(), "no such field") {
				t.Errorf("a field that there is not: %v", err)
			}
		}
	}
	for name := range values {
		if !seen[name] {
			t.Errorf("no fault has %s", name)
		}
	}
}

func TestChangesInWords(t *testing.T) {
	for want, c := range map[string]engine.Change{
		"load.rate 130/s":          {Path: "load.rate", Value: "130/s"},
		"load.rate of event 130/s": {Path: "load.rate", Value: "130/s", Lane: "event"},
		"pause":                    {Control: engine.Pause},
		"speed x0.1":               {Speed: 0.1},
		"crash worker of message":  {Fault: &engine.Fault{Kind: engine.FaultCrash, Target: "worker", Lane: "message", Count: 1, Restart: 2e9, When: engine.CrashDuring}},
		"slow charge, factor 3 for 5s": {
			Fault: &engine.Fault{Kind: engine.FaultSlow, Target: "charge", Factor: 3, For: 5e9},
		},
	} {
		if got := c.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

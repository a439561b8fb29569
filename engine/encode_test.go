package engine

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestEncodeLeavesOutDefaults(t *testing.T) {
	text, err := Encode(decoded(t, "load: {rate: 120/s}\nhandlers: [{name: charge, service: {mean: 20ms}}]\nlanes: [{model: message, workers: 8}]"))
	want := `duet: 1
load:
  rate: 120/s
handlers:
  - name: charge
    service:
      mean: 20ms
lanes:
  - model: message
    workers: 8
`
	if err != nil || string(text) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, text, want)
	}
}

// TestEncodeRoundTrip changes a scenario at random and holds that it is
// written and read back as what it was.
func TestEncodeRoundTrip(t *testing.T) {
	starts := []*Scenario{decoded(t, shortest), decoded(t, everything), decoded(t, services), decoded(t, classed)}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(starts).Draw(t, "start")
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			params := s.Params()
			p := params[rapid.IntRange(0, len(params)-1).Draw(t, "param")]
			if changed, err := s.With(p.Path, drawValue(t, p)); err == nil && changed.check() == nil {
				s = changed
			}
		}
		s = s.Clone()
		s.Title = rapid.StringMatching(`[ -~é]{1,30}`).Draw(t, "title")
		s.Story = rapid.StringMatching(`[ -~é\n]{0,80}`).Draw(t, "story")
		text, err := Encode(s)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		back, err := Decode("flash.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		forgetUnused(s)
		if !reflect.DeepEqual(s, back) {
			t.Fatalf("got %+v\nwant %+v\n%s", back, s, text)
		}
	})
}

// forgetUnused drops the shapes of arrivals that are not in use, which a file
// cannot keep.
func forgetUnused(s *Scenario) {
	l := &s.Load
	if l.Arrivals != Bursts {
		l.Bursts = nil
	}
	if l.Arrivals != Ramp {
		l.Ramp = nil
	}
	if l.Arrivals != Sine {
		l.Sine = nil
	}
}

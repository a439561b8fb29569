package engine

import (
	"reflect"
	"testing"
)

func TestVariantsAreTheCases(t *testing.T) {
	s := decoded(t, everything)
	variants := s.Variants()
	if len(variants) != 2 {
		t.Fatalf("%d variants", len(variants))
	}
	small, large := variants[0], variants[1]
	if small.Case != "small" || small.Lanes[0].Queue.Capacity != 64 || len(small.Expect) != 2 || small.Cases != nil {
		t.Errorf("small: %+v", small)
	}
	if large.Case != "large" || large.Lanes[0].Queue.Capacity != 1000 || large.Lanes[0].Handlers.String() != "[charge]" ||
		len(large.Expect) != 3 || large.Expect[2].Text != "message.dropped == 0" {
		t.Errorf("large: %+v", large)
	}
	if len(s.Expect) != 2 || s.Lanes[0].Queue.Capacity != 64 {
		t.Error("the scenario itself was changed")
	}
}

func TestWithoutCasesAScenarioIsItsVariant(t *testing.T) {
	s := decoded(t, shortest)
	if got := s.Variants(); !reflect.DeepEqual(got, []*Scenario{s}) {
		t.Errorf("%+v", got)
	}
}

// TestTimelineIsCheckedAsItWillRun holds that a setting is checked against what
// was set before it.
func TestTimelineIsCheckedAsItWillRun(t *testing.T) {
	decoded(t, shortest+`timeline:
  - {at: 9s, set: {lanes.message.attempts: 3}}
  - {at: 5s, set: {lanes.message.ack: after}}
  - {at: 1s, set: {lanes.event.dispatch: buffered}}
  - {at: 2s, fault: {crash: worker, lane: event}}
`)
	_, err := Decode("flash.yaml", []byte(shortest+`timeline:
  - {at: 9s, set: {lanes.message.ack: after}}
  - {at: 5s, set: {lanes.message.attempts: 3}}
`))
	if want := "flash.yaml:5:44: lanes.message.attempts is 3: more than one attempt needs ack: after"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

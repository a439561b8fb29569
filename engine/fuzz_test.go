package engine

import (
	"errors"
	"testing"
)

// FuzzDecode holds that any file is refused with a place, or makes a scenario
// that can be written and read again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(shortest))
	f.Add([]byte(everything))
	f.Add([]byte(traced))
	f.Add([]byte(services))
	for _, wrong := range wrongFiles {
		f.Add([]byte(wrong.src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := Decode("fuzz.yaml", src)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) || input.Line < 1 || input.Column < 1 || input.Msg == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		if p := s.check(); p != nil {
			t.Fatalf("accepted, and yet: %+v", p)
		}
		for _, p := range s.Params() {
			if _, err := s.Get(p.Path); err != nil {
				t.Fatal(err)
			}
		}
		s.Variants()
	})
}

// FuzzExpr holds that any text is refused, or is an expression that can be
// evaluated.
func FuzzExpr(f *testing.F) {
	for _, text := range []string{
		"message.done == 2900", "(2 + 3) * -4 < 0", "message.latency.p99 within 5% of 3 * 20ms and 1/s > 0",
		"message.handlers.charge.wait.mean/5s", "1/s/s", "((", "1e9", "5%%", "message..depth", "",
	} {
		f.Add(text)
	}
	s := decoded(f, shortest)
	snap := measuredRun(s)
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := ParseExpr(text, s)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		if !expr.IsTest() {
			expr.root.number.eval(scene{snapshot: snap, part: -1})
			return
		}
		if _, err := (Claim{Text: text}).Check(snap, nil); err != nil {
			t.Fatal(err)
		}
	})
}

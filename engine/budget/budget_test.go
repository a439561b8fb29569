package budget

import (
	"context"
	"errors"
	"testing"
)

func TestArmsTakeTurns(t *testing.T) {
	var order []string
	arm := func(name string) Arm {
		return Arm{Name: name, N: 10, Ready: func(n int) (run, end func(), err error) {
			return func() {
				if n != 10 {
					t.Errorf("%s was to do %d pieces", name, n)
				}
				order = append(order, name)
			}, func() { order = append(order, "end") }, nil
		}}
	}
	all, err := Rounds(t.Context(), 2, arm("a"), arm("b"))
	if err != nil || len(all) != 2 || len(all[0].Rounds) != 2 || len(all[1].Rounds) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	want := []string{"a", "end", "b", "end", "a", "end", "b", "end"}
	if len(order) != len(want) {
		t.Fatalf("%v, want %v", order, want)
	}
	for i := range want {
		if order[i] != want[i] {
			t.Fatalf("%v, want %v", order, want)
		}
	}
}

func TestRoundsEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	all, err := Rounds(ctx, 5, Do("a", 1, func(int) { cancel(stop) }))
	if !errors.Is(err, stop) || len(all[0].Rounds) != 1 {
		t.Errorf("%d rounds and %v, want one and %v", len(all[0].Rounds), err, stop)
	}
}

func TestRoundsTellWhatCannotBePrepared(t *testing.T) {
	broken := errors.New("broken")
	_, err := Rounds(t.Context(), 1, Arm{N: 1, Ready: func(int) (run, end func(), err error) { return nil, nil, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

func TestBudgetsAreKept(t *testing.T) {
	for _, c := range []struct {
		f   Figure
		met bool
	}{
		{AtMost("a", 1, "x", 1), true},
		{AtMost("a", 1.1, "x", 1), false},
		{AtLeast("a", 1, "x", 1), true},
		{AtLeast("a", 0.9, "x", 1), false},
	} {
		if c.f.Met != c.met {
			t.Errorf("%+v: met %v, want %v", c.f, c.f.Met, c.met)
		}
	}
}

// TestRatiosAreOfTheBest: a spoilt round of either does not count.
func TestRatiosAreOfTheBest(t *testing.T) {
	bare, ours := Timing{Rounds: []float64{10, 99}}, Timing{Rounds: []float64{500, 20}}
	if x := ours.Ratio(&bare); x != 2 {
		t.Errorf("%v, want 2", x)
	}
}

// TestEveryPathHandsAllOver: what is timed is the work that is to be timed.
func TestEveryPathHandsAllOver(t *testing.T) {
	arms := []Arm{BareQueue(), Simulated()}
	for _, c := range Crews {
		arms = append(arms, c.Bare(), c.Duet())
	}
	for _, a := range Audiences {
		arms = append(arms, a.Bare(), a.Duet())
	}
	for i := range arms {
		arms[i].N = 20_000
	}
	all, err := Rounds(t.Context(), 1, arms...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if all[i].Best() <= 0 {
			t.Errorf("%s took %v", arms[i].Name, all[i].Best())
		}
	}
}

// TestADayOfHistoryStaysWithinItsBudget: what a run takes does not depend on the machine.
func TestADayOfHistoryStaysWithinItsBudget(t *testing.T) {
	if raceDetector {
		t.Skip("with the race detector a day takes a minute and a half")
	}
	figures, err := history(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range figures {
		t.Logf("%s: %.3g %s", f.Name, f.Value, f.Unit)
		if !f.Met || f.Value <= 0 {
			t.Errorf("%s: %.3g %s, with a budget of %v", f.Name, f.Value, f.Unit, f.Limit)
		}
	}
}

func TestEveryMeasurementHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Engine() {
		if m.Name == "" || seen[m.Name] {
			t.Errorf("%q is not a name of its own", m.Name)
		}
		seen[m.Name] = true
	}
}

package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agoussia/godes"

	"duet/engine/budget"
)

// TestEveryArmWorks hands some items over in each way there is.
func TestEveryArmWorks(t *testing.T) {
	for _, c := range contests() {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.arms {
				c.arms[i].N = 1000
			}
			r, err := c.hold(t.Context(), 2)
			if err != nil {
				t.Fatal(err)
			}
			for i := range r.arms {
				if x := r.ratio(i).Center; x <= 0 {
					t.Errorf("%s took %v times the bare", r.arms[i].Name, x)
				}
			}
		})
	}
}

// held is a contest of which it is known how it went.
func held(ours ...float64) result {
	return result{
		contest{name: "race", what: "item", arms: []entry{{Arm: budget.Arm{Name: "bare"}}, {Arm: budget.Arm{Name: "duet"}, own: true}}},
		[]budget.Timing{{Rounds: slices.Repeat([]float64{10}, 3*len(ours))}, {Rounds: slices.Repeat(ours, 3)}},
	}
}

func TestTheTableGoesBetweenItsMarks(t *testing.T) {
	name := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(name, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := table([]result{held(20, 25, 30)})
	if !strings.Contains(text, "| **duet** | 25.0 | 2.50 | 2.00 to 3.00 |") {
		t.Errorf("the table is\n%s", text)
	}
	for range 2 {
		if err := intoReadme(name, text); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if want := "before\n" + begin + text + end + "after\n"; err != nil || string(got) != want {
		t.Errorf("%s, %v, want\n%s", got, err, want)
	}
	if err := os.WriteFile(name, []byte("no marks"), 0o600); err != nil {
		t.Fatal(err)
	}
	if intoReadme(name, text) == nil {
		t.Error("a file without marks was written to")
	}
}

func TestOnlyWhatIsGrosslyWorseFails(t *testing.T) {
	for _, c := range []struct {
		now   float64
		word  string
		worse bool
	}{{1, "faster", false}, {2, "fine", false}, {2.4, "slower", false}, {2.99, "slower", false}, {3.01, "WORSE", true}} {
		if verdict, worse := judge(2, c.now); worse != c.worse || !strings.Contains(verdict, c.word) {
			t.Errorf("%v in place of 2: %q, %v", c.now, verdict, worse)
		}
	}
}

func TestEveryRatioOfTheBaseIsMeasured(t *testing.T) {
	o := options{base: filepath.Join(t.TempDir(), "base.json")}
	r := held(20, 25, 30)
	if err := writeBase(o.base, []result{r}); err != nil {
		t.Fatal(err)
	}
	if err := o.compare(t.Context(), []result{r}); err != nil {
		t.Errorf("the same as the base: %v", err)
	}
	if err := o.compare(t.Context(), nil); err == nil {
		t.Error("a ratio that was not measured is not missed")
	}
}

// TestAContestIsHeldAgain: once well is enough.
func TestAContestIsHeldAgain(t *testing.T) {
	b := base{"a": 3, "b": 1}.better(base{"a": 2, "b": 4})
	if b["a"] != 2 || b["b"] != 1 || b.worst(base{"a": 1, "b": 1}) != 2 {
		t.Errorf("%v", b)
	}
}

// TestPeersSimulateTheSameQueue: as many wait as theory says of this queue.
func TestPeersSimulateTheSameQueue(t *testing.T) {
	const items, want = 50_000, 2.589
	g := newGodes(items)
	defer godes.Clear()
	s := newSimgo(items)
	if served := g.run(); served != items {
		t.Errorf("godes served %d", served)
	}
	if served := s.run(); served != items {
		t.Errorf("simgo served %d", served)
	}
	for name, waiting := range map[string]float64{"godes": g.queue.GetAverageNumber(), "simgo": s.waited / s.simulation.Now()} {
		if math.Abs(waiting-want) > want/3 {
			t.Errorf("with %s %v wait on average, want %v", name, waiting, want)
		}
	}
}

func TestAnObserverThatMissesALetterIsFound(t *testing.T) {
	if err := (heard{5, 5}).all(5); err != nil {
		t.Error(err)
	}
	if (heard{5, 4}).all(5) == nil {
		t.Error("one that handled 4 letters of 5 has handled all")
	}
}

// TestABudgetIsTold: in pieces a second, and in times the other.
func TestABudgetIsTold(t *testing.T) {
	r := held(20, 20, 20)
	r.arms = append(r.arms, entry{Arm: budget.Arm{Name: "other"}, least: 8})
	r.timings = append(r.timings, budget.Timing{Rounds: slices.Repeat([]float64{200}, 9)})
	if text := r.budgets(); !strings.Contains(text, "duet does 50.0 M items a second, 10.0 times the 5.00 M of other; its budget is at least 8 times.") {
		t.Error(text)
	}
}

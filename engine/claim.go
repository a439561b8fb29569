package engine

import "errors"

// Verdict is a claim held against a run, in the shape of the JSON of `duet
// run`.
type Verdict struct {
	Claim string    `json:"claim"`
	Holds bool      `json:"holds"`
	Left  Figure    `json:"left"` // the sides of the comparison that decided: the first that failed, else the last
	Right Figure    `json:"right"`
	Kind  ParamKind `json:"kind"`           // of both: duration in seconds, rate a second, or number
	Note  string    `json:"note,omitempty"` // why nothing could be compared, where so
}

// AppliesTo reports whether the claim is made of runs in this mode.
func (c Claim) AppliesTo(mode Mode) bool { return c.In == "" || c.In == mode }

// Check holds the claim against a run that is over: against the figures since
// the warm-up, or with During against those of that part; what theory says comes
// from theory, which may be nil. A figure that is not defined makes the claim not
// hold, with a note. The error says that the claim makes no sense for the
// snapshot's scenario; claims of a decoded scenario do.
func (c Claim) Check(snap *Snapshot, theory Theory) (Verdict, error) {
	all, err := c.Comparisons(snap.Scenario)
	if err != nil {
		return Verdict{}, err
	}
	var v Verdict
	for i := range all {
		one := &all[i]
		left, right := one.Sides(snap, theory)
		v = Verdict{
			Claim: c.Text, Holds: one.Holds(left, right), Left: Figure(left), Right: Figure(right),
			Kind: one.Kind, Note: one.Undefined(snap, theory),
		}
		if !v.Holds {
			break
		}
	}
	return v, nil
}

// parseClaim reads the expression of a claim.
func parseClaim(c Claim, s *Scenario) (*Expr, error) {
	expr, err := asTest(parseExpr(c.Text, s))
	if err == nil && c.During != nil && (expr.handlers || expr.classes) {
		return nil, errors.New("figures of a handler, a class or a resource are of the whole run; leave out during, or take the lane's")
	}
	return expr, err
}

// asTest holds that an expression says yes or no.
func asTest(expr *Expr, err error) (*Expr, error) {
	if err == nil && !expr.IsTest() {
		return nil, errors.New("a comparison is needed, such as message.depth > 50")
	}
	return expr, err
}

// Condition is a test of the figures of the moment: counts of the run so far,
// gauges now, and rates and durations of the last 10 s. It is immutable and
// may be used by several goroutines.
type Condition struct{ test test }

// ParseCondition reads the condition of an [Event]. The error is one clause
// that says what is wrong.
func ParseCondition(text string, s *Scenario) (*Condition, error) {
	expr, err := asTest(ParseExpr(text, s))
	if err != nil {
		return nil, err
	}
	return &Condition{expr.root.test}, nil
}

// Holds evaluates the condition. It allocates nothing. What is not defined
// does not hold.
func (c *Condition) Holds(snap *Snapshot) bool {
	return c.test.decide(scene{snapshot: snap, recent: true, part: -1}).holds
}

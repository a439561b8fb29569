package replicate

import (
	"math"

	"duet/engine"
)

// Verdict says what became of a claim.
type Verdict string

// The verdicts. Only Holds is a success.
const (
	Holds  Verdict = "holds"
	Fails  Verdict = "fails"
	Unsure Verdict = "unsure" // the means compare as claimed, and chance may have made them
)

// Judgement is a claim held against several runs of one scenario with a seed
// each.
//
// The means of both sides over the runs are compared, and chance must not be the
// reason: with < <= > >= the 95 % confidence interval of the difference of the
// sides, taken run by run, must not reach zero; with within, the difference and
// half its interval together must be within the tolerance. With == and != it must
// be so in every run. A single run has no interval and decides alone.
type Judgement struct {
	Runs    int              `json:"runs"`
	Left    Estimate         `json:"left"`  // of the comparison that decided: the first that does not hold, else the last
	Right   Estimate         `json:"right"` //
	Kind    engine.ParamKind `json:"kind"`  // of both: duration in seconds, rate a second, or number
	Verdict Verdict          `json:"verdict"`
	Note    string           `json:"note,omitempty"` // why it does not hold, where the figures do not say it
}

// Judge holds a claim against the last snapshots of runs, at least one. The error
// is that of [engine.Claim.Comparisons].
func Judge(c engine.Claim, snaps []*engine.Snapshot, theory engine.Theory) (Judgement, error) {
	all, err := c.Comparisons(snaps[0].Scenario)
	if err != nil {
		return Judgement{}, err
	}
	var j Judgement
	for i := range all {
		j = judge(&all[i], snaps, theory)
		if j.Verdict != Holds {
			break
		}
	}
	return j, nil
}

func judge(c *engine.Comparison, snaps []*engine.Snapshot, theory engine.Theory) Judgement {
	lefts, rights, differences := make([]float64, len(snaps)), make([]float64, len(snaps)), make([]float64, len(snaps))
	each := true
	j := Judgement{Runs: len(snaps), Kind: c.Kind, Verdict: Fails}
	for i, snap := range snaps {
		lefts[i], rights[i] = c.Sides(snap, theory)
		differences[i] = lefts[i] - rights[i]
		each = each && c.Holds(lefts[i], rights[i])
		if j.Note == "" {
			j.Note = c.Undefined(snap, theory)
		}
	}
	j.Left, j.Right = Of(lefts), Of(rights)
	difference := Of(differences)
	switch {
	case j.Note != "":
	case c.Op == "==" || c.Op == "!=":
		if each {
			j.Verdict = Holds
		} else if j.Runs > 1 {
			j.Note = "not in every run"
		}
	case c.Op == engine.Within && !c.Holds(float64(j.Left.Mean), float64(j.Right.Mean)):
	case c.Op != engine.Within && !c.Holds(float64(difference.Mean), 0): // exact where the sides are alike in every run
	case j.Runs == 1 || sure(c, &difference, float64(j.Right.Mean)):
		j.Verdict = Holds
	default:
		j.Verdict, j.Note = Unsure, "too near to call: more or longer runs would tell"
	}
	return j
}

// sure reports whether a difference is too large, or with within small enough, to
// come by chance.
func sure(c *engine.Comparison, difference *Estimate, right float64) bool {
	mean, half := math.Abs(float64(difference.Mean)), difference.Half()
	switch c.Op {
	case "<", ">":
		return mean > half
	case "<=", ">=":
		return mean >= half
	default:
		return mean+half <= c.Share*math.Abs(right)
	}
}

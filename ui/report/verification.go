package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"duet/engine"
	"duet/engine/replicate"
	"duet/engine/theory"
	"duet/ui/internal/figure"
)

// Verification is what became of the claims of several scenarios: simulated, in
// real runs, or both.
type Verification struct {
	Duet      int        `json:"duet"`
	Scenarios []Verified `json:"scenarios"`
}

// Verified is one scenario's.
type Verified struct {
	Scenario string  `json:"scenario"`
	Title    string  `json:"title"`
	Claims   []Claim `json:"claims"`
	Real     *Report `json:"real"`    // null where it did not run
	Virtual  *Report `json:"virtual"` // of the first run of each case, with the verdicts of all; null where none was simulated
}

// Claim is a claim about one case, and what became of it.
type Claim struct {
	Case    string               `json:"case"`
	Claim   string               `json:"claim"`
	In      engine.Mode          `json:"in"`      // what it is claimed of: real, virtual, steady; empty: of all
	During  string               `json:"during"`  // the part of the run, such as 60s..90s; empty: the whole
	Theory  engine.Figure        `json:"theory"`  // what the closed form says of its left side; null where it says nothing
	Virtual *replicate.Judgement `json:"virtual"` // of all simulated runs together; null without
	Real    *replicate.Judgement `json:"real"`    // of one real run; null without

	constant bool // the right side is a number of the claim's own
}

// NotChecked is the verdict on a claim that is not made of such runs, or cannot be
// held against them. Its note says why.
const NotChecked replicate.Verdict = "not_checked"

// Proof is what one case of a scenario was run for.
type Proof struct {
	Simulated []*engine.Snapshot // the last of each simulated run; empty: none
	Ran       *Outcome           // in real time; nil: it did not
}

// Prove holds the claims of a scenario against the runs of its cases, in their
// order. There must be at least one, and at least one run of each.
func Prove(cases ...Proof) Verified {
	var v Verified
	var simulated, ran []Outcome
	for i := range cases {
		p := &cases[i]
		s := p.scenario()
		v.Scenario, v.Title = s.Name, s.Title
		for _, claim := range s.Expect {
			v.Claims = append(v.Claims, p.claim(claim, s))
		}
		if len(p.Simulated) > 0 {
			simulated = append(simulated, Outcome{Snapshot: p.Simulated[0]})
		}
		if p.Ran != nil {
			ran = append(ran, *p.Ran)
		}
	}
	if len(simulated) > 0 {
		v.Virtual = Of(simulated...)
		v.settle()
	}
	if len(ran) > 0 {
		v.Real = Of(ran...)
	}
	return v
}

func (p *Proof) scenario() *engine.Scenario {
	if len(p.Simulated) > 0 {
		return p.Simulated[0].Scenario
	}
	return p.Ran.Snapshot.Scenario
}

// claim holds one claim against all runs.
func (p *Proof) claim(c engine.Claim, s *engine.Scenario) Claim {
	row := Claim{Case: s.Case, Claim: c.Text, In: c.In, Theory: engine.Figure(math.NaN())}
	if d := c.During; d != nil {
		row.During = engine.FormatDuration(d[0]) + ".." + engine.FormatDuration(d[1])
	}
	if len(p.Simulated) > 0 {
		why := ""
		if c.In == engine.Real {
			why = "real only"
		}
		row.Virtual = judged(c, p.Simulated, why)
		row.describe(c, p.Simulated[0])
	}
	if p.Ran != nil {
		run := Case{Interrupted: p.Ran.Interrupted, Slowed: p.Ran.Snapshot.Slowed}
		row.Real = judged(c, []*engine.Snapshot{p.Ran.Snapshot}, run.unchecked(c, p.Ran.Snapshot))
		if late := lateness(p.Ran); row.Real.Verdict == replicate.Fails && row.Real.Note == "" && late >= Busy {
			row.Real.Note = fmt.Sprintf("the machine was busy: one item in a hundred was sent %s late or more", figure.Duration(late))
		}
		if row.Virtual == nil {
			row.describe(c, p.Ran.Snapshot)
		}
	}
	return row
}

// Busy is how late the sender of a real run is at one item in a hundred when
// something else has the processors.
const Busy = 5 * time.Millisecond

// Spoilt reports whether a real run has to be made again before its claims count
// as failed: some do, and the machine was busy. False for nil, no run.
func Spoilt(run *Outcome) bool {
	if run == nil || run.Interrupted || lateness(run) < Busy {
		return false
	}
	v := Verification{Scenarios: []Verified{Prove(Proof{Ran: run})}}
	_, failed := v.Claims()
	return failed > 0
}

// lateness is the p99 of the lane whose sender was the latest.
func lateness(run *Outcome) (latest time.Duration) {
	for i := range run.Snapshot.Lanes {
		latest = max(latest, run.Snapshot.Lanes[i].Whole.Lateness.P99)
	}
	return latest
}

// judged is the judgement of runs, of which unchecked may say why it does not
// count.
func judged(c engine.Claim, snaps []*engine.Snapshot, unchecked string) *replicate.Judgement {
	j, err := replicate.Judge(c, snaps, theory.Figure)
	if err != nil {
		j = replicate.Judgement{Runs: len(snaps), Left: replicate.Of(nil), Right: replicate.Of(nil), Verdict: replicate.Fails, Note: err.Error()}
	}
	if unchecked != "" {
		j.Verdict, j.Note = NotChecked, unchecked
	}
	return &j
}

// describe adds what theory says, and whether the right side has to be shown.
func (row *Claim) describe(c engine.Claim, snap *engine.Snapshot) {
	all, err := c.Comparisons(snap.Scenario)
	if err != nil {
		return
	}
	row.constant = all[len(all)-1].Constant()
	row.Theory = engine.Figure(all[0].Theory(snap, theory.Figure))
}

// settle puts the verdicts on all simulated runs in place of those on the first.
func (v *Verified) settle() {
	for i := range v.Virtual.Cases {
		c := &v.Virtual.Cases[i]
		c.Expect, c.NotChecked = []engine.Verdict{}, []Unchecked{}
		for n := range v.Claims {
			switch row := &v.Claims[n]; {
			case row.Case != c.Name:
			case row.Virtual.Verdict == NotChecked:
				c.NotChecked = append(c.NotChecked, Unchecked{Claim: row.Claim, Note: row.Virtual.Note})
			default:
				c.Expect = append(c.Expect, engine.Verdict{
					Claim: row.Claim, Holds: row.Virtual.Verdict == replicate.Holds,
					Left: row.Virtual.Left.Mean, Right: row.Virtual.Right.Mean, Kind: row.Virtual.Kind, Note: row.Virtual.Note,
				})
			}
		}
	}
	if len(v.Virtual.Cases) == 1 {
		v.Virtual.Expect = v.Virtual.Cases[0].Expect
	}
}

// Claims counts the claims that were checked, and those of them that do not hold;
// one that was checked in real and in simulated runs twice.
func (v *Verification) Claims() (checked, failed int) {
	for i := range v.Scenarios {
		c, f := v.Scenarios[i].count()
		checked, failed = checked+c, failed+f
	}
	return checked, failed
}

func (v *Verified) count() (checked, failed int) {
	for i := range v.Claims {
		for _, j := range []*replicate.Judgement{v.Claims[i].Virtual, v.Claims[i].Real} {
			if j == nil || j.Verdict == NotChecked {
				continue
			}
			checked++
			if j.Verdict != replicate.Holds {
				failed++
			}
		}
	}
	return checked, failed
}

// WriteJSON writes the claims and the reports of all runs, in the form of the
// package doc.
func (v *Verification) WriteJSON(w io.Writer) error { return writeJSON(w, v) }

// WriteText writes a line for each claim, by scenario and case: what theory says,
// what was simulated and measured, and whether it holds.
func (v *Verification) WriteText(w io.Writer, colour bool) error {
	p := &page{colour: colour}
	for i := range v.Scenarios {
		if i > 0 {
			p.line("")
		}
		v.Scenarios[i].write(p)
	}
	checked, failed := v.Claims()
	p.line("")
	p.prose("", "simulated: the mean of all runs, ± half of its 95% interval, and the right side where it is measured. "+
		"✓ holds, ✗ does not, ? is too near to call, · is not claimed of such runs.", 0)
	if failed == 0 {
		p.line("%s", p.paint(green, fmt.Sprintf("all of %d claims hold", checked)))
	} else {
		p.line("%s", p.paint(red, fmt.Sprintf("%d of %d claims failed", failed, checked)))
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// The columns of a verification. Without real runs there is more room for claims.
const (
	theoryWidth = 9
	simWidth    = 27
	realWidth   = 18
)

func (v *Verified) claimWidth() int {
	room := width - theoryWidth - simWidth
	if v.Real != nil {
		room -= realWidth
	}
	return room
}

func (v *Verified) write(p *page) {
	checked, failed := v.count()
	outcome := p.paint(green, fmt.Sprintf("%d claims hold", checked))
	switch {
	case checked == 1 && failed == 0:
		outcome = p.paint(green, "1 claim holds")
	case failed > 0:
		outcome = p.paint(red, fmt.Sprintf("%d of %d claims failed", failed, checked))
	}
	lines := wrap(v.Scenario+"  "+v.Title, width-28)
	for i, line := range lines {
		line = p.paint(bold, line)
		if i == 0 {
			line += "  " + outcome
		}
		p.line("%s", line)
	}
	name := "\n" // none
	for i := range v.Claims {
		row := &v.Claims[i]
		if row.Case != name {
			name = row.Case
			p.line("%s", p.paint(dim, v.heading(row)))
		}
		v.writeClaim(p, row)
	}
}

// heading is that of a case: its name, and the columns.
func (v *Verified) heading(row *Claim) string {
	text := aligned("  "+cmp.Or(row.Case, "claims"), -v.claimWidth()) + aligned("theory", theoryWidth)
	if v.Virtual != nil {
		simulated := "simulated"
		if row.Virtual != nil && row.Virtual.Runs > 1 {
			simulated += fmt.Sprintf(" x%d", row.Virtual.Runs)
		}
		text += aligned(simulated+"  ", simWidth)
	}
	if v.Real != nil {
		text += aligned("measured  ", realWidth)
	}
	return strings.TrimRight(text, " ")
}

func (v *Verified) writeClaim(p *page, row *Claim) {
	claim := row.Claim
	if row.During != "" {
		claim += " during " + row.During
	}
	lines := wrap(claim, v.claimWidth()-5)
	for _, line := range lines[:len(lines)-1] {
		p.line("    %s", line)
	}
	text := aligned("    "+lines[len(lines)-1], -v.claimWidth())
	kind := engine.KindNumber
	for _, j := range row.judgements() {
		kind = j.Kind
	}
	text += aligned(side(row.Theory, kind), theoryWidth)
	if v.Virtual != nil {
		text += row.cell(p, row.Virtual, simWidth)
	}
	if v.Real != nil {
		text += row.cell(p, row.Real, realWidth)
	}
	p.line("%s", text)
	told := ""
	for _, j := range row.judgements() {
		if j.Verdict != replicate.Holds && j.Verdict != NotChecked && j.Note != told {
			told = j.Note
			p.prose("      ", told, 6)
		}
	}
}

// judgements are those that there are.
func (row *Claim) judgements() []*replicate.Judgement {
	return slices.DeleteFunc([]*replicate.Judgement{row.Virtual, row.Real}, func(j *replicate.Judgement) bool { return j == nil })
}

// centre is one side of a claim, over several runs: large counts go without fractions.
func centre(f engine.Figure, kind engine.ParamKind) string {
	if kind == engine.KindNumber && math.Abs(float64(f)) >= 100 {
		f = engine.Figure(math.Round(float64(f)))
	}
	return side(f, kind)
}

// margin is half of an interval: of counts and shares two digits are enough.
func margin(half float64, kind engine.ParamKind) string {
	if kind == engine.KindNumber && half < 100 {
		return strconv.FormatFloat(half, 'g', 2, 64)
	}
	return centre(engine.Figure(half), kind)
}

// cell is what runs have to say of a claim: its left side, the right one where
// that is not to be read in the claim, and the verdict.
func (row *Claim) cell(p *page, j *replicate.Judgement, room int) string {
	if j == nil {
		return aligned("-  ", room)
	}
	text := centre(j.Left.Mean, j.Kind)
	if half := j.Left.Half(); half > 0 {
		text += " ±" + margin(half, j.Kind)
	}
	if !row.constant {
		text += " : " + centre(j.Right.Mean, j.Kind)
	}
	text = aligned(text, room-2)
	switch j.Verdict {
	case replicate.Holds:
		return text + " " + p.paint(green, "✓")
	case replicate.Unsure:
		return text + " " + p.paint(red, "?")
	case NotChecked:
		return p.paint(dim, text+" ·")
	default:
		return text + " " + p.paint(red, "✗")
	}
}

package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"duet/engine"
	"duet/ui/internal/figure"
)

// Verification is what became of the claims of several scenarios, in real runs,
// simulated ones, or both.
type Verification struct {
	Duet      int        `json:"duet"`
	Scenarios []Verified `json:"scenarios"`
}

// Verified is one scenario's. What did not run is null.
type Verified struct {
	Scenario string  `json:"scenario"`
	Real     *Report `json:"real"`
	Virtual  *Report `json:"virtual"`
}

// Claims counts the claims that were checked, and those of them that failed; one
// that was checked in two runs twice.
func (v *Verification) Claims() (checked, failed int) {
	for i := range v.Scenarios {
		for _, r := range v.Scenarios[i].runs() {
			c, f := r.Claims()
			checked, failed = checked+c, failed+f
		}
	}
	return checked, failed
}

// runs are the reports that there are.
func (v *Verified) runs() []*Report {
	return slices.DeleteFunc([]*Report{v.Real, v.Virtual}, func(r *Report) bool { return r == nil })
}

// WriteJSON writes the reports of all runs, in the form of the package doc.
func (v *Verification) WriteJSON(w io.Writer) error { return writeJSON(w, v) }

// WriteText writes for each case whether each claim holds, with the sides that
// were compared, and what theory says beside what was measured.
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
	if failed == 0 {
		p.line("%s", p.paint(green, fmt.Sprintf("all of %d claims hold", checked)))
	} else {
		p.line("%s", p.paint(red, fmt.Sprintf("%d of %d claims failed", failed, checked)))
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (v *Verified) write(p *page) {
	runs := v.runs()
	if len(runs) == 0 {
		return
	}
	for _, line := range wrap(v.Scenario+"  "+runs[0].Title, width) {
		p.line("%s", p.paint(bold, line))
	}
	names := runs[0].caseNames()
	for _, r := range runs[1:] {
		for _, name := range r.caseNames() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		var cases []*Case
		var modes []engine.Mode
		for _, r := range runs {
			if i := slices.Index(r.caseNames(), name); i >= 0 {
				cases, modes = append(cases, &r.Cases[i]), append(modes, r.Mode)
			}
		}
		writeVerified(p, name, cases, modes)
	}
}

func (r *Report) caseNames() []string {
	names := make([]string, len(r.Cases))
	for i := range r.Cases {
		names[i] = r.Cases[i].Name
	}
	return names
}

// The columns of a verification: claims, and what each run has to say.
const (
	verifiedClaim = 50
	verifiedRun   = 24
)

// writeVerified writes a case that ran in some modes.
func writeVerified(p *page, name string, cases []*Case, modes []engine.Mode) {
	heading := aligned("  "+cmp.Or(name, "claims"), -verifiedClaim)
	for _, mode := range modes {
		heading += aligned(string(mode), verifiedRun)
	}
	p.line("%s", heading)
	for _, claim := range claimsOf(cases) {
		lines := wrap(claim, verifiedClaim-5)
		for _, line := range lines[:len(lines)-1] {
			p.line("    %s", line)
		}
		row := aligned("    "+lines[len(lines)-1], -verifiedClaim)
		for _, c := range cases {
			row += c.outcome(p, claim)
		}
		p.line("%s", row)
	}
	for i := range cases[0].Lanes {
		writeTheory(p, cases, i)
	}
}

// claimsOf lists the claims of a case in their order, checked or not.
func claimsOf(cases []*Case) []string {
	var claims []string
	add := func(claim string) {
		if !slices.Contains(claims, claim) {
			claims = append(claims, claim)
		}
	}
	for _, c := range cases {
		for i := range c.Expect {
			add(c.Expect[i].Claim)
		}
		for _, u := range c.NotChecked {
			add(u.Claim)
		}
	}
	return claims
}

// outcome is what became of a claim: whether it holds, and its sides.
func (c *Case) outcome(p *page, claim string) string {
	for i := range c.Expect {
		v := &c.Expect[i]
		if v.Claim != claim {
			continue
		}
		sign := p.paint(green, "✓")
		if !v.Holds {
			sign = p.paint(red, "✗")
		}
		return aligned(number(v.Left)+" : "+number(v.Right), verifiedRun-2) + " " + sign
	}
	return aligned("-", verifiedRun)
}

// writeTheory puts the mean latency of a lane beside that of theory, where
// there is one.
func writeTheory(p *page, cases []*Case, lane int) {
	l := &cases[0].Lanes[lane]
	t, ok := l.theory()
	if !ok || !t.Applies || math.IsNaN(float64(t.LatencyMean)) {
		return
	}
	model, _, _ := strings.Cut(t.Model, ",")
	row := aligned(fmt.Sprintf("    %s is %s: mean latency %s", l.Name, model, seconds(t.LatencyMean)), -verifiedClaim)
	for _, c := range cases {
		cell := figure.None
		if lane < len(c.Lanes) {
			cell = seconds(c.Lanes[lane].Latency.Mean)
		}
		row += aligned(cell, verifiedRun)
	}
	p.line("%s", p.paint(dim, row))
}

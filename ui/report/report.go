// Package report makes a finished run into something to read: a text for
// people, and the JSON of `duet run` for programs.
//
// # The JSON
//
// It is stable: fields are added, never renamed or removed while "duet" is 1.
// Times are seconds, rates are a second, shares go from 0 to 1, everything else
// is a count; what was not measured is null. Counts are of the whole run, so
// that the ledger balances; all other figures are of the time since the end of
// the warm-up, and a handler's depth of the whole run.
//
//	duet            version of the format, 1
//	scenario        name of the preset, or of the file without extension
//	title           its title
//	mode            real or virtual
//	seed            of everything random
//	seconds         that the run took, all cases together, in lane time
//	warmup_seconds  left out of the figures, at the start of each case
//	lanes, expect   those of the only case; left out where there are several
//	cases           one for each case; a scenario without cases has one without
//	                a name
//	machine         go, gomaxprocs, cores, os, arch; cpu_work: some handler burns a
//	                core
//
// A case has
//
//	name            of the case; empty where the scenario has none
//	seed, seconds, warmup_seconds
//	interrupted     it was ended before its time
//	in_turn         its lanes ran one after another
//	slowed          the clock was not at real time throughout
//	unlinked        lanes got different loads
//	lanes           the figures of each lane: [engine.LaneFigures], what [Lane]
//	                adds, and as theory a [theory.Result] for the same settings
//	findings        what went on while it ran: lane, kind, severity (good,
//	                warning, bad), from and to in seconds, and a sentence
//	expect          claims that were checked: claim, holds, the values of its
//	                left and right side, their kind (duration, rate, number), and
//	                a note where one is not defined
//	not_checked     claims that were not: claim, and a note that says why
package report

import (
	"encoding/json"
	"io"
	"math"
	"slices"

	"duet/engine"
	"duet/engine/theory"
)

// Version is the version of the JSON, its field duet.
const Version = 1

// Outcome is what one run left behind.
type Outcome struct {
	Snapshot    *engine.Snapshot // its last; with its Scenario. It must not change any more
	Findings    []Finding        // in the order of time
	Began       *engine.Scenario // as it was when it began; only the page shows it
	Past        []Past           // how it went, only for the page: of all lanes, or one for each where they ran in turn
	Interrupted bool             // it was ended before its time
	InTurn      bool             // its lanes ran one after another
}

// Report is what was found out by running a scenario, all of its cases.
type Report struct {
	Duet          int              `json:"duet"`
	Scenario      string           `json:"scenario"`
	Title         string           `json:"title"`
	Mode          engine.Mode      `json:"mode"`
	Seed          uint64           `json:"seed"`
	Seconds       engine.Figure    `json:"seconds"`
	WarmupSeconds engine.Figure    `json:"warmup_seconds"`
	Lanes         []Lane           `json:"lanes,omitzero"`
	Expect        []engine.Verdict `json:"expect,omitzero"`
	Cases         []Case           `json:"cases"`
	Machine       engine.Machine   `json:"machine"`
}

// Case is one run: the scenario's only one, or that of one of its cases.
type Case struct {
	Name          string           `json:"name"`
	Seed          uint64           `json:"seed"`
	Seconds       engine.Figure    `json:"seconds"`
	WarmupSeconds engine.Figure    `json:"warmup_seconds"`
	Interrupted   bool             `json:"interrupted"`
	InTurn        bool             `json:"in_turn"`
	Slowed        bool             `json:"slowed"`
	Unlinked      bool             `json:"unlinked"`
	Lanes         []Lane           `json:"lanes"`
	Findings      []Finding        `json:"findings"`
	Expect        []engine.Verdict `json:"expect"`
	NotChecked    []Unchecked      `json:"not_checked"`

	began *engine.Scenario
	past  []Past
}

// Lane is the figures of a lane, and the state in which the run left it.
type Lane struct {
	engine.LaneFigures
	Dead    string `json:"dead"`     // why the lane is dead; empty while it lives
	AtLimit bool   `json:"at_limit"` // goroutine dispatch could start no more
	AtRest  bool   `json:"at_rest"`  // nothing was on its way at the end: the ledger must balance
	Balance int64  `json:"balance"`  // offered less all that is accounted for
}

// Unchecked is a claim that the run says nothing about.
type Unchecked struct {
	Claim string `json:"claim"`
	Note  string `json:"note"`
}

// Of makes the report of a scenario's runs, one for each of its cases. There
// must be at least one, and all of one scenario.
func Of(runs ...Outcome) *Report {
	first := runs[0].Snapshot
	r := &Report{
		Duet: Version, Scenario: first.Scenario.Name, Title: first.Scenario.Title, Mode: first.Mode,
		Seed: first.Scenario.Seed, WarmupSeconds: engine.Figure(first.Scenario.Warmup.Seconds()), Machine: first.Machine,
	}
	for _, run := range runs {
		c := caseOf(run)
		r.Cases = append(r.Cases, c)
		r.Seconds += c.Seconds
	}
	if len(r.Cases) == 1 {
		r.Lanes, r.Expect = r.Cases[0].Lanes, r.Cases[0].Expect
	}
	return r
}

func caseOf(run Outcome) Case {
	snap := run.Snapshot
	c := Case{
		Name: snap.Scenario.Case, Seed: snap.Scenario.Seed,
		Seconds: engine.Figure(snap.At.Seconds()), WarmupSeconds: engine.Figure(snap.Scenario.Warmup.Seconds()),
		Interrupted: run.Interrupted, InTurn: run.InTurn, Slowed: snap.Slowed, Unlinked: snap.Unlinked,
		Lanes: make([]Lane, len(snap.Lanes)), Findings: slices.Concat([]Finding{}, run.Findings),
		Expect: []engine.Verdict{}, NotChecked: []Unchecked{},
		began: run.Began, past: run.Past,
	}
	for i := range snap.Lanes {
		l := &snap.Lanes[i]
		c.Lanes[i] = Lane{
			LaneFigures: engine.FiguresOf(l, nil), Dead: l.Dead, AtLimit: l.AtLimit,
			AtRest: snap.Quiescent, Balance: l.Ledger.Balance(),
		}
		c.Lanes[i].Theory = theory.Of(snap, i)
	}
	for _, claim := range snap.Scenario.Expect {
		if why := c.unchecked(claim, snap); why != "" {
			c.NotChecked = append(c.NotChecked, Unchecked{Claim: claim.Text, Note: why})
			continue
		}
		c.Expect = append(c.Expect, verdict(claim, snap))
	}
	return c
}

// unchecked says why a claim cannot be held against a run; nothing when it can.
func (c *Case) unchecked(claim engine.Claim, snap *engine.Snapshot) string {
	switch {
	case claim.In == engine.InSteady:
		return "of the long run"
	case !claim.AppliesTo(snap.Mode):
		return string(claim.In) + " only"
	case c.Interrupted:
		return "interrupted"
	case c.Slowed:
		return "slowed down"
	case claim.During != nil && claim.During[1] > snap.At:
		return "ended early"
	}
	return ""
}

// verdict checks a claim. One that makes no sense for the lanes as they have
// become does not hold.
func verdict(claim engine.Claim, snap *engine.Snapshot) engine.Verdict {
	v, err := claim.Check(snap, theory.Figure)
	if err != nil {
		undefined := engine.Figure(math.NaN())
		return engine.Verdict{Claim: claim.Text, Left: undefined, Right: undefined, Note: err.Error()}
	}
	return v
}

// Claims counts the claims that were checked, and those of them that failed.
func (r *Report) Claims() (checked, failed int) {
	for i := range r.Cases {
		checked += len(r.Cases[i].Expect)
		for _, v := range r.Cases[i].Expect {
			if !v.Holds {
				failed++
			}
		}
	}
	return checked, failed
}

// WriteJSON writes the report in the form that the package doc describes.
func (r *Report) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// writeJSON writes a document of any kind, indented, with signs such as < as they
// are.
func writeJSON(w io.Writer, document any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

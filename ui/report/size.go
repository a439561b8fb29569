package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"duet/engine"
	"duet/engine/size"
	"duet/ui/internal/figure"
)

// Size is how large each design has to be to hold some targets. Its JSON follows
// the rules of [Report]'s.
//
//	duet, rate, seed
//	service         as it was written, with its mean in seconds and its squared
//	                coefficient of variation
//	erlangs         how many servers are busy on average
//	targets         text, metric, kind, limit
//	interrupted     it was ended before the last design
//	answers         one for each design: see [size.Answer]
type Size struct {
	Duet        int           `json:"duet"`
	Rate        engine.Figure `json:"rate"`
	Seed        uint64        `json:"seed"`
	Service     string        `json:"service"`
	Mean        engine.Figure `json:"service_mean"`
	SCV         engine.Figure `json:"service_scv"`
	Erlangs     engine.Figure `json:"erlangs"`
	Targets     []size.Target `json:"targets"`
	Interrupted bool          `json:"interrupted"`
	Answers     []size.Answer `json:"answers"`
}

// OfSize makes the report of a question and the answers that there are.
func OfSize(q *size.Question, answers []size.Answer) *Size {
	mean, scv := q.Work()
	return &Size{
		Duet: Version, Rate: engine.Figure(q.Rate), Seed: q.Seed(), Service: q.Service,
		Mean: engine.Figure(mean), SCV: engine.Figure(scv), Erlangs: engine.Figure(float64(q.Rate) * mean),
		Targets: q.Targets, Interrupted: len(answers) < len(size.Designs), Answers: append([]size.Answer{}, answers...),
	}
}

// WriteJSON writes the report as JSON.
func (s *Size) WriteJSON(w io.Writer) error { return writeJSON(w, s) }

// WriteText writes the report for people, at most 100 columns wide.
func (s *Size) WriteText(w io.Writer, colour bool) error {
	p := &page{colour: colour}
	var targets []string
	for _, t := range s.Targets {
		targets = append(targets, t.Text)
	}
	for _, line := range wrap(fmt.Sprintf("%s, work %s: %s", engine.Rate(s.Rate), s.Service, strings.Join(targets, ", ")), width) {
		p.line("%s", p.paint(bold, line))
	}
	scv := "infinite"
	if !math.IsInf(float64(s.SCV), 1) {
		scv = figure.Rate(float64(s.SCV))
	}
	p.prose("", fmt.Sprintf("the work takes %s on average (squared coefficient of variation %s) and keeps %s servers busy; "+
		"virtual runs, seed %d, times within 1%%", seconds(s.Mean), scv, figure.Rate(float64(s.Erlangs)), s.Seed), 0)
	for i := range s.Answers {
		p.line("")
		p.answer(&s.Answers[i])
	}
	if s.Interrupted {
		p.line("")
		p.line("interrupted: other designs were not looked at to the end")
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// designs are what the designs are, for people.
var designs = map[size.Design]string{
	size.Message: "message, a queue and workers", size.Inline: "event, called by the publisher",
	size.Buffered: "event, a buffer for each observer", size.Goroutine: "event, a goroutine for each",
}

func (p *page) answer(a *size.Answer) {
	p.line("%s", p.paint(bold, designs[a.Design]+": "+plan(a)))
	if a.Why != "" {
		p.prose("  ", a.Why, 2)
		return
	}
	if len(a.Checks) == 0 {
		p.line("  None of the targets is about this: nothing is lost, and nobody waits.")
		return
	}
	t := table{widths: []int{-34, 10, 12, 22, 7, -15}}
	t.row("  target", "theory", "simulated", "95% interval", "runs", "")
	checks := func(checks []size.Check) {
		for i := range checks {
			c := &checks[i]
			t.row("  "+c.Target, exactly(c.Kind, c.Theory), exactly(c.Kind, c.Mean), between(c), figure.Count(int64(c.Runs)), " "+sign(c))
		}
	}
	checks(a.Checks)
	if a.Less != nil {
		t.row("  with " + servers(a, a.Less.Servers))
		checks(a.Less.Checks)
	}
	t.row("  with 20% more load, " + engine.Rate(rounded(float64(a.More.Rate))).String())
	checks(a.More.Checks)
	p.rows(t)
	p.prose("  ", edge(a), 2)
}

// servers are so many of a design's.
func servers(a *size.Answer, n int) string {
	name := "worker"
	if a.Publishers != nil {
		name = "publisher"
	}
	return several(n, name)
}

// rounded leaves a number four digits.
func rounded(x float64) float64 {
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	return x
}

// several counts things.
func several(n int, name string) string {
	if n == 1 {
		return "1 " + name
	}
	return count(int64(n)) + " " + name + "s"
}

// plan is how large a design is.
func plan(a *size.Answer) string {
	if a.Why != "" {
		return "does not hold"
	}
	var text string
	switch {
	case a.Workers != nil:
		text = several(*a.Workers, "worker") + ", "
	case a.Publishers != nil:
		return several(*a.Publishers, "publisher")
	case a.Goroutines != nil:
		return several(*a.Goroutines, "goroutine") + " at once"
	}
	return text + "room for " + count(int64(*a.Capacity))
}

func sign(c *size.Check) string {
	switch c.Verdict {
	case size.Holds:
		return "✓ holds"
	case size.Unsure:
		return "? on the edge"
	case size.TooLong:
		return "? too long"
	case size.Overloaded:
		return "✗ overload"
	default:
		return "✗ fails"
	}
}

func between(c *size.Check) string {
	if c.CI95 == nil {
		return figure.None
	}
	return exactly(c.Kind, c.CI95[0]) + " – " + exactly(c.Kind, c.CI95[1])
}

// exactly is an amount with three digits also of small shares, so that a limit of
// 0.1% can be told from what is just below it.
func exactly(k engine.ParamKind, f engine.Figure) string {
	if x := 100 * float64(f); k == engine.KindShare && x > 0 && x < 10 {
		return strconv.FormatFloat(x, 'g', 3, 64) + "%"
	}
	return amount(k, f)
}

// edge says how near the edge a plan is, and what theory had proposed.
func edge(a *size.Answer) string {
	var text string
	switch {
	case a.Headroom >= 100:
		text = "It holds at twice the load."
	case a.Headroom == 0:
		text = "It is on the edge: 1% more load, and it does not hold for sure."
	default:
		text = fmt.Sprintf("It holds with up to %d%% more load.", a.Headroom)
	}
	switch {
	case a.WhenFull == engine.DropNewest:
		text += " What finds the queue full is dropped."
	case a.Capacity != nil:
		text += " Fewer than one in a thousand finds it full, and then waits before it."
	case a.Goroutines != nil:
		text += " Fewer than one in a thousand finds as many running."
	}
	return text + " " + proposal(a)
}

// proposal is what theory had proposed.
func proposal(a *size.Answer) string {
	by := fmt.Sprintf("Theory (%s, %s) had proposed ", a.Theory.Model, a.Theory.Method)
	same := func(n *int) bool { return n == nil || *n == a.Theory.Servers }
	if same(a.Workers) && same(a.Publishers) && same(a.Goroutines) && (a.Capacity == nil || *a.Capacity == *a.Theory.Capacity) {
		return by + "the same."
	}
	if a.Capacity == nil {
		by += count(int64(a.Theory.Servers))
	} else {
		by += fmt.Sprintf("%s and room for %s", count(int64(a.Theory.Servers)), count(int64(*a.Theory.Capacity)))
	}
	if a.Theory.Unproven {
		return by + ", which may do, but no run is long enough to prove it."
	}
	return by + "."
}

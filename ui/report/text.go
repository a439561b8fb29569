package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"duet/engine"
	"duet/ui/internal/figure"
)

// WriteText writes the report for people: at most 100 columns, for each case
// the lanes beside each other. With colour it has the escape sequences of a
// terminal, which say nothing that the text does not.
func (r *Report) WriteText(w io.Writer, colour bool) error {
	p := &page{colour: colour}
	for _, line := range wrap(r.Title, width) {
		p.line("%s", p.paint(bold, line))
	}
	p.prose("", fmt.Sprintf("%s, %s run on %s, %d processors, %s/%s",
		r.Scenario, r.Mode, r.Machine.Go, r.Machine.GOMAXPROCS, r.Machine.OS, r.Machine.Arch), 0)
	for i := range r.Cases {
		r.Cases[i].write(p)
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (c *Case) write(p *page) {
	p.line("")
	if c.Name != "" {
		p.line("%s", p.paint(bold, "case "+c.Name))
	}
	p.line("%s", c.window())
	for _, remark := range c.remarks() {
		p.prose("", remark, 0)
	}
	p.table(c.items())
	p.table(c.flow())
	p.table(c.times())
	theories, sentences := c.theories()
	p.table(theories)
	for _, s := range sentences {
		p.prose("  ", s, 2)
	}
	p.table(c.handlers())
	for _, t := range []table{c.resources(), c.brokers(), c.partitions()} {
		if len(t.rows) > 0 {
			p.table(t)
		}
	}
	c.writeFindings(p)
	c.writeClaims(p)
}

// window says which time the figures cover.
func (c *Case) window() string {
	text := fmt.Sprintf("seed %d, %s; figures of the whole run", c.Seed, seconds(c.Seconds))
	if c.WarmupSeconds > 0 {
		text += fmt.Sprintf(" after %s of warm-up, counts of items with it", seconds(c.WarmupSeconds))
	}
	return text
}

// remarks say what has to be known before the figures are read.
func (c *Case) remarks() []string {
	var remarks []string
	for _, r := range []struct {
		holds bool
		text  string
	}{
		{c.Interrupted, "interrupted: the figures end where the run did"},
		{c.Seconds <= c.WarmupSeconds, "the run ended within its warm-up: only items were counted"},
		{c.InTurn, "the lanes ran one after another"},
		{c.Slowed, "the clock was slowed down: times are lane time, those of publish wall time"},
		{c.Unlinked, "different load: the lanes did not get the same items"},
	} {
		if r.holds {
			remarks = append(remarks, r.text)
		}
	}
	remarks = append(remarks, c.inBroker()...)
	for i := range c.Lanes {
		l := &c.Lanes[i]
		switch {
		case l.Dead != "":
			remarks = append(remarks, l.Name+" is dead: "+l.Dead)
		case l.AtLimit:
			remarks = append(remarks, l.Name+" reached its limit of goroutines: a real program would be dying here")
		}
	}
	return remarks
}

// byLane is a table with a column for each lane.
type byLane struct {
	table
	lanes []Lane
}

func (c *Case) byLane(heading string) byLane {
	t := byLane{table{widths: []int{-24}}, c.Lanes}
	for range c.Lanes {
		t.widths = append(t.widths, 19)
	}
	t.add(heading, func(l *Lane) string { return l.Name })
	return t
}

func (t *byLane) add(label string, of func(l *Lane) string) {
	cells := []string{label}
	for i := range t.lanes {
		cells = append(cells, of(&t.lanes[i]))
	}
	t.row(cells...)
}

// items is the ledger. Fates that no item met are left out, save those that
// everybody looks for.
func (c *Case) items() table {
	t := c.byLane("items")
	for _, fate := range []struct {
		name   string
		always bool
		of     func(l *Lane) int64
	}{
		{"offered", true, func(l *Lane) int64 { return l.Offered }},
		{"done", true, func(l *Lane) int64 { return l.Done }},
		{"failed", true, func(l *Lane) int64 { return l.Failed }},
		{"dropped", true, func(l *Lane) int64 { return l.Dropped }},
		{"expired", false, func(l *Lane) int64 { return l.Expired }},
		{"dead-lettered", false, func(l *Lane) int64 { return l.DeadLettered }},
		{"lost", true, func(l *Lane) int64 { return l.Lost }},
		{"waiting", false, func(l *Lane) int64 { return l.Waiting }},
		{"in flight", false, func(l *Lane) int64 { return l.InFlight }},
	} {
		if fate.always || c.any(fate.of) {
			t.add("  "+fate.name, func(l *Lane) string { return count(fate.of(l)) })
		}
	}
	t.add("  ledger", balance)
	for _, extra := range []struct {
		name string
		of   func(l *Lane) int64
	}{
		{"delivered again", func(l *Lane) int64 { return l.Redelivered }},
		{"duplicates", func(l *Lane) int64 { return l.Duplicates }},
		{"recognised as done", func(l *Lane) int64 { return l.Deduplicated }},
		{"observers skipped", func(l *Lane) int64 { return l.Skipped }},
	} {
		if c.any(extra.of) {
			t.add("  "+extra.name, func(l *Lane) string { return count(extra.of(l)) })
		}
	}
	return t.table
}

func (c *Case) any(of func(l *Lane) int64) bool {
	for i := range c.Lanes {
		if of(&c.Lanes[i]) != 0 {
			return true
		}
	}
	return false
}

func balance(l *Lane) string {
	switch {
	case !l.AtRest:
		return "not at rest"
	case l.Balance != 0:
		return "off by " + count(l.Balance)
	default:
		return "balanced"
	}
}

func (c *Case) flow() table {
	t := c.byLane("flow")
	gauge := func(name string, of func(l *Lane) engine.GaugeFigures) {
		t.add("  "+name+" mean, max", func(l *Lane) string {
			g := of(l)
			return figure.Rate(float64(g.Mean)) + ", " + count(g.Max)
		})
	}
	t.add("  throughput", func(l *Lane) string { return figure.Rate(float64(l.Throughput)) + "/s" })
	t.add("  utilisation", func(l *Lane) string { return figure.Percent(float64(l.Utilisation)) })
	gauge("queue depth", func(l *Lane) engine.GaugeFigures { return l.Depth })
	gauge("backlog", func(l *Lane) engine.GaugeFigures { return l.Backlog })
	gauge("in system", func(l *Lane) engine.GaugeFigures { return l.InSystem })
	t.add("  had to wait", func(l *Lane) string { return figure.Percent(float64(l.PWait)) })
	t.add("  senders blocked", func(l *Lane) string { return seconds(l.BlockedSeconds) })
	if c.any(func(l *Lane) int64 { return l.Waiting }) {
		t.add("  oldest waiting", func(l *Lane) string { return seconds(l.OldestWaiting) })
	}
	t.add("  late, key-late", func(l *Lane) string { return count(l.Order.Late) + ", " + count(l.Order.KeyLate) })
	if c.any(func(l *Lane) int64 { return l.Order.NestedLate }) {
		t.add("  seen after what it caused", func(l *Lane) string { return count(l.Order.NestedLate) })
	}
	t.add("  late by at most", func(l *Lane) string { return count(l.Order.MaxDisplacement) })
	t.add("  goroutines max", func(l *Lane) string { return count(l.Goroutines.Max) })
	return t.table
}

// times has a line for each measure and lane, so that what is compared stands
// one below the other: the lanes, and the naive latency below the intended.
func (c *Case) times() table {
	t := table{widths: []int{-17, -16, 9, 18, 9, 9, 9, 9}}
	t.row("time", "", "mean", "95% interval", "p50", "p95", "p99", "max")
	for _, m := range []struct {
		name string
		of   func(l *Lane) *engine.SummaryFigures
	}{
		{"publish", func(l *Lane) *engine.SummaryFigures { return &l.Publish }},
		{"wait", func(l *Lane) *engine.SummaryFigures { return &l.Wait }},
		{"service", func(l *Lane) *engine.SummaryFigures { return &l.Service }},
		{"latency", func(l *Lane) *engine.SummaryFigures { return &l.Latency }},
		{"naive latency", func(l *Lane) *engine.SummaryFigures { return &l.LatencyNaive }},
		{"pacer late", func(l *Lane) *engine.SummaryFigures { return &l.PacerLateness }},
	} {
		name := "  " + m.name
		for i := range c.Lanes {
			s := m.of(&c.Lanes[i])
			t.row(name, c.Lanes[i].Name, seconds(s.Mean), interval(s), seconds(s.P50), seconds(s.P95), seconds(s.P99), seconds(s.Max))
			name = ""
		}
	}
	return t
}

func interval(s *engine.SummaryFigures) string {
	if s.CI95 == nil {
		return figure.None
	}
	return seconds(s.CI95[0]) + " – " + seconds(s.CI95[1])
}

func (c *Case) handlers() table {
	t := table{widths: []int{-15, -16, 8, 7, 10, 9, 14, 10, 10}}
	t.row("handler", "", "workers", "busy", "done", "not", "depth", "wait p99", "service")
	for i := range c.Lanes {
		for n := range c.Lanes[i].Handlers {
			h := &c.Lanes[i].Handlers[n]
			t.row("  "+h.Name, c.Lanes[i].Name, count(int64(h.Workers)), figure.Percent(float64(h.Utilisation)),
				count(h.Done), count(h.Failed+h.Dropped+h.Expired+h.DeadLettered+h.Lost),
				figure.Rate(float64(h.Depth.Mean))+", "+count(h.Depth.Max), seconds(h.Wait.P99), seconds(h.Service.Mean))
		}
	}
	return t
}

func (c *Case) writeFindings(p *page) {
	if len(c.Findings) == 0 {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, "what went on"))
	for _, f := range c.Findings {
		const indent = 20
		p.prose(aligned("  "+f.when(), -indent), f.sentence(), indent)
	}
}

// claimColumn is how wide the column of the claims is, with their signs.
const claimColumn = 72

func (c *Case) writeClaims(p *page) {
	if len(c.Expect)+len(c.NotChecked) == 0 {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, aligned("claims", -claimColumn)+aligned("left", 14)+aligned("right", 14)))
	for i := range c.Expect {
		v := &c.Expect[i]
		sign := p.paint(green, "✓")
		if !v.Holds {
			sign = p.paint(red, "✗")
		}
		p.claim(sign, v.Claim, aligned(side(v.Left, v.Kind), 14)+aligned(side(v.Right, v.Kind), 14))
		if v.Note != "" {
			p.prose("    ", v.Note, 4)
		}
	}
	for _, u := range c.NotChecked {
		p.claim("-", u.Claim, aligned("not checked: "+u.Note, 28))
	}
}

// claim writes a claim, over several lines if it is long, and the values of
// its sides at the end of the last.
func (p *page) claim(sign, text, values string) {
	const room = claimColumn - 4
	lines := wrap(text, room)
	for i, line := range lines {
		if i > 0 {
			sign = " "
		}
		if i == len(lines)-1 {
			line += strings.Repeat(" ", room-ansi.StringWidth(line)) + values
		}
		p.line("  %s %s", sign, line)
	}
}

// side writes one side of a claim, with the unit of what the claim speaks of.
func side(f engine.Figure, kind engine.ParamKind) string {
	switch kind {
	case engine.KindDuration:
		return seconds(f)
	case engine.KindRate:
		if math.IsNaN(float64(f)) {
			return figure.None
		}
		return figure.Rate(float64(f)) + "/s"
	default:
		return number(f)
	}
}

// number writes items, or a share.
func number(f engine.Figure) string {
	x := float64(f)
	switch {
	case math.IsNaN(x):
		return figure.None
	case x == math.Trunc(x) && math.Abs(x) < 1<<53:
		return count(int64(x))
	case math.Abs(x) >= 1000:
		return strconv.FormatFloat(x, 'f', 1, 64)
	default:
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
}

func seconds(f engine.Figure) string { return figure.Seconds(float64(f)) }

// count writes every digit, since a ledger is exact: 12,345.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

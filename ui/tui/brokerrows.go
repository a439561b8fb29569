package tui

import (
	"strings"

	"duet/engine"
	"duet/ui/internal/figure"
	"duet/ui/internal/grid"
)

// brokerRows is how many rows there are to tell of a broker.
func brokerRows(b *engine.BrokerSnapshot) int {
	switch {
	case b.Kind == "":
		return 0
	case len(b.Partitions) > 0:
		return 5
	default:
		return 4
	}
}

// drawBrokerRows draws what is known of a lane's broker, the most important first: how
// it is, what it holds, who holds which partition, what publishing costs, and what it
// cannot do.
func (s *scene) drawBrokerRows(g *grid.Grid, l *engine.LaneSnapshot) {
	b := &l.Broker
	rows := brokerRows(b)
	for y := range min(rows, g.H) {
		p := row(g, y)
		switch {
		case y == 0:
			s.brokerState(&p, b)
		case y == 1:
			s.brokerHolds(&p, b)
		case y == 2 && rows == 5:
			s.brokerPartitions(&p, b)
		case y == rows-2:
			s.brokerCosts(&p, b)
		default:
			s.brokerCannot(&p, b)
		}
	}
}

// brokerState is where it is, and how the connection is.
func (s *scene) brokerState(p *pen, b *engine.BrokerSnapshot) {
	t := s.theme
	switch {
	case !b.Connected:
		p.text("× ", t.bad)
		p.text(string(b.Kind), t.bad)
		p.text(" lost, reconnecting ", t.bad)
		p.text(figure.Duration(b.Since), t.bad)
	case b.Blocked != "":
		p.text("! ", t.bad)
		p.text(string(b.Kind), t.bad)
		p.text(" takes no messages: ", t.bad)
		p.text(b.Blocked, t.bad)
	default:
		p.text("● ", t.good)
		p.text(string(b.Kind), t.text)
	}
	p.text("  ", t.dim)
	p.text(b.Address, t.dim)
	switch {
	case !b.Connected && b.Trouble != "" && p.room() >= 8:
		p.text("  ", t.dim)
		p.text(b.Trouble, t.bad)
	case b.Connected:
		p.text("  for ", t.dim)
		p.text(figure.Duration(b.Since), t.dim)
		if !b.Can.Limit {
			p.text("  unbounded here", t.warning)
		}
	}
}

// brokerHolds is what it says that it holds. What it said long ago is grey.
func (s *scene) brokerHolds(p *pen, b *engine.BrokerSnapshot) {
	t := s.theme
	figures, bad := t.text, t.bad
	if b.Age < 0 || b.Age > fresh || !b.Connected {
		figures, bad = t.dim, t.dim
	}
	known := func(label string, n int64, st grid.Style) {
		if n < 0 || b.Age < 0 {
			s.counted(p, label, 6, figure.None, t.dim)
		} else {
			s.counted(p, label, 6, figure.Count(n), st)
		}
	}
	known("ready", b.Ready, figures)
	known("out", b.InFlight, figures)
	if b.Can.DeadLetters {
		known("dead", b.Dead, ifAny(b.Dead, figures, bad))
	}
	s.counted(p, "lost", 5, figure.Count(b.Lost), ifAny(b.Lost, t.text, t.bad))
	s.counted(p, "twice", 5, figure.Count(b.Repeats), ifAny(b.Repeats, t.text, t.warning))
	unsure := b.Down + b.Unknown + b.Full
	s.counted(p, "resent", 5, figure.Count(unsure), ifAny(unsure, t.text, t.warning))
}

// ifAny is a style for a count: odd where there is any.
func ifAny(n int64, st, odd grid.Style) grid.Style {
	if n > 0 {
		return odd
	}
	return st
}

// brokerCosts is what a publish takes, and what asking the broker does.
func (s *scene) brokerCosts(p *pen, b *engine.BrokerSnapshot) {
	t := s.theme
	p.text("publish", t.dim)
	p.summary(8, &b.Publish, b.Publish.Mean, t.text)
	p.text(" p99", t.dim)
	p.summary(8, &b.Publish, b.Publish.P99, t.text)
	if b.Unconfirmed {
		p.text(" unconfirmed", t.warning)
	} else {
		p.text(" confirmed", t.dim)
	}
	if b.Age < 0 || p.room() < len("  asked in 1.23ms") {
		return
	}
	p.text("  asked in", t.dim)
	p.right(8, figure.Duration(b.Asking), t.text)
	if b.Age > fresh && p.room() >= len(" 12.3s old") {
		p.text(" ", t.dim)
		p.text(figure.Duration(b.Age), t.warning)
		p.text(" old", t.warning)
	}
}

// brokerPartitions is who holds which partition, and how much waits and is in flight
// in it.
func (s *scene) brokerPartitions(p *pen, b *engine.BrokerSnapshot) {
	t := s.theme
	figures := t.text
	if b.Age > fresh {
		figures = t.dim
	}
	p.text("lag", t.dim)
	for i := range b.Partitions {
		x := &b.Partitions[i]
		p.text(" ", t.dim)
		p.text(decimal(int64(x.Number)), t.dim)
		p.text(":", t.dim)
		p.text(figure.Count(x.Lag), figures)
		if x.Holder != "" {
			p.text("@", t.dim)
			p.text(x.Holder, figures)
		}
	}
	if b.Rebalances > 0 {
		p.text("  dealt out anew ", t.dim)
		p.text(figure.Count(b.Rebalances), t.warning)
	}
}

// brokerCannot is what a broker does with what comes back, and what it cannot do.
func (s *scene) brokerCannot(p *pen, b *engine.BrokerSnapshot) {
	t := s.theme
	p.text("back ", t.dim)
	p.text(b.Can.Back, t.text)
	if len(b.Can.Cannot) > 0 {
		p.text("; cannot ", t.dim)
		p.text(strings.Join(b.Can.Cannot, ", "), t.text)
	}
	if !b.Can.Durable {
		p.text("; gone with it when it dies", t.dim)
	}
}

// counted writes a label and a figure in w cells, where there is room for both.
func (s *scene) counted(p *pen, label string, w int, figure string, st grid.Style) {
	if p.room() < len(label)+1+w {
		p.x = p.end
		return
	}
	p.text(label, s.theme.dim)
	p.right(w, figure, st)
	p.skip(2)
}

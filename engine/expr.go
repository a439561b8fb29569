package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of expressions, so that a hostile one costs no more than a moment.
const (
	maxExpr    = 1000 // bytes
	maxNesting = 50   // of brackets and signs
)

// Expr is an expression over the figures of a run: numbers with units,
// figures, + - * / and brackets; comparisons; comparisons joined by and.
//
//	event.latency.p99 > 5 * message.latency.p99 and message.lost == 0
//	message.in_system.mean within 5% of message.throughput * message.latency.mean
//
// A figure is LANE.figure, LANE.handlers.NAME.figure, LANE.classes.NAME.figure or
// LANE.resources.NAME.figure, named as in [LaneFigures], [HandlerFigures],
// [ClassFigures] and [ResourceFigures]; LANE.theory.figure, in claims, is what the
// closed form says of it. Durations are in seconds. Quantities of
// different kinds are neither compared nor added. An Expr is immutable.
type Expr struct {
	root     operand
	handlers bool           // some figure is of a handler or a resource
	classes  bool           // some figure is of a class
	theory   []theoryFigure // in their order
}

// ParseExpr reads an expression about the lanes and handlers of a scenario.
// The error is one clause that says what is wrong, fit to follow the text. What
// theory says is for claims only.
func ParseExpr(text string, s *Scenario) (*Expr, error) {
	expr, err := parseExpr(text, s)
	if err == nil && expr.theory != nil {
		return nil, errors.New("what theory says is of the long run: only claims may speak of it")
	}
	return expr, err
}

// parseExpr reads an expression of any kind.
func parseExpr(text string, s *Scenario) (*Expr, error) {
	if len(text) > maxExpr {
		return nil, fmt.Errorf("at most %d letters are read", maxExpr)
	}
	p := &exprParser{lexer: lexer{text}, scenario: s}
	p.advance()
	root := p.all()
	if p.err == nil && p.token.kind != endToken {
		p.fail("%s is left over", shown(p.token.text))
	}
	if p.err != nil {
		return nil, p.err
	}
	return &Expr{root, p.handlers, p.classes, p.theory}, nil
}

// IsTest reports whether the expression says yes or no: a comparison, or
// several.
func (e *Expr) IsTest() bool { return e.root.test != nil }

// exprParser is a parser by recursive descent. After an error it reads nothing
// more and every method returns at once.
type exprParser struct {
	lexer    lexer
	token    token
	scenario *Scenario
	depth    int
	handlers bool
	classes  bool
	theory   []theoryFigure
	err      error
}

func (p *exprParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	p.token = token{}
}

func (p *exprParser) advance() {
	if p.err != nil {
		return
	}
	t, err := p.lexer.next()
	if err != nil {
		p.fail("%w", err)
		return
	}
	p.token = t
}

// accept goes past one of some symbols or words, if it is next.
func (p *exprParser) accept(texts ...string) (text string, ok bool) {
	if p.err != nil || p.token.kind == numberToken || !slices.Contains(texts, p.token.text) {
		return "", false
	}
	text = p.token.text
	p.advance()
	return text, true
}

func (p *exprParser) expect(text, after string) {
	if _, ok := p.accept(text); !ok {
		p.fail("%s is missing after %s", text, after)
	}
}

// all is one comparison or several joined by and; or, within brackets, an
// operand.
func (p *exprParser) all() operand {
	left := p.comparison()
	for {
		if _, ok := p.accept("and"); !ok {
			return left
		}
		right := p.comparison()
		if left.test == nil || right.test == nil {
			p.fail("and joins comparisons, and one side of it is none")
			return left
		}
		left = operand{test: both{left.test, right.test}}
	}
}

func (p *exprParser) comparison() operand {
	left := p.sum()
	if op, ok := p.accept("==", "!=", "<=", ">=", "<", ">"); ok {
		right := p.sum()
		p.alike(left, right, op)
		return operand{test: compared(op, 0, left, right)}
	}
	if _, ok := p.accept(Within); ok {
		share := p.token
		if share.kind != numberToken || !strings.HasSuffix(share.text, "%") {
			p.fail("within needs a share, such as within 5%% of")
		}
		p.advance()
		p.expect("of", "within "+share.text)
		right := p.sum()
		p.alike(left, right, Within)
		return operand{test: compared(Within, share.value, left, right)}
	}
	return left
}

func (p *exprParser) sum() operand {
	left := p.product()
	for {
		op, ok := p.accept("+", "-")
		if !ok {
			return left
		}
		right := p.product()
		p.alike(left, right, op)
		if left.zero() {
			left.dim = right.dim
		}
		left = operand{dim: left.dim, number: arithmetic{op[0], left.number, right.number}}
	}
}

func (p *exprParser) product() operand {
	left := p.factor()
	for {
		op, ok := p.accept("*", "/")
		if !ok {
			return left
		}
		right := p.factor()
		p.numbers(left, right, op)
		dim := left.dim + right.dim
		if op == "/" {
			dim = left.dim - right.dim
		}
		left = operand{dim: dim, number: arithmetic{op[0], left.number, right.number}}
	}
}

func (p *exprParser) factor() operand {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		p.fail("this is nested more than %d deep", maxNesting)
	}
	if p.err != nil {
		return operand{number: constant(0)}
	}
	if _, ok := p.accept("("); ok {
		inner := p.all()
		p.expect(")", "(")
		return inner
	}
	if _, ok := p.accept("-"); ok {
		inner := p.factor()
		p.numbers(inner, inner, "-")
		return operand{dim: inner.dim, number: arithmetic{'-', constant(0), inner.number}}
	}
	t := p.token
	switch t.kind {
	case numberToken:
		p.advance()
		return operand{dim: t.dim, number: constant(t.value)}
	case nameToken:
		figure, err := p.figure(t.text)
		if err != nil {
			p.fail("%w", err)
			return operand{number: constant(0)}
		}
		p.advance()
		return figure
	case endToken:
		p.fail("a number or a figure such as message.latency.p99 is missing at the end")
	default:
		p.fail("a number or a figure is needed in place of %s", shown(t.text))
	}
	return operand{number: constant(0)}
}

// figure looks up a path.
func (p *exprParser) figure(path string) (operand, error) {
	lane, rest, _ := strings.Cut(path, ".")
	names := p.scenario.laneNames()
	at := slices.Index(names, lane)
	if at < 0 {
		return operand{}, fmt.Errorf("there is no lane %s; %s", shown(lane), suggest(lane, names))
	}
	if after, ok := strings.CutPrefix(rest, "handlers."); ok {
		name, figure, _ := strings.Cut(after, ".")
		handlers := p.scenario.handlersOf(at)
		if !slices.Contains(handlers, name) {
			return operand{}, fmt.Errorf("lane %s has no handler %s; %s", lane, shown(name), suggest(name, handlers))
		}
		m, ok := handlerMetrics[figure]
		if !ok {
			return operand{}, fmt.Errorf("a handler has no figure %s; %s", shown(figure), suggest(figure, metricNames(handlerMetrics, figure)))
		}
		p.handlers = true
		return operand{dim: m.dimension, number: handlerFigure(lane, name, m.handler)}, nil
	}
	if name, ok := strings.CutPrefix(rest, "theory."); ok {
		return p.theoryFigure(lane, name)
	}
	if after, ok := strings.CutPrefix(rest, "resources."); ok {
		return p.resourceFigure(lane, after)
	}
	if after, ok := strings.CutPrefix(rest, "classes."); ok {
		name, figure, _ := strings.Cut(after, ".")
		if !slices.Contains(p.scenario.Load.ClassNames(), name) {
			return operand{}, errors.New(p.scenario.noClass(name))
		}
		m, ok := classMetrics[figure]
		if !ok {
			return operand{}, fmt.Errorf("a class has no figure %s; %s", shown(figure), suggest(figure, metricNames(classMetrics, figure)))
		}
		p.classes = true
		return operand{dim: m.dimension, number: classFigure(lane, name, m.class)}, nil
	}
	m, ok := laneMetrics[rest]
	if !ok {
		return operand{}, fmt.Errorf("a lane has no figure %s; %s", shown(rest), suggest(rest, metricNames(laneMetrics, rest)))
	}
	return operand{dim: m.dimension, number: laneFigure{lane, rest, m.lane}}, nil
}

// resourceFigure looks up what follows LANE.resources in a path.
func (p *exprParser) resourceFigure(lane, path string) (operand, error) {
	name, figure, _ := strings.Cut(path, ".")
	names := p.scenario.resourceNames()
	switch {
	case len(names) == 0:
		return operand{}, errors.New("the scenario has no resources")
	case !slices.Contains(names, name):
		return operand{}, fmt.Errorf("there is no resource %s; %s", shown(name), suggest(name, names))
	}
	m, ok := resourceMetrics[figure]
	if !ok {
		return operand{}, fmt.Errorf("a resource has no figure %s; %s", shown(figure), suggest(figure, metricNames(resourceMetrics, figure)))
	}
	p.handlers = true
	return operand{dim: m.dimension, number: resourceFigure(lane, name, m.resource)}, nil
}

// numbers holds that both sides of an operator are numbers.
func (p *exprParser) numbers(left, right operand, op string) {
	if p.err == nil && (left.test != nil || right.test != nil) {
		p.fail("%s needs a number on both sides, and one is a comparison", op)
	}
}

// alike holds that both sides are numbers of one kind. Zero is of every kind.
func (p *exprParser) alike(left, right operand, op string) {
	p.numbers(left, right, op)
	if p.err == nil && left.dim != right.dim && !left.zero() && !right.zero() {
		p.fail("%s has %s on one side and %s on the other; give numbers their unit, such as 200ms, 120/s or 5%%", op, left.dim, right.dim)
	}
}

// String is what a quantity of the dimension is called.
func (d dimension) String() string {
	switch d {
	case 0:
		return "a plain number"
	case 1:
		return "a duration"
	case -1:
		return "a rate"
	default:
		return fmt.Sprintf("seconds to the power of %d", int(d))
	}
}

package size

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"duet/engine"
	"duet/engine/service"
)

// Question is what arrives, how long the work on it takes, and what is to be
// held. It is made by [NewQuestion].
type Question struct {
	Rate    engine.Rate
	Service string // as it was written
	Targets []Target

	scenario *engine.Scenario // with a lane for each design
	law      service.Law
}

// NewQuestion makes a question of what people write: a rate, a service (see
// [ParseService]) and targets, of which there is at least one. Everything random
// is drawn from the seed. open opens the file of a service that names one. The
// error is a sentence; among them is that a target cannot be held by anything.
func NewQuestion(rate engine.Rate, work string, targets []Target, seed uint64, open func(name string) ([]byte, error)) (*Question, error) {
	switch {
	case !(rate > 0 && rate <= 1e6):
		return nil, fmt.Errorf("a rate above 0/s and up to %s is needed", engine.Rate(1e6))
	case len(targets) == 0:
		return nil, errors.New("there is no target; name one, such as p99<200ms")
	}
	for i, t := range targets {
		if slices.ContainsFunc(targets[:i], func(b Target) bool { return b.Metric == t.Metric }) {
			return nil, fmt.Errorf("%q: there are two targets for this figure", t.Text)
		}
	}
	s, err := scenario(work, open)
	if err != nil {
		return nil, fmt.Errorf("service %q: %w", work, err)
	}
	s.Load.Rate, s.Seed = rate, seed
	q := &Question{Rate: rate, Service: work, Targets: targets, scenario: s}
	if q.law, err = lawOf(s); err != nil {
		return nil, fmt.Errorf("service %q: %w", work, err)
	}
	return q, q.possible()
}

// lanes are the designs, in their order, as a file has them.
const lanes = `
lanes:
  - {name: message, model: message}
  - {name: inline, model: event, dispatch: inline}
  - {name: buffered, model: event, dispatch: buffered}
  - {name: goroutine, model: event, dispatch: goroutine}
`

// scenario makes one of a service, with all designs as lanes.
func scenario(work string, open func(name string) ([]byte, error)) (*engine.Scenario, error) {
	fields, err := ParseService(work)
	if err != nil {
		return nil, err
	}
	var mapping []string
	for _, f := range fields {
		mapping = append(mapping, f[0]+": "+strconv.Quote(f[1]))
	}
	text := fmt.Sprintf("duet: 1\nload: {rate: 1/s}\nhandlers: [{name: work, service: {%s}}]\n%s", strings.Join(mapping, ", "), lanes)
	s, err := engine.Decode("size.yaml", []byte(text))
	if input := (*engine.InputError)(nil); errors.As(err, &input) {
		return nil, errors.New(input.Msg)
	}
	if err != nil {
		return nil, err
	}
	s.Attach(open)
	return s, nil
}

// wordForm is a distribution's name, or that of one of its settings.
var wordForm = regexp.MustCompile(`^[a-z]{2,}$`)

// ParseService reads how long the work takes: a distribution with its mean, such
// as exponential:40ms or lognormal:40ms,cv=2, or a file of measured times, such as
// times.csv or times.csv,column=took,scale=1ms. What follows a comma are settings
// of handlers.NAME.service. It returns names and values as a scenario file has
// them, of which nothing was checked yet.
func ParseService(text string) ([][2]string, error) {
	head, settings, more := strings.Cut(text, ",")
	dist, mean, hasMean := strings.Cut(head, ":")
	var fields [][2]string
	switch {
	case hasMean && wordForm.MatchString(dist):
		fields = [][2]string{{"dist", dist}, {"mean", mean}}
	case strings.ContainsAny(head, `/\`) || filepath.Ext(head) != "":
		fields = [][2]string{{"dist", "empirical"}, {"file", head}}
	case wordForm.MatchString(head):
		return nil, fmt.Errorf("the mean is missing, such as %s:40ms; a file is named with its path or extension", head)
	default:
		return nil, errors.New("a distribution with its mean, such as exponential:40ms or lognormal:40ms,cv=2, or a file of measured times is needed")
	}
	for more {
		var setting string
		setting, settings, more = strings.Cut(settings, ",")
		name, value, ok := strings.Cut(setting, "=")
		switch {
		case !ok || !wordForm.MatchString(name) || value == "":
			return nil, fmt.Errorf("%q: after a comma a setting and its value are needed, such as cv=2", setting)
		case slices.ContainsFunc(fields, func(f [2]string) bool { return f[0] == name }):
			return nil, fmt.Errorf("%s is given twice", name)
		}
		fields = append(fields, [2]string{name, value})
	}
	return fields, nil
}

// lawOf is how long the work takes. A law that no queue can be made of is an error.
func lawOf(s *engine.Scenario) (service.Law, error) {
	l, err := service.Of(s.Handlers[0].Service)
	if err == nil && l.Mean < float64(time.Microsecond) {
		err = errors.New("a mean of 1µs or more is needed")
	}
	return l, err
}

// mean is that of the work, in seconds.
func (q *Question) mean() float64 { return q.law.Mean / float64(time.Second) }

// possible refuses targets that are below what the service alone takes.
func (q *Question) possible() error {
	for _, t := range q.Targets {
		part, ok := strings.CutPrefix(t.Metric, "latency.")
		if !ok {
			continue
		}
		takes := q.mean()
		if p, ok := quantileOf[part]; ok {
			takes *= q.law.Quantile(p)
		}
		if t.Limit <= takes {
			return fmt.Errorf("%q cannot be held, whatever the workers: the work alone has a %s of %s",
				t.Text, part, engine.FormatDuration(rounded(takes)))
		}
	}
	return nil
}

// rounded is a time with three digits.
func rounded(seconds float64) time.Duration {
	d := time.Duration(seconds * float64(time.Second))
	unit := time.Duration(1)
	for d >= 1000*unit {
		unit *= 10
	}
	return d.Round(unit)
}

// Work is the mean of the work in seconds, and its squared coefficient of
// variation, which may be infinite.
func (q *Question) Work() (mean, scv float64) { return q.mean(), q.law.SCV }

// Seed is what everything random is drawn from.
func (q *Question) Seed() uint64 { return q.scenario.Seed }

// erlangs is the offered load: how many servers are busy on average when none is
// missing.
func (q *Question) erlangs() float64 { return float64(q.Rate) * q.mean() }

// lossLimit is that of the target for the loss; 0 without one.
func (q *Question) lossLimit() float64 {
	for _, t := range q.Targets {
		if t.Metric == "loss" {
			return t.Limit
		}
	}
	return 0
}
